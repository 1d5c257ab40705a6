// expect: tenantry: borrowed\(\) is for texts and blobs
#include <query/company.hpp>

using namespace company;

void run(sqlite::Connection& connection)
{
    const std::int64_t salary = 5;
#ifdef TENANTRY_BROKEN
    auto query = select<Employee>().where(col<&Employee::salary> == borrowed(salary));
#else
    auto query = select<Employee>().where(col<&Employee::salary> == salary);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
