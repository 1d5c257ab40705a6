// What the compile-time check of raw SQL would refuse is stopped by the fences of the connection, too.
#include <tenantry/fleet/fleet.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;

namespace {

struct OneTenant {
    TempDir directory;
    Fleet<Notes> fleet = must(open_notes(directory.path() / "root", {.threads = 2}));

    OneTenant()
    {
        must(wait_for(fleet.async_create("alpha")));
        const auto row = note("precious");
        must(wait_for(db().async_write(insert(row))));
    }
    TenantDb<Notes> db() { return must(wait_for(fleet.async_tenant("alpha"))); }
};

// A raw statement that passed by the check at compile time, as one would whose text the check did not read right.
template <FixedString Text>
auto unchecked()
{
    return RawQuery<Text, detail::RawResult<>>(detail::Pack<>{});
}

// As a statement of its own, and in a body, which it would take apart.
template <FixedString Text>
void check_refused(errc code = errc::not_authorized)
{
    INFO(Text.view());
    OneTenant one_tenant;
    const auto db = one_tenant.db();
    const auto before = names_below(one_tenant.directory.path());
    const auto alone = wait_for(db.async_write(unchecked<Text>()));
    REQUIRE_FALSE(alone);
    CHECK(alone.error() == code);
    CHECK_FALSE(alone.error().message().empty());
    CHECK(alone.error().sql() == Text.view());

    const auto changed = note("must not stay");
    auto body = [&](auto& tx) -> Result<void> {
        auto added = tx.run(insert(changed));
        if (!added) return added;
        auto done = tx.run(unchecked<Text>());
        CHECK_FALSE(done);
        return done;
    };
    const auto in_body = wait_for(db.async_write(body));
    REQUIRE_FALSE(in_body);
    CHECK(in_body.error() == code);
    CHECK(must(db.read(one(select<Note>()))).text == "precious");

    // The connection is as good as before.
    must(wait_for(db.async_write(insert(changed))));
    CHECK(must(count_notes(db)) == 2);
    CHECK(names_below(one_tenant.directory.path()) == before);
}

} // namespace

// A byte order mark, and a vertical tab after a space, are white space to SQLite.

TEST_CASE("ATTACH that passed by the compile-time check")
{
    check_refused<"\xef\xbb\xbf"
                  "ATTACH ':memory:' AS other">();
    check_refused<" \vATTACH 'other.db' AS other">();
    check_refused<"DETACH main">();
}

TEST_CASE("VACUUM, which attaches, that passed by the compile-time check")
{
    check_refused<"\xef\xbb\xbf"
                  "VACUUM INTO '/tmp/tenantry-must-not-exist.db'">(
        errc::invalid_sql); // which it is inside a transaction
    CHECK_FALSE(std::filesystem::exists("/tmp/tenantry-must-not-exist.db"));
}

TEST_CASE("PRAGMA that passed by the compile-time check")
{
    check_refused<"\xef\xbb\xbf"
                  "PRAGMA user_version = 7">();
    check_refused<" \vPRAGMA journal_mode = DELETE">();
    check_refused<"PRAGMA foreign_keys = OFF">();
}

TEST_CASE("transaction control that passed by the compile-time check")
{
    check_refused<"\xef\xbb\xbf"
                  "COMMIT">();
    check_refused<"ROLLBACK">();
    check_refused<" \vBEGIN">();
    check_refused<"SAVEPOINT mine">();
    check_refused<"RELEASE tenantry">();
}

TEST_CASE("a second statement behind what looks like a trigger")
{
    check_refused<"CREATE TABLE trigger(x); ATTACH ':memory:' AS other">(errc::invalid_sql);
    check_refused<"CREATE TABLE trigger(x); COMMIT">(errc::invalid_sql);
}

TEST_CASE("pragmas in the form of tables")
{
    OneTenant one_tenant;
    const auto db = one_tenant.db();
    const auto check = [&](auto query) {
        const auto read = db.read(query);
        REQUIRE_FALSE(read);
        CHECK(read.error() == errc::not_authorized);
    };
    check(sql<"select file from pragma_database_list", std::string>());
    check(sql<"select journal_mode from pragma_journal_mode", std::string>());
    check(sql<"select name from pragma_table_info('note')", std::string>());
}

TEST_CASE("extensions, other files and the schema table are out of reach of raw SQL")
{
    OneTenant one_tenant;
    const auto db = one_tenant.db();
    const auto check = [&](auto query) {
        const auto written = wait_for(db.async_write(query));
        REQUIRE_FALSE(written);
    };
    check(sql<"update note set text = load_extension('libm.so')">());
    check(sql<"update note set text = readfile('/etc/passwd')">());
    check(sql<"update note set text = fts3_tokenizer('simple')">());
    check(sql<"update note set text = fts3_tokenizer('mine', x'4141414141414141')">());
    check(sql<"update note set text = fts3_tokenizer(?)">("simple"));
    CHECK_FALSE(db.read(sql<"select hex(fts3_tokenizer(?))", std::string>("simple")));
    check(sql<"update sqlite_schema set sql = '' where name = 'note'">());
    check(sql<"delete from sqlite_schema">());
    check(sql<"insert into \"no such column\" values(1)">());
    check(sql<"update note set text = \"no string\"">());
    CHECK(must(db.read(one(select<Note>()))).text == "precious");
}
