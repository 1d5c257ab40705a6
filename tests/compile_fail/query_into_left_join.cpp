// expect: tenantry: into\(table<Struct>\): a field does not take what its column holds
#include <query/company.hpp>

using namespace company;

struct Line {
    std::int64_t people{};
    std::string name{};
};

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Department::name>, col<&Employee::salary>.as("people"_n))
                     .into(table<Line>)
                     .left_join(table<Employee>);
#else
    auto query = select(col<&Department::name>, col<&Employee::salary>.as("people"_n))
                     .into(table<Line>)
                     .join(table<Employee>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
