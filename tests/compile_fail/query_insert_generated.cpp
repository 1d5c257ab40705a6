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
    auto query = insert<Contact>().set(col<&Contact::name> = "a", col<&Contact::mail> = "m",
                                       col<&Contact::visits> = 1, col<&Contact::note> = "x");
#else
    auto query = insert<Contact>().set(col<&Contact::name> = "a", col<&Contact::mail> = "m",
                                       col<&Contact::visits> = 1);
#endif
    static_cast<void>(execute<Totals>(connection, query));
}
