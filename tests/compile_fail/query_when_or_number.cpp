// expect: tenantry: \|\| joins conditions
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Employee>().where(when(true, col<&Employee::salary> > 1) || col<&Employee::salary>);
#else
    auto query =
        select<Employee>().where(when(true, col<&Employee::salary> > 1) || col<&Employee::salary> > 2);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
