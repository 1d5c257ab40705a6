// expect: tenantry: a column that is NOT NULL is set to what a left join may not find
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<User>()
                     .from(table<Job>)
                     .left_join(table<Tag>, col<&Tag::job> == col<&Job::id>)
                     .set(col<&User::name> = col<&Tag::name>)
                     .where(col<&Job::owner> == col<&User::id>);
#else
    auto query = update<User>()
                     .from(table<Job>)
                     .join(table<Tag>, col<&Tag::job> == col<&Job::id>)
                     .set(col<&User::name> = col<&Tag::name>)
                     .where(col<&Job::owner> == col<&User::id>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
