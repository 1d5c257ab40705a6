// expect: tenantry: join<Row>\(\) without a condition follows a foreign key, and there is none
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Department::name>).join<Alias<"other", Department>>();
#else
    auto query = select(col<&Department::name>).join<Employee>();
#endif
    static_cast<void>(execute<Company>(connection, query));
}
