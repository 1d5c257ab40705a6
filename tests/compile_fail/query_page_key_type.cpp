// expect: tenantry: a column is compared with a value of another type
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = page_after_keys(
        unique_by<&Employee::salary>(select(col<&Employee::name>).order_by(col<&Employee::salary>)), "a");
#else
    auto query = page_after_keys(
        unique_by<&Employee::salary>(select(col<&Employee::name>).order_by(col<&Employee::salary>)), 5);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
