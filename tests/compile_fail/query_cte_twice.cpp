// expect: tenantry: two queries of with\(\) have one name
#include <query/company.hpp>

using namespace company;

struct Line {
    std::int64_t people{};
    std::string name{};
};

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count())
                     .from(table<Line>)
                     .with(cte<"line">(select(col<&Department::name>, count().as("people"_n))
                                           .group_by(col<&Department::name>)
                                           .into(table<Line>)),
                           cte<"LINE">(select<Employee>()));
#else
    auto query = select(count())
                     .from(table<Line>)
                     .with(cte<"line">(select(col<&Department::name>, count().as("people"_n))
                                           .group_by(col<&Department::name>)
                                           .into(table<Line>)),
                           cte<"line2">(select<Employee>()));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
