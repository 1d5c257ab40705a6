// expect: tenantry: a generated column is set
#include <query/write_schema.hpp>

using namespace query_tests;

template <auto... Fields>
struct Computed {
    using tenantry_members = detail::Members<Fields...>;
    static constexpr bool tenantry_generated = true;
};
struct Totals : Schema<Table<"contact", Contact, Computed<&Contact::note>>> {};

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Contact>().set(col<&Contact::note> = "x").all_rows();
#else
    auto query = update<Contact>().set(col<&Contact::visits> = 1).all_rows();
#endif
    static_cast<void>(execute<Totals>(connection, query));
}
