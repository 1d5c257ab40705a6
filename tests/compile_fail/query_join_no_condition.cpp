// expect: tenantry: join\(table<Row>, \.\.\.\) takes a condition
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Employee::name>).join(table<Department>, col<&Department::name>);
#else
    auto query = select(col<&Employee::name>).join(table<Department>, col<&Department::name> == "a");
#endif
    static_cast<void>(execute<Company>(connection, query));
}
