// expect: tenantry: order_by\(\) and limit\(\) belong to the whole of a set operation
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Employee::name>).limit(1).union_(select(col<&Department::name>));
#else
    auto query = select(col<&Employee::name>).union_(select(col<&Department::name>)).limit(1);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
