// expect: tenantry: a column of the primary key cannot be generated
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/generated.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct Line {
    int number{};
    int total{};
};
inline constexpr auto twice = col<&Line::number> * 2;
#ifdef TENANTRY_BROKEN
using Chosen = PrimaryKey<&Line::number, &Line::total>;
#else
using Chosen = PrimaryKey<&Line::number>;
#endif
struct Slot : Schema<Table<"line", Line, Chosen, Generated<&Line::total, twice>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
