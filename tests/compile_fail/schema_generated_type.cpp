// expect: tenantry: the expression's value is not of its column's type
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/generated.hpp>

using namespace tenantry;

struct Line {
    Id<Line> id{};
    int number{};
#ifdef TENANTRY_BROKEN
    std::string total{};
#else
    int total{};
#endif
};
inline constexpr auto twice = col<&Line::number> * 2;
struct Slot : Schema<Table<"line", Line, Generated<&Line::total, twice>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
