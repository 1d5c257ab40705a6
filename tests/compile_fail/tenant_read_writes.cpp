// expect: tenantry: async_read takes a query that reads; what changes something goes to async_write
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> add(TenantDb<Notes> db, Note row)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(co_await db.async_read(insert(row)));
#else
    static_cast<void>(co_await db.async_write(insert(row)));
#endif
}
