// expect: tenantry: any_of\(\) and all_of\(\) join conditions
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Employee>().where(any_of(
        Names{"a"}, [](const std::string& name) { return length(col<&Employee::name>) + name.size(); }));
#else
    auto query = select<Employee>().where(any_of(
        Names{"a"}, [](const std::string& name) { return length(col<&Employee::name>) == name.size(); }));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
