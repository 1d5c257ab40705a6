// expect: tenantry: an id column is compared with a key: .*key_for<User>\(db, 42\)
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<Result<void>> look(Fleet<Notes>& fleet, Note plain)
{
    auto body = [&]<class T>(TenantDb<T> db) -> awaitable<Result<void>> {
#ifdef TENANTRY_BROKEN
        auto replies = co_await db.async_read(select<Reply>().where(col<&Reply::note> == plain.id));
#else
        const auto key = key_for(db, plain.id);
        if (!key) co_return tl::unexpected(key.error());
        auto replies = co_await db.async_read(select<Reply>().where(col<&Reply::note> == *key));
#endif
        if (!replies) co_return tl::unexpected(replies.error());
        co_return Result<void>();
    };
    co_return co_await fleet.async_with("alpha", body);
}
