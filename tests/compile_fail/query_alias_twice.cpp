// expect: tenantry: two aliases of one name
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select(col<&Employee::name>)
            .join(table<Alias<"a", Employee>>, col<&Employee::boss> == alias<"a">[col<&Employee::id>])
            .join(table<Alias<"a", Department>>,
                  col<&Employee::department> == alias<"a">[col<&Department::id>]);
#else
    auto query =
        select(col<&Employee::name>)
            .join(table<Alias<"a", Employee>>, col<&Employee::boss> == alias<"a">[col<&Employee::id>])
            .join(table<Alias<"b", Department>>,
                  col<&Employee::department> == alias<"b">[col<&Department::id>]);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
