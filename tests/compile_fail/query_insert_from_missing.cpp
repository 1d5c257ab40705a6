// expect: tenantry: an insert leaves out a required column
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert<Setting>().columns(col<&Setting::key>).from(select(col<&Contact::name>));
#else
    auto query = insert<Setting>()
                     .columns(col<&Setting::key>, col<&Setting::value>)
                     .from(select(col<&Contact::name>, col<&Contact::mail>));
#endif
    static_cast<void>(execute<Book>(connection, query));
}
