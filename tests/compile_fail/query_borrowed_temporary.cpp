// expect: tenantry: borrowed\(\) refers to its argument, and this one is a temporary
#include <string>

#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
    const std::string name = "ann";
#ifdef TENANTRY_BROKEN
    auto query = select<Employee>().where(col<&Employee::name> == borrowed(name + "a"));
#else
    auto query = select<Employee>().where(col<&Employee::name> == borrowed(name));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
