// expect: tenantry: on_conflict\(.*_n\) names no UniqueIndex of the table
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Contact{}).on_conflict("idx_mail"_n).do_nothing();
#else
    auto query = insert(Contact{}).on_conflict("idx_name"_n).do_nothing();
#endif
    static_cast<void>(execute<Book>(connection, query));
}
