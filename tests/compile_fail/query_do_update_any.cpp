// expect: tenantry: do_update\(\) needs to know of which key
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Contact{}).on_conflict().do_update(col<&Contact::visits> = 1);
#else
    auto query = insert(Contact{}).on_conflict(col<&Contact::mail>).do_update(col<&Contact::visits> = 1);
#endif
    static_cast<void>(execute<Book>(connection, query));
}
