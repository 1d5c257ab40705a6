// expect: tenantry: the expression's value can be NULL, and the column's member is not optional
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/generated.hpp>

using namespace tenantry;

struct Line {
    Id<Line> id{};
    int number{};
#ifdef TENANTRY_BROKEN
    int half{};
#else
    std::optional<int> half{};
#endif
};
inline constexpr auto half = col<&Line::number> / 2;
struct Slot : Schema<Table<"line", Line, Generated<&Line::half, half>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
