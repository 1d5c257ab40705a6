// Several processes on one root. Nothing but SQLite may open a live database: closing any descriptor of the file drops
// the process's locks on it, another process then takes itself for the last one and removes the log, and what was
// acknowledged is lost.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include <tenantry/fleet/fleet.hpp>

#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
namespace fs = std::filesystem;

namespace {

// What somebody who reports does: names, sizes, dates.
std::uintmax_t size_on_disk(const fs::path& directory)
{
    std::uintmax_t total = 0;
    std::error_code gone; // logs come and go
    for (const auto& entry : fs::directory_iterator(directory, gone)) {
        const auto size = entry.file_size(gone);
        if (!gone) total += size;
    }
    return total;
}

// Everything this process does to a fleet beside one tenant that is in use.
void go_on_about_it(Fleet<Notes>& fleet, const std::string& busy, int round)
{
    const auto ids = must(fleet.tenants());
    CHECK(std::ranges::find(ids, *TenantId::parse(busy)) != ids.end());
    for (const auto& id : ids) CHECK(size_on_disk(must(fleet.directory(id.view()))) > 0);
    const auto other = "other-" + std::to_string(round % 3);
    must(wait_for(fleet.async_create(other)));
    CHECK_FALSE(wait_for(fleet.async_create(busy)));
    const auto row = note("in passing");
    must(wait_for(must(wait_for(fleet.async_tenant(other))).async_write(insert(row))));
    must(wait_for(fleet.async_destroy(other)));
}

std::set<std::int64_t> numbers_in(Fleet<Notes>& fleet, const std::string& id)
{
    const auto db = must(wait_for(fleet.async_tenant(id)));
    std::set<std::int64_t> found;
    for (const auto number : must(db.read(select(col<&Note::number>)))) found.insert(number);
    return found;
}

// Hears what another process was told, until it has heard so many. False: the process has ended.
bool hear(Child& child, std::set<std::int64_t>& acknowledged, std::size_t until)
{
    while (acknowledged.size() < until) {
        const auto line = child.receive();
        if (!line) return false;
        REQUIRE(line->starts_with("ack "));
        acknowledged.insert(std::stoll(line->substr(4)));
    }
    return true;
}

bool is_subset(const std::set<std::int64_t>& part, const std::set<std::int64_t>& whole)
{
    return std::ranges::includes(whole, part);
}

} // namespace

TEST_CASE("no write that another process was told of is lost while this one works on the same root")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    // One tenant open at a time: whatever else is used, the busy one is closed for it.
    auto fleet = must(open_notes(root, {.threads = 2, .max_open = 1}));
    must(wait_for(fleet.async_create("busy")));

    Child writer("fleet_client", {root.string()});
    REQUIRE(writer.ask("open") == "ok");
    writer.send("add busy 0 1000000000");
    std::set<std::int64_t> acknowledged;
    for (int round = 0; round < 60; ++round) {
        REQUIRE(hear(writer, acknowledged, acknowledged.size() + 5));
        // Opened, looked into and closed again, in the middle of it.
        REQUIRE(is_subset(acknowledged, numbers_in(fleet, "busy")));
        go_on_about_it(fleet, "busy", round);
    }
    // Killed while it writes. What it was told before can still be read from the pipe.
    writer.kill();
    (void)hear(writer, acknowledged, 1'000'000'000);
    CHECK(acknowledged.size() >= 300);

    const auto found = numbers_in(fleet, "busy");
    CHECK(is_subset(acknowledged, found));
    CHECK(found.size() <= acknowledged.size() + 1); // at most the one that was under way
    CHECK(must(fleet.tenants()).size() == 1);
}

TEST_CASE("no write that this process was told of is lost while others open and close the tenant")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto fleet = must(open_notes(root, {.threads = 2}));
    must(wait_for(fleet.async_create("busy")));
    Child other("fleet_client", {root.string()});

    std::set<std::int64_t> acknowledged;
    std::int64_t next = 0;
    const auto db = must(wait_for(fleet.async_tenant("busy")));
    for (int round = 0; round < 40; ++round) {
        other.send("open");
        for (int n = 0; n < 5; ++n, ++next) {
            const auto row = note("here", next);
            must(wait_for(db.async_write(insert(row))));
            acknowledged.insert(next);
        }
        go_on_about_it(fleet, "busy", round);
        // The other one comes, writes, and as it closes it asks SQLite whether it is the last.
        REQUIRE(other.receive() == "ok");
        const auto number = std::to_string(1'000'000 + round);
        REQUIRE(other.ask("add busy " + number + ' ' + std::to_string(1'000'001 + round)) == "ack " + number);
        REQUIRE(other.receive() == "ok");
        acknowledged.insert(1'000'000 + round);
        other.send("close");
        for (int n = 0; n < 5; ++n, ++next) {
            const auto row = note("here", next);
            must(wait_for(db.async_write(insert(row))));
            acknowledged.insert(next);
        }
        REQUIRE(other.receive() == "ok");
        REQUIRE(must(count_notes(db)) == static_cast<std::int64_t>(acknowledged.size()));
    }
    CHECK(numbers_in(fleet, "busy") == acknowledged);
    fleet = must(open_notes(root, {.threads = 2}));
    CHECK(numbers_in(fleet, "busy") == acknowledged);
}

