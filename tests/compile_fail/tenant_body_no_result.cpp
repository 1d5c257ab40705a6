// expect: tenantry: a transaction body returns a Result<R>, and is synchronous: nothing is awaited in it
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> add(TenantDb<Notes> db)
{
#ifdef TENANTRY_BROKEN
    auto body = [](auto& tx) { static_cast<void>(tx.run(insert(Note{}))); };
#else
    auto body = [](auto& tx) { return tx.run(insert(Note{})); };
#endif
    static_cast<void>(co_await db.async_write(body));
}
