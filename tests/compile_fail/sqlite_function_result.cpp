// expect: tenantry: a function for SQL returns a type
#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/sqlite/functions.hpp>

using namespace tenantry;

void add(sqlite::Functions& functions)
{
#ifdef TENANTRY_BROKEN
    functions.scalar("f", [](std::int64_t) {});
#else
    functions.scalar("f", [](std::int64_t a) { return a; });
#endif
}
