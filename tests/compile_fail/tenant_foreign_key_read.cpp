// expect: tenantry: a key of one tenant's scope is used in another's: it belongs to the handle it came from
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

// A handle that is bound to no body is of another scope than every body.
awaitable<Result<void>> look(Fleet<Notes>& fleet, TenantDb<Notes> erased)
{
    auto body = [&]<class T>(TenantDb<T> db) -> awaitable<Result<void>> {
#ifdef TENANTRY_BROKEN
        auto found = db.read(select<Note>().where(col<&Note::id> == key_for<Note>(erased, 1)));
#else
        auto found = erased.read(select<Note>().where(col<&Note::id> == key_for<Note>(erased, 1)));
        static_cast<void>(db);
#endif
        if (!found) co_return tl::unexpected(found.error());
        co_return Result<void>();
    };
    co_return co_await fleet.async_with("alpha", body);
}
