// expect: tenantry: a table of another schema
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

struct Stranger {
    Id<Stranger> id{};
    std::string name{};
};

boost::asio::awaitable<void> look(TenantDb<Notes> db)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Stranger>();
#else
    auto query = select<Note>();
#endif
    static_cast<void>(co_await db.async_read(query));
}
