// A tenant that cannot be opened is not tried again by each request, until it may have been mended.
#include <tenantry/fleet/detail/refusals.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>

#include <tenantry/core/detail/watched_directory.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/testing/manual_clock.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"
#include "support/until.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace std::chrono_literals;
using detail::Refusals;
using detail::WatchedDirectory;
using test::must;
using test::Notes;
using test::wait_for;

namespace {

detail::LastChange::Time change_of(const std::filesystem::path& file)
{
    struct stat found{};
    REQUIRE(::lstat(file.c_str(), &found) == 0);
    return detail::change_time(found.st_ctim);
}

// A change that comes now gets another time than the last one.
[[nodiscard]] bool settles(const std::filesystem::path& directory)
{
    return test::until([&] {
        for (const auto* name : {"main.db", "tenant.state"})
            if (!detail::LastChange::is_settled(change_of(directory / name), WatchedDirectory::now()))
                return false;
        return true;
    });
}

sqlite::Connection connection_to(const std::filesystem::path& directory)
{
    return must(sqlite::Connection::open(directory / "main.db", sqlite::OpenMode::read_write));
}

// A fleet with a tenant in which a row stands in the way of the schema.
struct Refusing {
    Refusing()
        : fleet(must(test::open_notes(directory.path() / "root", {.threads = 2, .clock = TimeSource(clock)})))
    {
        must(fleet.create("a"));
        spoil();
    }

    void spoil() const
    {
        must(connection_to(place()).execute(
            "DROP TABLE note; CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT, number INTEGER "
            "NOT NULL) STRICT; INSERT INTO note VALUES (7, NULL, 1); PRAGMA user_version = 1"));
        REQUIRE(settles(place()));
    }

    [[nodiscard]] std::filesystem::path place() const { return must(fleet.directory("a")); }

    // How often its files were opened without success.
    [[nodiscard]] std::uint64_t tries() const { return fleet.stats().failed_to_open; }

    // Whether the answer is that, and of a sentence.
    void check_refused()
    {
        const auto refused = fleet.tenant("a");
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::destructive_migration);
    }

    test::TempDir directory;
    testing::ManualClock clock;
    Fleet<Notes> fleet;
};

} // namespace

TEST_CASE("the rows of a tenant that is refused are counted once, and every request is told the same")
{
    Refusing site;
    const auto first = site.fleet.tenant("a");
    REQUIRE_FALSE(first);
    const Error& error = first.error();
    CHECK(error == errc::destructive_migration);
    CHECK(error.tenant() == "a");
    CHECK_THAT(std::string(error.message()), ContainsSubstring("1 row where column 'text' is NULL"));
    CHECK(error.message().find('\n') == std::string_view::npos);
    CHECK(error.message().size() < 300);
    CHECK_THAT(std::string(error.plan()), ContainsSubstring("1. rebuild table note"));
    CHECK(site.tries() == 1);
    CHECK(site.fleet.stats().refused == 0);

    auto scope = []<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> { co_return Result<void>(); };
    const Result<void> again[] = {site.fleet.tenant("a").map([](const auto&) {}),
                                  wait_for(site.fleet.async_tenant("a")).map([](const auto&) {}),
                                  wait_for(site.fleet.async_with("a", scope)),
                                  site.fleet.with("a", []<class T>(TenantDb<T>) { return Result<void>(); })};
    for (const auto& refused : again) {
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::destructive_migration);
        CHECK(refused.error().tenant() == "a");
        CHECK(refused.error().message() == error.message());
        CHECK(refused.error().plan() == error.plan());
    }
    CHECK(site.tries() == 1);
    CHECK(site.fleet.stats().refused == 4);
    CHECK(site.fleet.stats().waiting == 0);

    must(site.fleet.close(Shutdown::drain));
    CHECK(site.fleet.tenant("a").error() == errc::fleet_closed);
}

