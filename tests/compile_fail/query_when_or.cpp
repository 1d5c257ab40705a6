// expect: tenantry: when\(\) leaves a condition out of those that are joined with &&
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select<Employee>().where(col<&Employee::name> == "a" || when(true, col<&Employee::salary> > 1));
#else
    auto query =
        select<Employee>().where(col<&Employee::name> == "a" && when(true, col<&Employee::salary> > 1));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
