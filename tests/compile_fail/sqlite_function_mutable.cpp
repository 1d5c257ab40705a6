// expect: tenantry: a function for SQL is called by several threads
#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/sqlite/functions.hpp>

using namespace tenantry;

void add(sqlite::Functions& functions)
{
#ifdef TENANTRY_BROKEN
    functions.scalar("f", [n = 0](std::int64_t a) mutable { return a + n++; });
#else
    functions.scalar("f", [](std::int64_t a) { return a; });
#endif
}
