// expect: tenantry: two orders of an order_list\(\) are called by one enumerator
#include <query/company.hpp>

using namespace company;

enum class By { name, pay };

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select<Employee>().order_by(order_list(Sort{By::name}, sortable<By::name>(col<&Employee::name>),
                                               sortable<By::name>(col<&Employee::salary>)));
#else
    auto query = select<Employee>().order_by(order_list(
        Sort{By::name}, sortable<By::name>(col<&Employee::name>), sortable<By::pay>(col<&Employee::salary>)));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
