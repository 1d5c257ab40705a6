// expect: tenantry: a column is assigned a value of another type
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    const std::optional<std::string> salary;
    auto query = update<Employee>().set(when(salary, col<&Employee::salary>)).all_rows();
#else
    const std::optional<std::int64_t> salary;
    auto query = update<Employee>().set(when(salary, col<&Employee::salary>)).all_rows();
#endif
    static_cast<void>(execute<Company>(connection, query));
}
