// expect: tenantry: the body of async_with returns an asio::awaitable<Result<R>>
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> look(Fleet<Notes>& fleet)
{
#ifdef TENANTRY_BROKEN
    auto body = []<class T>(TenantDb<T>) -> awaitable<int> { co_return 1; };
#else
    auto body = []<class T>(TenantDb<T>) -> awaitable<Result<int>> { co_return 1; };
#endif
    static_cast<void>(co_await fleet.async_with("alpha", body));
}
