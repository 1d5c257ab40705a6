// expect: tenantry: pages after a row need in the row what the query is ordered by
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = page_after(select(col<&Employee::name>).order_by(col<&Employee::salary>), std::string("a"));
#else
    auto query =
        page_after(select(col<&Employee::name>).distinct().order_by(col<&Employee::name>), std::string("a"));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
