// expect: tenantry: a statement reads one table twice
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select(col<&Employee::name>).join(table<Employee>, col<&Employee::boss> == col<&Employee::id>);
#else
    auto query =
        select(col<&Employee::name>)
            .join(table<Alias<"boss", Employee>>, col<&Employee::boss> == alias<"boss">[col<&Employee::id>]);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
