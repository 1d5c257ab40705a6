// expect: tenantry: a key of one tenant's scope is used in another's: it belongs to the handle it came from
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<std::int64_t> forget(Fleet<Notes>& fleet)
{
    return fleet.with("alpha", [&]<class A>(TenantDb<A> from) {
        const auto key = key_for<Note>(from, 1);
        return fleet.with("beta", [&]<class B>(TenantDb<B> to) {
#ifdef TENANTRY_BROKEN
            return to.write(remove<Note>().where(col<&Note::id> == key));
#else
            static_cast<void>(to);
            return from.write(remove<Note>().where(col<&Note::id> == key));
#endif
        });
    });
}
