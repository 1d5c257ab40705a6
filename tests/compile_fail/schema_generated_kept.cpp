// expect: tenantry: a generated column is Virtual or Stored
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/generated.hpp>

using namespace tenantry;

struct Line {
    Id<Line> id{};
    int number{};
    int total{};
};
inline constexpr auto twice = col<&Line::number> * 2;
#ifdef TENANTRY_BROKEN
using Twice = Generated<&Line::total, twice, int>;
#else
using Twice = Generated<&Line::total, twice, Stored>;
#endif
struct Slot : Schema<Table<"line", Line, Twice>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
