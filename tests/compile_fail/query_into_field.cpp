// expect: tenantry: into\(table<Struct>\): a field has no column of its name
#include <query/company.hpp>

using namespace company;

struct Line {
    std::int64_t people{};
    std::string name{};
};

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Department::name>, count()).group_by(col<&Department::name>).into(table<Line>);
#else
    auto query = select(col<&Department::name>, count().as("people"_n))
                     .group_by(col<&Department::name>)
                     .into(table<Line>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
