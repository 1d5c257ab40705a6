// expect: tenantry: a default names no columns
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/default.hpp>

using namespace tenantry;

struct Line {
    Id<Line> id{};
    int number{};
    int total{};
};
#ifdef TENANTRY_BROKEN
inline constexpr auto value = col<&Line::number> * 2;
#else
inline constexpr auto value =
    detail::compound<detail::Plus, int>(detail::Parameter<int>{1}, detail::Parameter<int>{2});
#endif
struct Slot : Schema<Table<"line", Line, Default<&Line::total, Expr<value>>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
