// Statements that write several rows, or give some back, through the handle of a tenant.
#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

#include <array>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/tenant/cursor.hpp>
#include <tenantry/tenant/walk.hpp>

using namespace tenantry;
using namespace tenantry::test;

namespace {

struct OneTenant {
    TempDir directory;
    Fleet<Notes> fleet = must(open_notes(directory.path() / "root", {.threads = 2}));
    TenantDb<Notes> db;

    OneTenant()
    {
        must(wait_for(fleet.async_create("alpha")));
        db = must(wait_for(fleet.async_tenant("alpha")));
    }
};

} // namespace

TEST_CASE("a batch is written as one, and its keys are the scope's")
{
    const OneTenant one_tenant;
    const auto& db = one_tenant.db;
    const std::vector<Note> notes{note("a", 1), note("b", 2), note("c", 3)};
    const std::vector<Key<Note, Notes>> keys = must(wait_for(db.async_write(insert(notes))));
    REQUIRE(keys.size() == 3);
    CHECK(keys[0].incarnation() == db.incarnation());
    CHECK(must(db.read(one(select<Note>().where(col<&Note::id> == keys[1])))).text == "b");
    CHECK(must(wait_for(db.async_write(remove<Note>(keys[1])))) == 1);

    // The last of them is there already: none stays.
    std::vector<Note> again{note("d", 4), note("e", 5), note("f", 6)};
    again[2].id = must(db.read(one(select<Note>().where(col<&Note::text> == "a")))).id;
    CHECK(wait_for(db.async_write(insert(again))).error() == errc::constraint);
    CHECK(must(count_notes(db)) == 2);
}

TEST_CASE("a batch that fails inside a body leaves what the body did before")
{
    const OneTenant one_tenant;
    const auto& db = one_tenant.db;
    auto body = [](auto& tx) -> Result<void> {
        auto first_key = tx.write(insert(note("first")));
        if (!first_key) return fail(std::move(first_key).error());
        std::vector<Note> notes{note("a"), note("b")};
        notes[1].id = *first_key;
        const auto batch = tx.write(insert(notes));
        CHECK(batch.error() == errc::constraint);
        return tx.run(insert(note("last")));
    };
    must(wait_for(db.async_write(body)));
    CHECK(must(db.read(select(col<&Note::text>).order_by(col<&Note::text>))) ==
          std::vector<std::string>{"first", "last"});
}

TEST_CASE("a batch that fails takes no neighbour with it")
{
    const OneTenant one_tenant;
    const auto& db = one_tenant.db;
    const auto key = must(wait_for(add_note(db, "there")));
    std::vector<Note> rows{note("never"), note("never")};
    rows[1].id = key;
    auto body = [](auto& tx) -> Result<void> { return tx.run(insert(note("body"))); };
    using boost::asio::use_future;
    std::vector<std::future<Result<void>>> bodies;
    std::vector<std::future<Result<std::vector<Key<Note, Notes>>>>> batches;
    for (int i = 0; i < 50; ++i) {
        bodies.push_back(db.async_write(body)(use_future));
        batches.push_back(db.async_write(insert(rows))(use_future));
    }
    for (auto& each : bodies) CHECK(each.get());
    for (auto& each : batches) CHECK(each.get().error() == errc::constraint);
    CHECK(must(count_notes(db)) == 51);
}

TEST_CASE("rows that are given back are records, in a write and in a body")
{
    const OneTenant one_tenant;
    const auto& db = one_tenant.db;
    const Note row = note("a", 1);
    const std::vector<Record<Note, Notes>> written = must(wait_for(db.async_write(insert(row).returning())));
    REQUIRE(written.size() == 1);
    CHECK(key_of(written[0]).incarnation() == db.incarnation());
    const auto key = key_of(written[0]);
    auto body = [key](auto& tx) -> Result<std::int64_t> {
        auto changed = tx.write(one(update<Note>(key)
                                        .set(col<&Note::number> = col<&Note::number> + 1)
                                        .returning(col<&Note::number>)));
        if (!changed) return fail(std::move(changed).error());
        auto none = tx.write(first(remove<Note>().where(col<&Note::number> > 5).returning()));
        if (!none) return fail(std::move(none).error());
        CHECK_FALSE(*none);
        return *changed;
    };
    CHECK(must(wait_for(db.async_write(body))) == 2);
}

