// expect: tenantry: where\(\) chooses rows before they are grouped
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select(col<&Employee::boss>)
            .group_by(col<&Employee::boss>)
            .where(when(true, count() > 1) || when(true, col<&Employee::boss> != key(Id<Employee>())));
#else
    auto query =
        select(col<&Employee::boss>)
            .group_by(col<&Employee::boss>)
            .having(when(true, count() > 1) || when(true, col<&Employee::boss> != key(Id<Employee>())));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
