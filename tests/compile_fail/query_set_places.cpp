// expect: tenantry: the sides of a set operation go into one struct, but their columns come
#include <query/company.hpp>

using namespace company;

struct Two {
    std::string name{};
    std::string other{};
};

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Employee::name>, col<&Department::name>.as("other"_n))
                     .cross_join(table<Department>)
                     .into(table<Two>)
                     .union_(select(col<&Employee::name>.as("other"_n), col<&Department::name>)
                                 .cross_join(table<Department>)
                                 .into(table<Two>));
#else
    auto query = select(col<&Employee::name>, col<&Department::name>.as("other"_n))
                     .cross_join(table<Department>)
                     .into(table<Two>)
                     .union_(select(col<&Department::name>, col<&Employee::name>.as("other"_n))
                                 .cross_join(table<Department>)
                                 .into(table<Two>));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
