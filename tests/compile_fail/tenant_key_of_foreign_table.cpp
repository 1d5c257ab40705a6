// expect: tenantry: .*is not a table of this schema
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

struct Stranger {
    Id<Stranger> id{};
    std::string name{};
};

void make(const TenantDb<Notes>& db)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(key_for<Stranger>(db, 1));
#else
    static_cast<void>(key_for<Note>(db, 1));
#endif
}
