// expect: tenantry: an argument of a function for SQL is of a type
#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/sqlite/functions.hpp>

using namespace tenantry;

void add(sqlite::Functions& functions)
{
#ifdef TENANTRY_BROKEN
    functions.scalar("f", [](const int* a) { return *a; });
#else
    functions.scalar("f", [](std::int64_t a) { return a; });
#endif
}
