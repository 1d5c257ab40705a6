// expect: tenantry: having\(\) or order_by\(\) names a column that is neither in group_by\(\)
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
    auto groups = select(col<&Employee::boss>).group_by(col<&Employee::boss>);
#ifdef TENANTRY_BROKEN
    auto query = groups.having(when(true, count() > 1) || !when(true, col<&Employee::salary> > 1));
#else
    auto query = groups.having(when(true, count() > 1) || !when(true, max(col<&Employee::salary>) > 1));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
