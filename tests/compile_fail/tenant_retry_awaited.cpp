// expect: tenantry: retry\(\) calls a function that returns a Result: \[&\] \{ return db\.write\(body\); \}; what is awaited goes to async_retry\(\)
#include <support/fleet_fixture.hpp>

#include <tenantry/async/retry.hpp>

using namespace tenantry;
using namespace tenantry::test;

void add(const TenantDb<Notes>& db)
{
    const Note row{.text = "tried again"};
#ifdef TENANTRY_BROKEN
    static_cast<void>(retry([&] { return db.async_write(insert(row)); }));
#else
    static_cast<void>(retry([&] { return db.write(insert(row)); }));
#endif
}