TEST_CASE("a plan is read as everything else, whatever it is of")
{
    const OneTenant one_tenant;
    const auto& db = one_tenant.db;
    const auto all = remove<Note>().all_rows();
    CHECK(must(db.read(explain(select<Note>().where(col<&Note::number> == 1)))).scans().size() == 1);
    CHECK_FALSE(must(wait_for(db.async_read(explain(all)))).steps.empty());
    CHECK(must(count_notes(db)) == 0);
    auto body = [](Snapshot<Notes>& snapshot) -> Result<QueryPlan> {
        return snapshot.read(explain(select<Note>().order_by(col<&Note::text>)));
    };
    CHECK(must(db.snapshot(body)).to_string().find("ORDER BY") != std::string::npos);
}

namespace {

std::string long_text(std::string_view what)
{
    return std::string(what) + ", which no string keeps in place";
}

// What g++ 12 frees twice of these ends the program.
boost::asio::awaitable<Result<std::int64_t>> temporaries(TenantDb<Notes> db)
{
    const std::string there = long_text("there");
    const std::optional<std::string> wanted = there;
    const std::vector<std::string> texts{there, long_text("other")};
    const auto pages = select<Note>().order_by(col<&Note::text>, col<&Note::id>).limit(1);
    const auto named = select<Note>().where(col<&Note::text> == there);
    std::int64_t found = 0;

    co_await must(
        db.async_write(insert<Note>().set(col<&Note::text> = long_text("there"), col<&Note::number> = 1)));
    co_await must(
        db.async_write(insert<Note>().set(col<&Note::text> = long_text("unlike"), col<&Note::number> = 2)));
    found += co_await must(db.async_write(update<Note>()
                                              .set(col<&Note::text> = long_text("other"))
                                              .where(col<&Note::text> == long_text("unlike"))));
    found += std::ssize(co_await must(db.async_read(
        select<Note>().where(col<&Note::text> == there || col<&Note::text> == long_text("other")))));
    found += std::ssize(co_await must(db.async_read(select<Note>().where(
        when(wanted, [&](const std::string& text) { return col<&Note::text> == text; }) &&
        when(std::optional(long_text("t")),
             [](const std::string& text) { return col<&Note::text> != text; })))));
    found += std::ssize(co_await must(db.async_read(select<Note>().where(
        in(col<&Note::text>, std::vector<std::string>(2, there)) &&
        in(col<&Note::text>, there, long_text("x")) &&
        any_of(texts, [](const std::string& text) { return col<&Note::text> == text; })))));
    found += std::ssize(co_await must(db.async_read(
        select<Note>().where(in(col<&Note::id>, select(col<&Note::id>).where(col<&Note::text> == there))))));
    found += std::ssize(must(co_await db.async_read(named.order_by(col<&Note::id>).limit(5))));
    const auto page = co_await must(db.async_read(page_after(pages, Cursor{})));
    found += std::ssize(page);
    const auto cursor = must(cursor_after(pages, page.back()));
    found += std::ssize(co_await must(db.async_read(page_after(pages, Cursor{cursor.text}))));
    found += std::ssize(co_await must(db.async_read(page_after(pages, page.back()))));
    found += co_await must(async_walk(
        db,
        select<Note>().where(col<&Note::text> != long_text("x")).order_by(col<&Note::text>, col<&Note::id>),
        1, [](const auto&) {}));
    co_return found;
}

// What it would free twice has a name: the query, or what it is made of.
boost::asio::awaitable<Result<std::int64_t>> named_temporaries(TenantDb<Notes> db)
{
    const std::string there = long_text("there");
    const auto query = select<Note>().where(
        in(col<&Note::text>, std::array<std::string, 2>{there, long_text("x")}) &&
        when(std::optional(there), [there](const std::string& text) { return col<&Note::text> == text; }));
    const std::array<std::string, 2> texts{there, long_text("x")};
    const auto equals = [there](const std::string& text) { return col<&Note::text> == text; };
    const auto one_read = co_await must(db.async_read(query));
    const auto other_read = co_await must(
        db.async_read(select<Note>().where(in(col<&Note::text>, texts) && any_of(texts, equals))));
    co_return std::ssize(one_read) + std::ssize(other_read);
}

} // namespace

TEST_CASE("what queries in co_await expressions own is destroyed once")
{
    const OneTenant one_tenant;
    CHECK(must(test::run(temporaries(one_tenant.db))) == 12);
    CHECK(must(test::run(named_temporaries(one_tenant.db))) == 2);
}
