// expect: tenantry: uses_index<.*>\(\) names no index of the schema
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = uses_index<"idx_nothing">(select<Contact>());
#else
    auto query = uses_index<"idx_name">(select<Contact>());
#endif
    static_cast<void>(execute<Book>(connection, query));
}
