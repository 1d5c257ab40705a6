// expect: tenantry: a collation compares two std::string_view
#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/sqlite/functions.hpp>

using namespace tenantry;

void add(sqlite::Functions& functions)
{
#ifdef TENANTRY_BROKEN
    functions.collation("c", [](std::string_view a, std::string_view b) { return a.compare(b); });
#else
    functions.collation("c", [](std::string_view a, std::string_view b) noexcept { return a.compare(b); });
#endif
}
