// expect: tenantry: a column is set twice
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        update<Employee>().set(when(true, col<&Employee::salary> = 1), col<&Employee::salary> = 2).all_rows();
#else
    auto query =
        update<Employee>().set(when(true, col<&Employee::salary> = 1), col<&Employee::name> = "a").all_rows();
#endif
    static_cast<void>(execute<Company>(connection, query));
}
