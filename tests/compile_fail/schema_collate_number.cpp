// expect: tenantry: Collate is for a column of text
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/collate.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct User {
    Id<User> id{};
    std::string name{};
    int age{};
};
#ifdef TENANTRY_BROKEN
using Folded = Collate<&User::age, "nocase">;
#else
using Folded = Collate<&User::name, "nocase">;
#endif
struct Slot : Schema<Table<"user", User, Folded>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
