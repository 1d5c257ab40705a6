// expect: tenantry: this table has no primary key; give the row a member Id<Row> or the table a PrimaryKey<&Row::field>
#include <tenantry/schema/primary_key.hpp>

#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"config", Setting>
#else
                  Table<"config", Setting, PrimaryKey<&Setting::key>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
