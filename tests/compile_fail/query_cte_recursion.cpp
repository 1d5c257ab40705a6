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
    auto query =
        select(count())
            .from(table<Line>)
            .with(cte<"line">(select(col<&Department::name>, count().as("people"_n))
                                  .group_by(col<&Department::name>)
                                  .into(table<Line>)
                                  .union_(select(col<&Line::name>, col<&Line::people>).into(table<Line>))));
#else
    auto query = select(count())
                     .from(table<Line>)
                     .with_recursive(cte<"line">(
                         select(col<&Department::name>, count().as("people"_n))
                             .group_by(col<&Department::name>)
                             .into(table<Line>)
                             .union_(select(col<&Line::name>, col<&Line::people>).into(table<Line>))));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
