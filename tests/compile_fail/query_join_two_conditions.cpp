// expect: tenantry: join\(table<Row>, condition\) takes one condition
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
    const auto same = col<&Employee::department> == col<&Department::id>;
#ifdef TENANTRY_BROKEN
    auto query =
        select(col<&Employee::name>).join(table<Department>, same, col<&Department::name> == "sales");
#else
    auto query =
        select(col<&Employee::name>).join(table<Department>, same && col<&Department::name> == "sales");
#endif
    static_cast<void>(execute<Company>(connection, query));
}
