// expect: tenantry: a side of a set operation selects a whole row that a left join may not find
#include <query/company.hpp>

using namespace company;

struct Floor {
    std::optional<std::string> floor{};
};

void run(sqlite::Connection& connection)
{
    auto floors = select(col<&Department::floor>).into(table<Floor>);
    auto missing = col<&Floor::floor> == col<&Employee::name>;
#ifdef TENANTRY_BROKEN
    auto side = select<Floor>().from(table<Employee>).left_join(subquery<"f">(floors), missing);
#else
    auto side = select(col<&Floor::floor>).from(table<Employee>).left_join(subquery<"f">(floors), missing);
#endif
    static_cast<void>(execute<Company>(connection, side.union_(select(col<&Department::floor>))));
}
