// expect: tenantry: a column is compared with a value of another type
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Employee>().where(in(col<&Employee::name>, select(col<&Employee::salary>)));
#else
    auto query = select<Employee>().where(in(col<&Employee::name>, select(col<&Department::name>)));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
