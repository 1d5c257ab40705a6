// expect: tenantry: async_write takes a statement that changes something; a query goes to async_read
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> look(TenantDb<Notes> db)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(co_await db.async_write(select<Note>()));
#else
    static_cast<void>(co_await db.async_read(select<Note>()));
#endif
}
