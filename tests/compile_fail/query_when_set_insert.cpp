// expect: tenantry: set\(\) takes assignments
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert<Department>().set(when(true, col<&Department::name> = "a"));
#else
    auto query = insert<Department>().set(col<&Department::name> = "a");
#endif
    static_cast<void>(execute<Company>(connection, query));
}
