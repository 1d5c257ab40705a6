// expect: tenantry: Action::set_null is for a foreign key that can be NULL
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/on_update.hpp>

using namespace tenantry;

struct User {
    Id<User> id{};
#ifdef TENANTRY_BROKEN
    Id<User> boss{};
#else
    std::optional<Id<User>> boss{};
#endif
};
struct Slot : Schema<Table<"user", User, OnUpdate<&User::boss, Action::set_null>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
