// expect: tenantry: a column of a table of another schema
#include <query/company.hpp>

using namespace company;

struct Line {
    std::int64_t people{};
    std::string name{};
};

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count()).from<Line>().with(
        cte<"line">(select(col<&Department::name>, count().as<"people">())
                        .group_by(col<&Department::name>)
                        .into<Line>()
                        .union_(select(col<&Line::name>, col<&Line::people>).into<Line>())));
#else
    auto query = select(count()).from<Line>().with_recursive(
        cte<"line">(select(col<&Department::name>, count().as<"people">())
                        .group_by(col<&Department::name>)
                        .into<Line>()
                        .union_(select(col<&Line::name>, col<&Line::people>).into<Line>())));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
