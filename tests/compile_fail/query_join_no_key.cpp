// expect: tenantry: join\(table<Row>\) without a condition follows a foreign key, and there is none
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Department::name>).join(table<Alias<"other", Department>>);
#else
    auto query = select(col<&Department::name>).join(table<Employee>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
