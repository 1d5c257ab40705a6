// expect: tenantry: a record of one tenant's scope is used in another's
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
    const auto settings = select<Setting>().order_by(col<&Setting::key>);
#ifdef TENANTRY_BROKEN
    auto query = page_after(settings, Record<Setting, ScopeB>{});
#else
    auto query = page_after(settings, Record<Setting, ScopeA>{});
#endif
    static_cast<void>(check_query<ScopeA, decltype(query)>());
    static_cast<void>(connection);
}
