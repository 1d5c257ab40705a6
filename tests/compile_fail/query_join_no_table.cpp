// expect: tenantry: join\(\) takes a table, join\(table<Row>, condition\), a query with a name
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Employee::name>).join(col<&Employee::department> == col<&Department::id>);
#else
    auto query = select(col<&Employee::name>)
                     .join(table<Department>, col<&Employee::department> == col<&Department::id>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
