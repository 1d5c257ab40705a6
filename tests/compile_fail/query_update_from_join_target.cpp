// expect: tenantry: join\(\) in an update .* cannot name the table that is changed
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<User>()
                     .from(table<Tag>)
                     .join(table<Job>, col<&Job::owner> == col<&User::id>)
                     .set(col<&User::name> = col<&Tag::name>)
                     .where(col<&Tag::job> == col<&Job::id>);
#else
    auto query = update<User>()
                     .from(table<Tag>)
                     .join(table<Job>, col<&Tag::job> == col<&Job::id>)
                     .set(col<&User::name> = col<&Tag::name>)
                     .where(col<&Job::owner> == col<&User::id>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
