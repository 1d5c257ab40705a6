// expect: tenantry: Deferred is for a foreign key
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/deferred.hpp>

using namespace tenantry;

struct User {
    Id<User> id{};
    int age{};
    std::optional<Id<User>> boss{};
};
#ifdef TENANTRY_BROKEN
using Late = Deferred<&User::age>;
#else
using Late = Deferred<&User::boss>;
#endif
struct Slot : Schema<Table<"user", User, Late>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
