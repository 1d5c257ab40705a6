// expect: tenantry: a column of a table that the statement does not read
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select(count())
            .from(table<Employee>)
            .join(subquery<"d">(select<Department>().where(col<&Employee::id> == Key<Employee, Scope>())),
                  alias<"d">[col<&Department::id>] == col<&Employee::department>);
#else
    auto query = select(count())
                     .from(table<Employee>)
                     .join(subquery<"d">(select<Department>().where(col<&Department::name> == "a")),
                           alias<"d">[col<&Department::id>] == col<&Employee::department>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