TEST_CASE("whatever mends a refused tenant is noticed by the next request")
{
    Refusing site;
    site.check_refused();
    site.check_refused();
    REQUIRE(site.tries() == 1);
    SECTION("a row, in the database")
    {
        must(connection_to(site.place()).execute("UPDATE note SET text = 'mended'"));
    }
    SECTION("a row, in a log that is not written back")
    {
        auto other = connection_to(site.place());
        must(other.execute("PRAGMA wal_autocheckpoint = 0; UPDATE note SET text = 'mended'"));
        CHECK(must(must(site.fleet.tenant("a")).read(one(select(count()).from(table<test::Note>)))) == 1);
        return;
    }
    SECTION("another file in its place")
    {
        const auto copy = site.directory.path() / "copy.db";
        std::filesystem::copy_file(site.place() / "main.db", copy);
        must(must(sqlite::Connection::open(copy, sqlite::OpenMode::read_write))
                 .execute("UPDATE note SET text = 'mended'"));
        std::filesystem::rename(copy, site.place() / "main.db");
    }
    SECTION("another tenant of that name")
    {
        must(site.fleet.destroy("a"));
        CHECK(site.fleet.tenant("a").error() == errc::no_such_tenant);
        must(site.fleet.create("a"));
        (void)must(site.fleet.tenant("a"));
        return;
    }
    CHECK(must(must(site.fleet.tenant("a")).read(one(select(count()).from(table<test::Note>)))) == 1);
}

TEST_CASE("a refused tenant is tried again after a time, which grows")
{
    Refusing site;
    site.check_refused();
    for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        const auto tries = site.tries();
        site.clock.advance(wait - 1ms);
        site.check_refused();
        CHECK(site.tries() == tries);
        site.clock.advance(1ms);
        site.check_refused();
        CHECK(site.tries() == tries + 1);
    }
    // What is changed and refused again begins anew.
    must(connection_to(site.place()).execute("UPDATE note SET number = 2"));
    REQUIRE(settles(site.place()));
    const auto tries = site.tries();
    site.check_refused();
    site.clock.advance(1s);
    site.check_refused();
    CHECK(site.tries() == tries + 2);
}

TEST_CASE("a refusal is remembered only where every later change shows")
{
    const test::TempDir directory;
    const auto id = must(TenantId::parse("a"));
    const auto place = directory.path();
    const auto make = [&](const char* name) { std::ofstream(place / name) << name; };
    for (const auto* name : {"main.db", "tenant.state"}) make(name);
    REQUIRE(settles(place));
    const Refusals::TimePoint now{};
    const Error damaged(errc::corrupt, "damaged");
    Refusals refusals;
    const auto is_known = [&] { return refusals.find(id, place, now).has_value(); };
    SECTION("files that were left alone since before it was tried")
    {
        refusals.note(id, damaged, place, WatchedDirectory::now(), now);
        CHECK(refusals.any());
        CHECK(is_known());
        CHECK(refusals.told() == 1);
        CHECK_FALSE(refusals.find(must(TenantId::parse("b")), place, now));
        CHECK_FALSE(refusals.find(id, place, now + Refusals::first_time));
        refusals.forget(id);
        CHECK_FALSE(refusals.any());
    }
    SECTION("a file that was changed in the same moment may be changed again")
    {
        refusals.note(id, damaged, place, change_of(place / "main.db"), now);
        CHECK_FALSE(refusals.any());
    }
    SECTION("a file that was changed while it was tried")
    {
        const auto begun = WatchedDirectory::now();
        make("main.db");
        refusals.note(id, damaged, place, begun, now);
        CHECK_FALSE(refusals.any());
    }
    SECTION("a log that comes later, but an empty one is none")
    {
        refusals.note(id, damaged, place, WatchedDirectory::now(), now);
        std::ofstream(place / "main.db-wal").close();
        CHECK(is_known());
        make("main.db-wal");
        CHECK_FALSE(is_known());
        CHECK_FALSE(refusals.any());
    }
    SECTION("the log that it is about, and that is gone by now")
    {
        refusals.note(id, Error(errc::foreign_log), place, WatchedDirectory::now(), now);
        CHECK_FALSE(refusals.any());
    }
    SECTION("no more than so many")
    {
        for (std::size_t n = 0; n <= Refusals::most; ++n)
            refusals.note(must(TenantId::parse("t" + std::to_string(n))), damaged, place,
                          WatchedDirectory::now(), now);
        std::size_t known = 0;
        for (std::size_t n = 0; n <= Refusals::most; ++n)
            known += refusals.find(must(TenantId::parse("t" + std::to_string(n))), place, now).has_value();
        CHECK(known == Refusals::most);
    }
}

TEST_CASE("what may be over the next time is not remembered")
{
    for (const auto code : {errc::busy, errc::io_error, errc::out_of_memory, errc::disk_full, errc::timeout,
                            errc::no_such_tenant, errc::tenant_gone, errc::internal})
        CHECK_FALSE(Refusals::is_lasting(Error(code)));
    CHECK(Refusals::is_lasting(Error(errc::newer_schema)));
}
