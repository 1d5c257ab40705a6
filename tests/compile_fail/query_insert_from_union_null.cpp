// expect: tenantry: a column that is NOT NULL is filled from a query that may give NULL
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
    auto mails = select(col<&Contact::name>, col<&Contact::mail>);
#ifdef TENANTRY_BROKEN
    auto query = insert<Setting>()
                     .columns(col<&Setting::key>, col<&Setting::value>)
                     .from(mails.union_all(select(col<&Contact::name>, col<&Contact::note>)));
#else
    auto query = insert<Setting>()
                     .columns(col<&Setting::key>, col<&Setting::value>)
                     .from(mails.union_all(select(col<&Contact::name>, col<&Contact::name>)));
#endif
    static_cast<void>(execute<Book>(connection, query));
}
