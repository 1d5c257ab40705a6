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
    auto query = select(col<&Department::name>, max(col<&Employee::salary>).as("people"_n))
                     .join(table<Employee>)
                     .group_by(col<&Department::name>)
                     .into(table<Line>);
#else
    auto query = select(col<&Department::name>, count(col<&Employee::salary>).as("people"_n))
                     .join(table<Employee>)
                     .group_by(col<&Department::name>)
                     .into(table<Line>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
