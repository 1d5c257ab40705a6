// expect: tenantry: this member is not among those of the Patch
#include <query/schema.hpp>

using namespace query_tests;

auto owner_of(const Patch<&Job::module, &Job::status>& patch)
{
#ifdef TENANTRY_BROKEN
    return patch[col<&Job::owner>];
#else
    return patch[col<&Job::module>];
#endif
}
