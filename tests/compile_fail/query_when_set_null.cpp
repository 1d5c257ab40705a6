// expect: tenantry: an optional value is assigned to a column that is NOT NULL
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    const std::optional<std::optional<std::string>> name;
    auto query = update<Employee>().set(when(name, col<&Employee::name>)).all_rows();
#else
    const std::optional<std::string> name;
    auto query = update<Employee>().set(when(name, col<&Employee::name>)).all_rows();
#endif
    static_cast<void>(execute<Company>(connection, query));
}
