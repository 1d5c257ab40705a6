// expect: tenantry: join\(table<Row>\) without a condition follows the one foreign key, and there are
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Loan::hours>).join(table<Department>);
#else
    auto query = select(col<&Loan::hours>).join(table<Employee>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
