// expect: tenantry: an insert leaves out a required column
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert<Contact>().set(col<&Contact::name> = "ann");
#else
    auto query = insert<Contact>().set(col<&Contact::name> = "ann", col<&Contact::mail> = "m");
#endif
    static_cast<void>(execute<Book>(connection, query));
}
