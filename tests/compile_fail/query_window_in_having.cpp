// expect: tenantry: a window function is computed after where\(\), group_by\(\) and having\(\)
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select(col<&Job::module>).group_by(col<&Job::module>).having(rank().over(order_by(count())) == 1);
#else
    auto query = select(col<&Job::module>).group_by(col<&Job::module>).having(count() == 1);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
