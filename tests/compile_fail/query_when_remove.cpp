// expect: tenantry: if all conditions were left out, this would change the whole table
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = remove<Employee>().where(when(true, col<&Employee::salary> > 1) ||
                                          !when(true, col<&Employee::salary> < 1));
#else
    auto query =
        remove<Employee>().where(when(true, col<&Employee::salary> > 1) || col<&Employee::salary> < 1);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
