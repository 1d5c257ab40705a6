// expect: tenantry: Action::set_null is for a foreign key of columns that can be NULL
#include "support/foreign_keys.hpp"

#ifdef TENANTRY_BROKEN
using Chosen = ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>,
                          WhenRemoved<Action::set_null>>;
#else
using Chosen = ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>,
                          WhenRemoved<Action::cascade>>;
#endif
struct Slot
    : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>>, Table<"stop", Stop, Chosen>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
