// expect: tenantry: a record of one tenant's scope is used in another's: it belongs to the handle it came from
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<Result<void>> copy(Fleet<Notes>& fleet)
{
    auto outer = [&]<class A>(TenantDb<A> from) -> awaitable<Result<void>> {
        auto notes = co_await from.async_read(one(select<Note>()));
        if (!notes) co_return tl::unexpected(notes.error());
        auto& record = *notes;
        auto inner = [&]<class B>(TenantDb<B> to) -> awaitable<Result<void>> {
            record.text = "changed";
#ifdef TENANTRY_BROKEN
            auto changed = co_await to.async_write(update(record));
#else
            auto changed = co_await from.async_write(update(record));
            static_cast<void>(to);
#endif
            if (!changed) co_return tl::unexpected(changed.error());
            co_return Result<void>();
        };
        co_return co_await fleet.async_with("beta", inner);
    };
    co_return co_await fleet.async_with("alpha", outer);
}
