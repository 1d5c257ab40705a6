// expect: tenantry: pages need an order that tells every row from every other
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        page_after_keys(select(col<&Department::name>).join(table<Employee>).order_by(col<&Department::id>),
                        Key<Department, Scope>{});
#else
    auto query =
        page_after_keys(select(col<&Department::name>).join(table<Employee>).order_by(col<&Employee::id>),
                        Key<Employee, Scope>{});
#endif
    static_cast<void>(execute<Company>(connection, query));
}
