// expect: tenantry: a key of one tenant's scope is used in another's
#include <query/schema.hpp>

using namespace query_tests;

#ifdef TENANTRY_BROKEN
using Other = ScopeB;
#else
using Other = ScopeA;
#endif

auto query() { return select<Job>().where(in(col<&Job::owner>, std::vector<Key<User, Other>>())); }

static_assert(check_query<ScopeA, decltype(query())>());
