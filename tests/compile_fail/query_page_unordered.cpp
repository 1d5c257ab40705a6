// expect: tenantry: pages need an order
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = page_after(select<Employee>(), Employee{});
#else
    auto query = page_after(select<Employee>().order_by(col<&Employee::id>), Employee{});
#endif
    static_cast<void>(execute<Company>(connection, query));
}
