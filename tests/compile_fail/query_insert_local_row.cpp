// expect: address of stack memory associated with local variable 'row' returned
// only: clang
#include <query/company.hpp>

using namespace company;

#pragma clang diagnostic error "-Wreturn-stack-address"

auto statement(const Employee& given)
{
    Employee row = given;
    row.salary = 5;
#ifdef TENANTRY_BROKEN
    return insert(row);
#else
    return insert(std::move(row));
#endif
}
