// expect: tenantry: a foreign key refers to the primary key of the other table
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/foreign_key.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct Line {
    std::string name{};
    int number{};
    int zone{};
};
struct Other {
    Id<Other> id{};
    int number{};
};
struct Stop {
    Id<Stop> id{};
    std::string line{};
    int number{};
    std::int64_t wide{};
};
#ifdef TENANTRY_BROKEN
using Chosen = ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::zone>>;
#else
using Chosen = ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>,
                          WhenRemoved<Action::cascade>>;
#endif
struct Slot
    : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>>, Table<"stop", Stop, Chosen>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
