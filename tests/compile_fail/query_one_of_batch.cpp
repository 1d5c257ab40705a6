// expect: tenantry: first\(\) and one\(\) are not for a statement of several rows
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = one(insert(std::vector<Contact>()).returning());
#else
    auto query = insert(std::vector<Contact>()).returning();
#endif
    static_cast<void>(execute<Book>(connection, query));
}
