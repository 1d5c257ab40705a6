// expect: tenantry: this field.s type cannot be stored in a column; specialise tenantry::sqlite::Codec for it
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Money {
    std::int64_t cents{};
};
struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    Money price{};
#else
    std::int64_t price{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
