// expect: tenantry: unique_by<columns...>.. names what order_by.. does not
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = page_after(unique_by<&Employee::name>(select<Employee>().order_by(col<&Employee::salary>)),
                            Employee{});
#else
    auto query = page_after(unique_by<&Employee::salary>(select<Employee>().order_by(col<&Employee::salary>)),
                            Employee{});
#endif
    static_cast<void>(execute<Company>(connection, query));
}
