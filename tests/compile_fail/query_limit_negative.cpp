// expect: tenantry: limit and offset are not negative
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Employee>().limit(constant<-1>);
#else
    auto query = select<Employee>().limit(constant<1>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
