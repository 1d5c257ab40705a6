// expect: tenantry: a key of one tenant's scope is used in another's
#include <query/schema.hpp>

using namespace query_tests;

#ifdef TENANTRY_BROKEN
using Other = ScopeB;
#else
using Other = ScopeA;
#endif

static_assert([] {
    using Wanted = std::vector<std::pair<std::string, Key<Job, Other>>>;
    using Query = decltype(select<Tag>().where(
        in(std::tuple(col<&Tag::name>, col<&Tag::job>), std::declval<const Wanted&>())));
    return check_query<ScopeA, Query>();
}());
