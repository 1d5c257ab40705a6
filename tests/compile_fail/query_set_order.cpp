// expect: tenantry: the whole of a set operation is ordered by what its first side selects
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select(col<&Employee::name>).union_(select(col<&Department::name>)).order_by(col<&Employee::salary>);
#else
    auto query =
        select(col<&Employee::name>).union_(select(col<&Department::name>)).order_by(col<&Employee::name>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
