// expect: tenantry: two columns of a table have one name
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/column_name.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct User {
    Id<User> id{};
    std::string name{};
};
#ifdef TENANTRY_BROKEN
using Named = ColumnName<&User::name, "ID">;
#else
using Named = ColumnName<&User::name, "full name">;
#endif
struct Slot : Schema<Table<"user", User, Named>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
