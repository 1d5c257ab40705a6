// expect: tenantry: pages need an order that tells every row from every other
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = page_after(select<Employee>().order_by(col<&Employee::salary>), Employee{});
#else
    auto query =
        page_after(select<Employee>().order_by(col<&Employee::salary>, col<&Employee::id>), Employee{});
#endif
    static_cast<void>(execute<Company>(connection, query));
}
