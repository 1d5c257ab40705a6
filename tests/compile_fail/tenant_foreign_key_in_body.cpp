// expect: tenantry: a key of one tenant's scope is used in another's: it belongs to the handle it came from
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<Result<void>> forget(Fleet<Notes>& fleet)
{
    auto outer = [&]<class A>(TenantDb<A> from) -> awaitable<Result<void>> {
        const auto key = key_for<Note>(from, 1);
        auto inner = [&]<class B>(TenantDb<B> to) -> awaitable<Result<void>> {
            auto body = [&](auto& tx) { return tx.run(remove<Note>().where(col<&Note::id> == key)); };
#ifdef TENANTRY_BROKEN
            co_return co_await to.async_write(body);
#else
            static_cast<void>(to);
            co_return co_await from.async_write(body);
#endif
        };
        co_return co_await fleet.async_with("beta", inner);
    };
    co_return co_await fleet.async_with("alpha", outer);
}
