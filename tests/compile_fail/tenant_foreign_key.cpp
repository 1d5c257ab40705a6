// expect: tenantry: a key of one tenant's scope is used in another's: it belongs to the handle it came from
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<Result<void>> copy(Fleet<Notes>& fleet)
{
    auto outer = [&]<class A>(TenantDb<A> from) -> awaitable<Result<void>> {
        const auto key = key_for<Note>(from, 1);
        auto inner = [&]<class B>(TenantDb<B> to) -> awaitable<Result<void>> {
#ifdef TENANTRY_BROKEN
            auto found = co_await to.async_read(select<Note>().where(col<&Note::id> == key));
#else
            auto found = co_await from.async_read(select<Note>().where(col<&Note::id> == key));
            static_cast<void>(to);
#endif
            if (!found) co_return tl::unexpected(found.error());
            co_return Result<void>();
        };
        co_return co_await fleet.async_with("beta", inner);
    };
    co_return co_await fleet.async_with("alpha", outer);
}
