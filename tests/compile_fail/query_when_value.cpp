// expect: tenantry: when\(\) takes a condition
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Employee>().where(when(true, 5));
#else
    auto query = select<Employee>().where(when(true, col<&Employee::salary> == 5));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
