// expect: tenantry: this compiler destroys the temporaries of a co_await expression twice: name the row \(Job job\{\.\.\.\};\) and pass the name, or use clang
// only: affected
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> add(TenantDb<Notes> db)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(
        co_await db.async_write(insert(Note{.text = "a text that is too long to be kept in place"})));
#else
    Note row{.text = "a text that is too long to be kept in place"};
    static_cast<void>(co_await db.async_write(insert(row)));
    // What owns nothing is safe to hand over.
    static_cast<void>(co_await db.async_write(insert(Reply{})));
#endif
}
