// expect: tenantry: the body of with returns a Result<R>; a coroutine goes to async_with
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<void> look(Fleet<Notes>& fleet)
{
#ifdef TENANTRY_BROKEN
    auto body = []<class T>(TenantDb<T>) -> boost::asio::awaitable<Result<void>> {
        co_return Result<void>();
    };
    static_cast<void>(fleet.with("alpha", body));
    return {};
#else
    auto body = []<class T>(TenantDb<T>) { return Result<void>(); };
    return fleet.with("alpha", body);
#endif
}
