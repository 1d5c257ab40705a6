// expect: tenantry: two queries of with\(\) go into one struct
#include <query/company.hpp>

using namespace company;

struct Line {
    std::int64_t people{};
};
struct Other {
    std::int64_t people{};
};

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select<Line>().with(cte<"a">(select(count().as("people"_n)).from(table<Employee>).into(table<Line>)),
                            cte<"b">(select(count().as("people"_n)).from(table<Employee>).into(table<Line>)));
#else
    auto query = select<Line>().with(
        cte<"a">(select(count().as("people"_n)).from(table<Employee>).into(table<Line>)),
        cte<"b">(select(count().as("people"_n)).from(table<Employee>).into(table<Other>)));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
