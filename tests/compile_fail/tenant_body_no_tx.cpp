// expect: tenantry: async_write takes a statement, or a transaction body that takes a Tx<T>&: \[\]\(auto& tx\)
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> add(TenantDb<Notes> db)
{
#ifdef TENANTRY_BROKEN
    auto body = []() { return Result<void>(); };
#else
    auto body = [](auto&) { return Result<void>(); };
#endif
    static_cast<void>(co_await db.async_write(body));
}
