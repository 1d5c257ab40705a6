// expect: tenantry: a key of one tenant's scope is
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<Result<bool>> same(Fleet<Notes>& fleet)
{
    auto outer = [&]<class A>(TenantDb<A> first) -> awaitable<Result<bool>> {
        auto inner = [&]<class B>(TenantDb<B> second) -> awaitable<Result<bool>> {
#ifdef TENANTRY_BROKEN
            co_return key_for<Note>(first, 1) == key_for<Note>(second, 1);
#else
            static_cast<void>(first);
            co_return key_for<Note>(second, 2) == key_for<Note>(second, 1);
#endif
        };
        co_return co_await fleet.async_with("beta", inner);
    };
    co_return co_await fleet.async_with("alpha", outer);
}
