// expect: tenantry: this compiler destroys the temporaries of a co_await expression twice: name the query \(auto query = \.\.\.;\) and pass the name, or use clang
// only: affected
#include <support/fleet_fixture.hpp>

#include <array>
#include <optional>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> look(TenantDb<Notes> db, std::string text, std::optional<std::string> wanted)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(co_await db.async_read(
        select<Note>().where(in(col<&Note::text>, std::array<std::string, 2>{text, "other"}))));
#else
    const auto query = select<Note>().where(
        in(col<&Note::text>, std::array<std::string, 2>{text, "other"}) &&
        when(wanted, [text](const std::string& other) { return col<&Note::text> == text + other; }));
    static_cast<void>(co_await db.async_read(query));
    // What has constructors or owns nothing is safe to hand over, and so is what is not awaited.
    static_cast<void>(co_await db.async_read(select<Note>().where(
        col<&Note::text> == text + "x" &&
        when(wanted, [&](const std::string& other) { return col<&Note::text> == text + other; }))));
    db.async_read(select<Note>().where(in(col<&Note::text>, std::array<std::string, 2>{text, "other"})),
                  [](const auto&) {});
#endif
}
