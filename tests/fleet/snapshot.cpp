#include <atomic>
#include <stdexcept>
#include <thread>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;

namespace {

// Two notes whose numbers are always raised together.
Result<void> raise_both(Tx<Notes>& tx)
{
    return tx.run(update<Note>().set(col<&Note::number> = col<&Note::number> + 1).all_rows());
}

Result<std::int64_t> difference(Snapshot<Notes>& snapshot)
{
    auto one_of_them = [&](const char* text) {
        return snapshot.read(one(select(col<&Note::number>).where(col<&Note::text> == text)));
    };
    auto left = one_of_them("left");
    if (!left) return left;
    auto right = one_of_them("right");
    if (!right) return right;
    return *left - *right;
}

} // namespace

TEST_CASE("the reads of a snapshot see one moment, whatever is written meanwhile")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet"));
    must(wait_for(fleet.async_create("acme")));
    const auto db = must(wait_for(fleet.async_tenant("acme")));
    must(wait_for(add_note(db, "left")));
    must(wait_for(add_note(db, "right")));

    std::atomic<bool> done{false};
    std::thread writer([&] {
        for (int i = 0; i < 300; ++i) must(wait_for(db.async_write(raise_both)));
        done = true;
    });
    int rounds = 0;
    while (!done || rounds < 10) {
        CHECK(must(db.snapshot(difference)) == 0);
        CHECK(must(wait_for(db.async_snapshot(difference))) == 0);
        ++rounds;
    }
    writer.join();
    CHECK(must(db.read(one(select(col<&Note::number>).where(col<&Note::text> == "left")))) == 300);
}

TEST_CASE("a snapshot's error and exception are answers, and its reader can be used again")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet", {.tenant = {.readers = 1}}));
    must(wait_for(fleet.async_create("acme")));
    const auto db = must(wait_for(fleet.async_tenant("acme")));

    auto none = [](Snapshot<Notes>& snapshot) -> Result<std::int64_t> {
        return snapshot.read(one(select(col<&Note::number>)));
    };
    auto throws = [](Snapshot<Notes>&) -> Result<std::int64_t> { throw std::runtime_error("no luck"); };
    for (int i = 0; i < 3; ++i) {
        CHECK(db.snapshot(none).error() == errc::no_such_row);
        CHECK(db.snapshot(throws).error() == errc::body_failed);
        CHECK(wait_for(db.async_snapshot(throws)).error() == errc::body_failed);
    }
    must(wait_for(add_note(db, "a", 7)));
    CHECK(must(db.snapshot(none)) == 7);
}

TEST_CASE("a snapshot cannot write")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet"));
    must(wait_for(fleet.async_create("acme")));
    const auto db = must(wait_for(fleet.async_tenant("acme")));
    // A text that begins with INSERT is no query, and does not compile here. This one does not tell.
    auto sneaky = [](Snapshot<Notes>& snapshot) -> Result<std::int64_t> {
        return snapshot.read(
            sql<"with one(n) as (select 1) insert into note (text, number) select 'x', n from one">());
    };
    CHECK(db.snapshot(sneaky).error() == errc::read_only);
    CHECK(must(count_notes(db)) == 0);
}

TEST_CASE("a snapshot inside of another one is answered alike for whoever owns the files")
{
    const TempDir directory;
    FleetOptions options;
    options.sole_owner = GENERATE(false, true);
    auto fleet = must(open_notes(directory.path() / "fleet", options));
    must(fleet.create("acme"));
    const auto db = must(fleet.tenant("acme"));
    must(wait_for(add_note(db, "left")));
    must(wait_for(add_note(db, "right")));
    auto body = [&](Snapshot<Notes>& outer) -> Result<std::int64_t> {
        auto inner = db.snapshot(difference);
        if (!inner) return inner;
        return difference(outer);
    };
    CHECK(must(db.snapshot(body)) == 0);
    CHECK(must(wait_for(db.async_snapshot(body))) == 0);
    must(wait_for(add_note(db, "the writer goes on")));
}
