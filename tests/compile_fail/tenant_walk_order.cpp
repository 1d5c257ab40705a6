// expect: tenantry: a walk needs an order that tells every row from every other
#include <tenantry/tenant/walk.hpp>

#include <query/schema.hpp>

using namespace query_tests;

void run(const TenantDb<Work>& db)
{
    auto body = [](auto) {};
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().order_by(col<&Job::created_at>);
#else
    auto query = select<Job>().order_by(col<&Job::created_at>, col<&Job::id>);
#endif
    static_cast<void>(async_walk(db, query, 100, body));
}
