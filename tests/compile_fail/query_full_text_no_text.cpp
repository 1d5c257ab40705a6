// expect: tenantry: a full-text row has at least one text
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
    int cost{};
};
struct Setting {
    std::string module{};
};
struct Outside {
    Id<Outside> id{};
    std::string module{};
};
struct JobText {
    Id<Job> job{};
    std::string module{};
};
struct Misnamed {
    std::string text{};
};
struct Numbers {
    std::string module{};
    int cost{};
};
struct OnlyId {
    Id<Job> job{};
};
struct Plain {
    std::string module{};
};
#ifdef TENANTRY_BROKEN
using Made = FullText<"t", OnlyId, ContentOf<Job>>;
#else
using Made = FullText<"job_text", JobText, ContentOf<Job>, Tokenize<"porter">, Prefixes<2>>;
#endif
struct Slot : Schema<Table<"queue", Job>, Table<"config", Setting, PrimaryKey<&Setting::module>>, Made> {};
static_assert(schema_info<Slot>().fingerprint != 0);
