// expect: tenantry: Autoincrement is for tables whose key is an Id<Row> that SQLite assigns
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/autoincrement.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

#ifdef TENANTRY_BROKEN
struct User {
    std::string name{};
};
using Chosen = PrimaryKey<&User::name>;
#else
struct User {
    Id<User> id{};
};
using Chosen = PrimaryKey<&User::id>;
#endif
struct Slot : Schema<Table<"user", User, Chosen, Autoincrement>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
