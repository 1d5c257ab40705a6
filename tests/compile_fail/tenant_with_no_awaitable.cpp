// expect: tenantry: the body of async_with returns an asio::awaitable<Result<R>>
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<Result<void>> look(Fleet<Notes>& fleet)
{
#ifdef TENANTRY_BROKEN
    auto body = []<class T>(TenantDb<T>) { return Result<void>(); };
#else
    auto body = []<class T>(TenantDb<T>) -> awaitable<Result<void>> { co_return Result<void>(); };
#endif
    co_return co_await fleet.async_with("alpha", body);
}
