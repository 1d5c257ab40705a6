// expect: tenantry: columns\(\) takes columns: columns\(col<&Archive::module>\)
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
    auto names = select(col<&Contact::name>, col<&Contact::mail>);
#ifdef TENANTRY_BROKEN
    auto query = insert<Setting>().columns(&Setting::key, &Setting::value).from(names);
#else
    auto query = insert<Setting>().columns(col<&Setting::key>, col<&Setting::value>).from(names);
#endif
    static_cast<void>(execute<Book>(connection, query));
}
