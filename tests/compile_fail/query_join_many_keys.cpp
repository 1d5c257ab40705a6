// expect: tenantry: join<Row>\(\) without a condition follows the one foreign key, and there are
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Loan::hours>).join<Department>();
#else
    auto query = select(col<&Loan::hours>).join<Employee>();
#endif
    static_cast<void>(execute<Company>(connection, query));
}
