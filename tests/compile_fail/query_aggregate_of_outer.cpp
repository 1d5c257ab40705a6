// expect: tenantry: an aggregate function in a query inside another names columns of the query around it only
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Job::id>, scalar(select(sum(col<&Job::cost>)).from(table<Tag>)));
#else
    auto query = select(col<&Job::id>,
                        scalar(select(count()).from(table<Tag>).where(col<&Tag::job> == col<&Job::id>)));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
