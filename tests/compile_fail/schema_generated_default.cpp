// expect: tenantry: a generated column has no default
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/generated.hpp>

using namespace tenantry;

struct Line {
    Id<Line> id{};
    int number{};
    int total{};
};
inline constexpr auto twice = col<&Line::number> * 2;
#ifdef TENANTRY_BROKEN
using Seven = Default<&Line::total, 7>;
#else
using Seven = Default<&Line::number, 7>;
#endif
struct Slot : Schema<Table<"line", Line, Seven, Generated<&Line::total, twice>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
