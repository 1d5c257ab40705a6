// expect: tenantry: OnDelete and OnUpdate are for a foreign key
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/on_update.hpp>

using namespace tenantry;

struct User {
    Id<User> id{};
    int age{};
    std::optional<Id<User>> boss{};
};
#ifdef TENANTRY_BROKEN
using Followed = OnUpdate<&User::age, Action::cascade>;
#else
using Followed = OnUpdate<&User::boss, Action::cascade>;
#endif
struct Slot : Schema<Table<"user", User, Followed>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
