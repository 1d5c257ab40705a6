// expect: tenantry: a floating-point constant has at most 15 decimal digits
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<User>().where(col<&User::score> > constant<1.0 / 3>);
#else
    auto query = select<User>().where(col<&User::score> > constant<1.0 / 4>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
