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
            co_return first.template key<Note>(1) == second.template key<Note>(1);
#else
            static_cast<void>(first);
            co_return second.template key<Note>(2) == second.template key<Note>(1);
#endif
        };
        co_return co_await fleet.async_with("beta", inner);
    };
    co_return co_await fleet.async_with("alpha", outer);
}
