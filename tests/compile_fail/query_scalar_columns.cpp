// expect: tenantry: a query in the place of a value selects one column
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select(scalar(select(col<&Department::name>, col<&Department::floor>))).from(table<Employee>);
#else
    auto query = select(scalar(select(col<&Department::name>))).from(table<Employee>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
