// expect: tenantry: two aliases of one name, or an alias of the name of a table
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Employee::name>).cross_join(table<Alias<"EMPLOYEE", Department>>);
#else
    auto query = select(col<&Employee::name>).cross_join(table<Alias<"place", Department>>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
