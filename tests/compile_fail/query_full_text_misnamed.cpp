// expect: tenantry: a field of a full-text row is no column of text of the table
#include "support/full_text_declarations.hpp"

#ifdef TENANTRY_BROKEN
using Made = FullText<"t", Misnamed, ContentOf<Job>>;
#else
using Made = FullText<"job_text", JobText, ContentOf<Job>, Tokenize<"porter">, Prefixes<2>>;
#endif
struct Slot : Schema<Table<"queue", Job>, Table<"config", Setting, PrimaryKey<&Setting::module>>, Made> {};
static_assert(schema_info<Slot>().fingerprint != 0);
