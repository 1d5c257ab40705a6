// expect: tenantry: having\(\) or order_by\(\) names a column
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Job::module>, count()).group_by(col<&Job::module>).order_by(col<&Job::cost>);
#else
    auto query = select(col<&Job::module>, count())
                     .group_by(col<&Job::module>)
                     .order_by(desc(sum(col<&Job::cost>)), col<&Job::module>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
