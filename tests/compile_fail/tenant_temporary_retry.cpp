// expect: tenantry: this compiler destroys the temporaries of a co_await expression twice: name the function \(auto write = \[\.\.\.\]\.\.\.;\) and pass the name, or use clang
// only: affected
#include <support/fleet_fixture.hpp>

#include <tenantry/async/retry.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> add(TenantDb<Notes> db, Note row)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(co_await async_retry([db, row] { return db.async_write(insert(row)); }));
#else
    const auto write = [db, row] { return db.async_write(insert(row)); };
    static_cast<void>(co_await async_retry(write));
    // What owns nothing is safe to hand over.
    static_cast<void>(co_await async_retry([&] { return db.async_write(insert(row)); }, {.tries = 2}));
#endif
}
