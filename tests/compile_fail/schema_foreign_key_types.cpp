// expect: tenantry: a foreign key's column has another type than the one it refers to
#include "support/foreign_keys.hpp"

#ifdef TENANTRY_BROKEN
using Chosen = ForeignKey<Columns<&Stop::line, &Stop::wide>, References<&Line::name, &Line::number>>;
#else
using Chosen = ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>,
                          WhenRemoved<Action::cascade>>;
#endif
struct Slot
    : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>>, Table<"stop", Stop, Chosen>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
