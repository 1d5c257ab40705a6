// expect: tenantry: this compiler destroys the temporaries of a co_await expression twice: name the options \(ForEachOptions options\{\.\.\.\};\) and pass the name, or use clang
// only: affected
#include <support/fleet_fixture.hpp>

#include <tenantry/fleet/for_each.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> visit(Fleet<Notes>& fleet)
{
    auto body = []<class T>(TenantDb<T>) -> awaitable<Result<void>> { co_return Result<void>(); };
    static_cast<void>(co_await async_for_each(fleet, Which::all(), body));
#ifdef TENANTRY_BROKEN
    static_cast<void>(co_await async_for_each(fleet, Which::all(), body, {.concurrency = 2}));
#else
    const ForEachOptions options{.concurrency = 2};
    static_cast<void>(co_await async_for_each(fleet, Which::all(), body, options));
    // Where a handler takes the answer, nothing is awaited.
    async_for_each(fleet, Which::all(), body, {.concurrency = 2}, [](const auto&) {});
#endif
}
