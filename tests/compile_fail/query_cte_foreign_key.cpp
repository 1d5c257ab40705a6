// expect: tenantry: a key of one tenant's scope is used in another's
#include <query/company.hpp>

using namespace company;

struct Other {
    using schema = Company;
};

void run()
{
#ifdef TENANTRY_BROKEN
    auto query = select<Alias<"d", Department>>().with(
        cte<"d">(select<Department>().where(col<&Department::id> == Key<Department, Other>())));
#else
    auto query = select<Alias<"d", Department>>().with(
        cte<"d">(select<Department>().where(col<&Department::id> == Key<Department, Scope>())));
#endif
    static_cast<void>(check_query<Scope, decltype(query)>());
}
