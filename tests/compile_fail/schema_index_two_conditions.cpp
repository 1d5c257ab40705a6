// expect: tenantry: an index has one Where<>
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/index.hpp>

using namespace tenantry;

struct Other {
    Id<Other> id{};
    int at{};
};
struct Event {
    Id<Event> id{};
    std::string kind{};
    int at{};
};
inline constexpr auto late = col<&Event::at> > 5;
inline constexpr auto login = col<&Event::kind> == "login";
inline constexpr auto foreign = col<&Other::at> > 5;
#ifdef TENANTRY_BROKEN
using Made = Index<"idx", &Event::at, Where<late>, Where<login>>;
#else
using Made = Index<"idx", &Event::at, Descending<Collated<&Event::kind, "nocase">>, Where<late>>;
#endif
struct Slot : Schema<Table<"event", Event, Made>, Table<"other", Other>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
