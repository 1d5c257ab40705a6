// expect: tenantry: the body of async_with takes a TenantDb<T>, for any T: \[&\]<class T>\(TenantDb<T> db\)
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<Result<void>> look(Fleet<Notes>& fleet)
{
#ifdef TENANTRY_BROKEN
    auto body = [](TenantDb<Notes>) -> awaitable<Result<void>> { co_return Result<void>(); };
#else
    auto body = [](auto) -> awaitable<Result<void>> { co_return Result<void>(); };
#endif
    co_return co_await fleet.async_with("alpha", body);
}
