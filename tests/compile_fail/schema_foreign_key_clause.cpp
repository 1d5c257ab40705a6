// expect: tenantry: after its columns a foreign key says WhenRemoved
#include "support/foreign_keys.hpp"

#ifdef TENANTRY_BROKEN
using Chosen = ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>, int>;
#else
using Chosen = ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>,
                          WhenRemoved<Action::cascade>>;
#endif
struct Slot
    : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>>, Table<"stop", Stop, Chosen>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