TEST_CASE("a tenant that another process destroys is gone before any write is acknowledged")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto fleet = must(open_notes(root, {.threads = 2}));
    Child other("fleet_client", {root.string()});
    REQUIRE(other.ask("open") == "ok");
    const bool again = GENERATE(false, true);
    for (int round = 0; round < 10; ++round) {
        must(wait_for(fleet.async_create("acme")));
        const auto row = note("before");
        const auto db = must(wait_for(fleet.async_tenant("acme")));
        const auto old = must(wait_for(db.async_write(insert(row))));
        // With readers open, and without: they are opened by name.
        const bool with_reader = round % 2 == 0;
        if (with_reader) CHECK(must(count_notes(db)) == 1);

        REQUIRE(other.ask("destroy acme") == "ok");
        if (again) {
            REQUIRE(other.ask("create acme") == "ok");
            REQUIRE(other.ask("add acme 7 9") == "ack 7");
            REQUIRE(other.receive() == "ack 8");
            REQUIRE(other.receive() == "ok");
        }
        const auto check_gone = [](const auto& result) {
            REQUIRE_FALSE(result);
            CHECK(result.error() == errc::tenant_gone);
            CHECK(result.error().tenant() == "acme");
        };
        // Whatever comes first must notice.
        if (round % 3 == 0) check_gone(wait_for(db.async_write(insert(row))));
        if (round % 3 == 1) check_gone(wait_for(db.async_read(select<Note>())));
        check_gone(count_notes(db));
        check_gone(wait_for(db.async_write(insert(row))));
        check_gone(wait_for(db.async_write(remove<Note>().all_rows())));

        // Whoever asks for the tenant now gets what is there now.
        const auto now = wait_for(fleet.async_tenant("acme"));
        if (again) {
            REQUIRE(now);
            CHECK(now->incarnation() != db.incarnation());
            CHECK(must(count_notes(*now)) == 2);
            const auto stranger = now->read(select<Note>().where(col<&Note::id> == old));
            REQUIRE_FALSE(stranger);
            CHECK(stranger.error() == errc::wrong_tenant);
            must(wait_for(now->async_write(insert(row))));
            // The old handle, let go of only now, must not take the new one's log with it.
            REQUIRE(other.ask("count acme") == "3");
            must(wait_for(fleet.async_destroy("acme")));
        } else {
            REQUIRE_FALSE(now);
            CHECK(now.error() == errc::no_such_tenant);
        }
        CHECK(must(fleet.tenants()).empty());
    }
}

TEST_CASE("a tenant that another process has replaced while nobody here used it")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto fleet = must(open_notes(root, {.threads = 2}));
    Child other("fleet_client", {root.string()});
    REQUIRE(other.ask("open") == "ok");
    must(wait_for(fleet.async_create("acme")));
    const auto row = note("before");
    must(wait_for(must(wait_for(fleet.async_tenant("acme"))).async_write(insert(row)))); // and it stays open
    REQUIRE(other.ask("destroy acme") == "ok");
    REQUIRE(other.ask("create acme") == "ok");
    REQUIRE(other.ask("add acme 7 8") == "ack 7");
    REQUIRE(other.receive() == "ok");

    // A request gets what is there now, and what was open does not count as a hit.
    CHECK(numbers_in(fleet, "acme") == std::set<std::int64_t>{7});
    CHECK(fleet.stats().hits == 0);
    CHECK(fleet.stats().opened == 2);
}

TEST_CASE("closing what was replaced leaves the new tenant's log alone")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto fleet = must(open_notes(root, {.threads = 2}));
    Child other("fleet_client", {root.string()});
    REQUIRE(other.ask("open") == "ok");
    must(wait_for(fleet.async_create("acme")));
    {
        const auto row = note("before");
        const auto db = must(wait_for(fleet.async_tenant("acme")));
        for (int n = 0; n < 20; ++n) must(wait_for(db.async_write(insert(row))));
        must(count_notes(db));
        REQUIRE(other.ask("destroy acme") == "ok");
        REQUIRE(other.ask("create acme") == "ok");
        other.send("add acme 0 100");
        std::set<std::int64_t> acknowledged;
        REQUIRE(hear(other, acknowledged, 100));
        REQUIRE(other.receive() == "ok");
    }
    // The new tenant is open there, with all it was told in its log. Here the old one is closed.
    const auto place = must(fleet.directory("acme"));
    CHECK(fs::file_size(place / "main.db-wal") > 0);
    must(wait_for(fleet.async_close(Shutdown::drain)));
    CHECK(fs::file_size(place / "main.db-wal") > 0);
    other.kill();

    fleet = must(open_notes(root, {.threads = 2}));
    CHECK(numbers_in(fleet, "acme").size() == 100);
}

