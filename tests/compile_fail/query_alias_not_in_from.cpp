// expect: tenantry: a column of a table that the statement does not read
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Employee>().where(alias<"a">[col<&Employee::salary>] > 1);
#else
    auto query = select<Employee>().where(col<&Employee::salary> > 1);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
