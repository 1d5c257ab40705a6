// expect: tenantry: a table has one PrimaryKey
#include <tenantry/schema/primary_key.hpp>

#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"config", Setting, PrimaryKey<&Setting::key>, PrimaryKey<&Setting::value>>
#else
                  Table<"config", Setting, PrimaryKey<&Setting::key, &Setting::value>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
