// Handles whose operations may not wait or run for ever.
#include <tenantry/tenant/limits.hpp>

#include <chrono>
#include <vector>

#include <tenantry/fleet/fleet.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::wait_for;

TEST_CASE("every operation of a limited handle is limited, and of no other")
{
    test::TempDir directory;
    auto fleet = must(test::open_notes(directory.path() / "root"));
    must(wait_for(fleet.async_create("a")));
    auto db = must(wait_for(fleet.async_tenant("a")));
    const auto endless = sql<"with recursive c(n) as (select 1 union all select n + 1 from c) "
                             "select max(n) from c",
                             std::int64_t>();
    const auto limited = db.limited({.time_limit = 5ms});
    CHECK(limited.read(endless).error() == errc::timeout);
    CHECK(wait_for(limited.async_read(endless)).error() == errc::timeout);
    auto snapshot = [&](auto& moment) { return moment.read(endless); };
    CHECK(limited.snapshot(snapshot).error() == errc::timeout);
    CHECK(wait_for(limited.async_snapshot(snapshot)).error() == errc::timeout);
    auto body = [&](auto& tx) -> Result<void> {
        auto done = tx.run(insert(note("taken back")));
        return done ? tx.run(endless) : done;
    };
    const auto ended = wait_for(limited.async_write(body));
    CHECK(ended.error() == errc::timeout);
    CHECK(ended.error().tenant() == "a");
    CHECK(wait_for(limited.async_write(sql<"insert into note(text, number) with recursive c(n) as "
                                           "(select 1 union all select n + 1 from c) select '', n from c">()))
              .error() == errc::timeout);
    // What is short enough goes through, and an expired deadline lets nothing through.
    must(wait_for(test::add_note(db.limited({.time_limit = 1h}), "kept")));
    const auto late = db.limited({.deadline = Limits::Clock::now()});
    CHECK(wait_for(test::add_note(late, "late")).error() == errc::timeout);
    CHECK(wait_for(late.async_read(select<Note>())).error() == errc::timeout);
    const auto long_one = sql<"with recursive c(n) as (select 1 union all select n + 1 from c limit 2000000) "
                              "select max(n) from c",
                              std::int64_t>();
    CHECK(must(db.read(one(long_one))) == 2000000);
    CHECK(must(test::count_notes(db)) == 1);
}
