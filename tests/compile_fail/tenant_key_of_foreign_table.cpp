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
    static_cast<void>(db.key<Stranger>(1));
#else
    static_cast<void>(db.key<Note>(1));
#endif
}