TEST_CASE("a tenant is created while its predecessor is being destroyed elsewhere")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto fleet = must(open_notes(root, {.threads = 2}));
    Child other("fleet_client", {root.string()});
    REQUIRE(other.ask("open") == "ok");
    must(wait_for(fleet.async_create("acme")));
    for (int round = 0; round < 50; ++round) {
        other.send("destroy acme");
        std::optional<Result<void>> created;
        while (!created || !*created) {
            created = wait_for(fleet.async_create("acme"));
            if (!*created) REQUIRE(created->error() == errc::tenant_exists);
        }
        REQUIRE(other.receive() == "ok");
        CHECK(must(count_notes(must(wait_for(fleet.async_tenant("acme"))))) == 0);
        const auto row = note("hello");
        const auto written = wait_for(must(wait_for(fleet.async_tenant("acme"))).async_write(insert(row)));
        must(written);
        CHECK(numbers_in(fleet, "acme").size() == 1);
    }
    CHECK(fs::is_empty(root / "trash"));
    CHECK(fs::is_empty(root / "staging"));
}

TEST_CASE("a process that is killed while it creates and destroys leaves a whole tenant or none")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto fleet = must(open_notes(root, {.threads = 2}));
    for (int round = 0; round < 30; ++round) {
        Child other("fleet_client", {root.string()});
        REQUIRE(other.ask("open") == "ok");
        other.send("churn acme");
        std::set<std::int64_t> rounds;
        REQUIRE(hear(other, rounds, 1 + static_cast<std::size_t>(round) % 3));
        // Somewhere on the way: whatever is seen meanwhile is a whole tenant as well.
        for (int n = 0; n < round; ++n) {
            const auto seen = wait_for(fleet.async_tenant("acme"));
            if (!seen) {
                REQUIRE((seen.error() == errc::no_such_tenant || seen.error() == errc::tenant_gone));
                continue;
            }
            const auto count = count_notes(*seen);
            if (count)
                REQUIRE((*count == 0 || *count == 1));
            else
                REQUIRE(count.error() == errc::tenant_gone);
        }
        other.kill();
        const auto left = must(fleet.tenants());
        REQUIRE(left.size() <= 1);
        if (left.empty()) {
            const auto tenant = wait_for(fleet.async_tenant("acme"));
            REQUIRE_FALSE(tenant);
            REQUIRE(tenant.error() == errc::no_such_tenant);
        } else {
            REQUIRE(must(count_notes(must(wait_for(fleet.async_tenant("acme"))))) <= 1);
            must(wait_for(fleet.async_destroy("acme")));
        }
    }
    must(wait_for(fleet.async_create("acme")));
}

TEST_CASE("a tenant that is being made is not swept, whatever the clock of who opens the root says")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto fleet = must(open_notes(root, {.threads = 2}));
    std::atomic<bool> made_all{false};
    // Everything aside looks as if it had been left there long ago.
    std::thread opener([&] {
        while (!made_all) {
            std::error_code gone;
            for (fs::directory_iterator at(root / "staging", gone), end; !gone && at != end;
                 at.increment(gone)) {
                std::error_code ignored;
                fs::last_write_time(at->path(), fs::file_time_type::clock::now() - std::chrono::hours(10'000),
                                    ignored);
            }
            must(open_notes(root, {.threads = 1}));
        }
    });
    for (int n = 0; n < 200; ++n) {
        const auto name = "t" + std::to_string(n);
        REQUIRE_NOTHROW(must(wait_for(fleet.async_create(name))));
        const auto db = must(wait_for(fleet.async_tenant(name)));
        REQUIRE(must(count_notes(db)) == 0);
        if (n % 3 == 0) {
            must(wait_for(fleet.async_destroy(name)));
        }
    }
    made_all = true;
    opener.join();
    CHECK(must(fleet.tenants()).size() == 133);
    CHECK(fs::is_empty(root / "staging"));
    CHECK(fs::is_empty(root / "trash"));
}

TEST_CASE("what a killed process has left aside is removed when the root is opened next")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    must(open_notes(root, {.threads = 1}));
    std::size_t left = 0;
    for (int round = 0; round < 100 && left < 3; ++round) {
        {
            Child other("fleet_client", {root.string()});
            REQUIRE(other.ask("open") == "ok");
            other.send("churn short");
            for (int n = 0; n <= round % 4; ++n) REQUIRE(other.receive());
            spin(static_cast<std::size_t>(round) * 3000);
        } // killed
        left += names_below(root / "staging").size() + names_below(root / "trash").size();
        must(open_notes(root, {.threads = 1}));
        REQUIRE(fs::is_empty(root / "staging"));
        REQUIRE(fs::is_empty(root / "trash"));
        auto fleet = must(open_notes(root, {.threads = 1}));
        (void)wait_for(fleet.async_destroy("short")); // it may have been there
    }
    if (left == 0) WARN("no process was killed at the right moment");
}
