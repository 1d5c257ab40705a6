// expect: tenantry: this compiler destroys the temporaries of a co_await expression twice: name the body \(auto body = \[\.\.\.\]\.\.\.;\) and pass the name, or use clang
// only: affected
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<Result<void>> look(Fleet<Notes>& fleet, std::string text)
{
#ifdef TENANTRY_BROKEN
    co_return co_await fleet.async_with(
        "alpha", [text]<class T>(TenantDb<T>) -> awaitable<Result<void>> { co_return Result<void>(); });
#else
    auto body = [text]<class T>(TenantDb<T>) -> awaitable<Result<void>> { co_return Result<void>(); };
    co_return co_await fleet.async_with("alpha", body);
#endif
}
