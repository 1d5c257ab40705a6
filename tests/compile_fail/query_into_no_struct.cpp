// expect: tenantry: into\(\) takes a struct by its name: into\(table<Load>\)
#include <query/company.hpp>

using namespace company;

struct Line {
    std::int64_t people{};
};

void run(sqlite::Connection& connection)
{
    auto counted = select(count().as("people"_n)).from(table<Employee>);
#ifdef TENANTRY_BROKEN
    auto query = counted.into(Line{});
#else
    auto query = counted.into(table<Line>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
