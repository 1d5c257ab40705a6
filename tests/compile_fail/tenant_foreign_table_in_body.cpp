// expect: tenantry: a table of another schema
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

struct Stranger {
    Id<Stranger> id{};
    std::string name{};
};

boost::asio::awaitable<void> add(TenantDb<Notes> db)
{
#ifdef TENANTRY_BROKEN
    auto body = [](auto& tx) { return tx.run(insert(Stranger{})); };
#else
    auto body = [](auto& tx) { return tx.run(insert(Note{})); };
#endif
    static_cast<void>(co_await db.async_write(body));
}
