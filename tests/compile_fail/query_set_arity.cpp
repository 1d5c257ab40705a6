// expect: tenantry: the sides of a set operation select different numbers of columns
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Employee::name>).union_(select(col<&Department::name>, col<&Department::floor>));
#else
    auto query = select(col<&Employee::name>).union_(select(col<&Department::name>));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
