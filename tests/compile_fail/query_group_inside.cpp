// expect: tenantry: a column is selected beside aggregate functions and is not in group_by..: which
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
    auto tags = scalar(select(count()).from(table<Tag>).where(col<&Tag::job> == col<&Job::id>));
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Job::module>, tags).group_by(col<&Job::module>);
#else
    auto query = select(col<&Job::module>, max(tags)).group_by(col<&Job::module>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
