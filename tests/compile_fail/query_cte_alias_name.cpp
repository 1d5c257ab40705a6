// expect: tenantry: two aliases of one name
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
        select(count())
            .from(table<Line>)
            .cross_join(table<Alias<"line", Employee>>)
            .with(cte<"line">(select(count().as("people"_n)).from(table<Employee>).into(table<Line>)));
#else
    auto query =
        select(count())
            .from(table<Line>)
            .cross_join(table<Alias<"one", Employee>>)
            .with(cte<"line">(select(count().as("people"_n)).from(table<Employee>).into(table<Line>)));
#endif
    static_cast<void>(execute<Company>(connection, query));
}
