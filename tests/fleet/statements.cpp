// Statements that write several rows, or give some back, through the handle of a tenant.
#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

#include <future>
#include <vector>

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
