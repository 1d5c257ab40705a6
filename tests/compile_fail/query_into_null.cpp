// expect: tenantry: into<Struct>\(\): a field does not take what its column holds
#include <query/company.hpp>

using namespace company;

struct Line {
    std::int64_t people{};
    std::string name{};
};

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Department::name>, max(col<&Employee::salary>).as<"people">())
                     .join<Employee>()
                     .group_by(col<&Department::name>)
                     .into<Line>();
#else
    auto query = select(col<&Department::name>, count(col<&Employee::salary>).as<"people">())
                     .join<Employee>()
                     .group_by(col<&Department::name>)
                     .into<Line>();
#endif
    static_cast<void>(execute<Company>(connection, query));
}
