// expect: tenantry: a column of float is compared with a constant that no float is equal to
#include <tenantry/query/query.hpp>

using namespace tenantry;

struct Part {
    Id<Part> id{};
    float ratio{};
};
struct Slot : Schema<Table<"part", Part>> {};

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Part>().where(col<&Part::ratio> == constant<0.1>);
#else
    auto query = select<Part>().where(col<&Part::ratio> == constant<0.5>);
#endif
    static_cast<void>(execute<Slot>(connection, query));
}
