// expect: tenantry: an id column is compared with a key
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
    const std::tuple key(col<&Tag::name>, col<&Tag::job>);
#ifdef TENANTRY_BROKEN
    const std::vector<std::pair<std::string, Id<Job>>> wanted;
#else
    const std::vector<std::pair<std::string, Key<Job, ScopeA>>> wanted;
#endif
    auto query = select<Tag>().where(in(key, wanted));
    static_cast<void>(execute<Work>(connection, query));
}
