// expect: tenantry: a column of a table that the statement does not read
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Employee::name>, row<Department>);
#else
    auto query = select(col<&Employee::name>, row<Employee>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
