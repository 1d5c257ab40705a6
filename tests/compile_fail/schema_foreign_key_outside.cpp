// expect: tenantry: a foreign key refers to a row that is not a table of this schema
#include "support/foreign_keys.hpp"

#ifdef TENANTRY_BROKEN
using Chosen = ForeignKey<Columns<&Stop::number>, References<&Other::number>>;
#else
using Chosen = ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>,
                          WhenRemoved<Action::cascade>>;
#endif
struct Slot
    : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>>, Table<"stop", Stop, Chosen>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
