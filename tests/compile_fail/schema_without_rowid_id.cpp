// expect: tenantry: in a table WithoutRowid SQLite assigns no ids
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/without_rowid.hpp>

using namespace tenantry;

struct User {
#ifdef TENANTRY_BROKEN
    Id<User> name{};
#else
    std::string name{};
#endif
};
struct Slot : Schema<Table<"user", User, WithoutRowid, PrimaryKey<&User::name>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
