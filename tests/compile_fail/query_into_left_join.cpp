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
    auto query = select(col<&Department::name>, col<&Employee::salary>.as<"people">())
                     .into<Line>()
                     .left_join<Employee>();
#else
    auto query =
        select(col<&Department::name>, col<&Employee::salary>.as<"people">()).into<Line>().join<Employee>();
#endif
    static_cast<void>(execute<Company>(connection, query));
}
