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
            .from(subquery<"t">(select(count().as("people"_n)).from(table<Employee>).into(table<Line>)))
            .join(subquery<"t">(select(count().as("people"_n)).from(table<Employee>).into(table<Other>)),
                  col<&Line::people> == col<&Other::people>);
#else
    auto query =
        select(count())
            .from(subquery<"t">(select(count().as("people"_n)).from(table<Employee>).into(table<Line>)))
            .join(subquery<"u">(select(count().as("people"_n)).from(table<Employee>).into(table<Other>)),
                  col<&Line::people> == col<&Other::people>);
#endif
    static_cast<void>(execute<Company>(connection, query));
}
