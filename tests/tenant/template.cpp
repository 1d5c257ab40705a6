// Tenants made of bytes are what tenants made by statements are.
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/identity.hpp>
#include <tenantry/tenant/detail/template.hpp>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <tenantry/expr/id.hpp>
#include <tenantry/migrate/model.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/schema/table.hpp>

#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
namespace fs = std::filesystem;

namespace {

struct Thing {
    Id<Thing> id{};
    std::string name{};
};
struct Things : Schema<Table<"thing", Thing>> {};

struct Site {
    TempDir directory;
    TenantOptions options{.application_id = 4711};
    detail::TenantTemplate pattern{schema_info<Things>(), options};
    fs::path staging = directory.path() / "staging";

    Site() { fs::create_directory(staging); }

    [[nodiscard]] fs::path place(const std::string& name) const { return directory.path() / name; }
    [[nodiscard]] Result<void> create(const std::string& name)
    {
        return pattern.create(staging, must(detail::Place::at(place(name))));
    }
};

std::string bytes_of(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Each has its own in two places: the row of its identity, and `user_version`.
bool same_but_for_incarnation(const Site& site, const std::string& one, const std::string& other)
{
    std::string without[2];
    for (const std::string& name : {one, other}) {
        auto bytes = bytes_of(site.place(name) / "main.db");
        const auto digits = detail::hex(must(detail::read_state(site.place(name))).incarnation);
        const auto at = bytes.find(digits);
        if (at == std::string::npos) return false;
        bytes.replace(at, digits.size(), "incarnation");
        without[name == one ? 0 : 1] = bytes.replace(60, 4, "mark");
    }
    return without[0] == without[1];
}

std::string schema_of_file(const fs::path& database)
{
    auto connection = must(sqlite::Connection::open(database, sqlite::OpenMode::read_write));
    auto statement =
        must(connection.prepare("SELECT group_concat(type || name || sql, ';') FROM sqlite_schema"));
    must(statement.step());
    return std::string(statement.text(0));
}

} // namespace

TEST_CASE("what is made of the bytes is what the statements make")
{
    Site site;
    for (const char* name : {"first", "second", "third"}) must(site.create(name));
    must(detail::create_directory(site.staging, site.place("by_statements"), schema_info<Things>(),
                                  site.options));
    CHECK(fs::is_empty(site.staging));
    std::set<std::uint64_t> incarnations;
    for (const std::string name : {"first", "second", "third", "by_statements"}) {
        CAPTURE(name);
        CHECK(names_below(site.place(name)) == std::vector<std::string>{"main.db", "tenant.state"});
        CHECK(mode_of(site.place(name)) == 0700);
        CHECK(mode_of(site.place(name) / "main.db") == 0600);
        incarnations.insert(must(detail::read_state(site.place(name))).incarnation);
        const auto database = site.place(name) / "main.db";
        CHECK(schema_of_file(database) == schema_of_file(site.place("by_statements") / "main.db"));
        auto connection = must(sqlite::Connection::open(database, sqlite::OpenMode::read_write));
        CHECK(must(connection.query_integer("PRAGMA application_id")) == 4711);
        const auto incarnation = must(detail::read_state(site.place(name))).incarnation;
        CHECK(must(detail::read_identity(connection)).value().incarnation == incarnation);
        CHECK(must(connection.query_integer(
                  "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'")) == 1);
        CHECK(must(connection.query_integer(
                  "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'")) == 1);
        // It is current: opening has nothing to do.
        connection.set_incarnation(incarnation);
        CHECK(must(ensure_schema(connection, schema_info<Things>())).was_current);
        must(connection.execute("INSERT INTO thing(name) VALUES ('works')"));
    }
    CHECK(incarnations.size() == 4);
}

TEST_CASE("once there is a template SQLite is not asked again")
{
    Site site;
    FaultyVfs vfs;
    must(site.create("first"));
    const int opened = vfs.count(FaultyVfs::Op::open);
    CHECK(opened > 0);
    for (int n = 0; n < 10; ++n) must(site.create("t" + std::to_string(n)));
    CHECK(vfs.count(FaultyVfs::Op::open) == opened);
    CHECK(same_but_for_incarnation(site, "t0", "first"));
}

TEST_CASE("a template that cannot be made is made the next time")
{
    Site site;
    FaultyVfs vfs;
    vfs.fail(FaultyVfs::Op::write, 2, SQLITE_FULL, true);
    const auto failed = site.create("first");
    vfs.heal();
    REQUIRE_FALSE(failed);
    CHECK(failed.error() == errc::disk_full);
    CHECK_FALSE(fs::exists(site.place("first")));
    CHECK(fs::is_empty(site.staging));
    must(site.create("first"));
    must(site.create("second"));
    CHECK(same_but_for_incarnation(site, "first", "second"));
}

TEST_CASE("of many who make one tenant at once one does")
{
    Site site;
    for (int round = 0; round < 20; ++round) {
        const std::string name = "t" + std::to_string(round);
        std::atomic<int> made{0};
        std::atomic<int> existed{0};
        std::vector<std::thread> creators;
        for (int n = 0; n < 4; ++n)
            creators.emplace_back([&] {
                const auto created = site.create(name);
                if (created)
                    ++made;
                else if (created.error() == errc::tenant_exists)
                    ++existed;
            });
        for (auto& creator : creators) creator.join();
        REQUIRE(made == 1);
        REQUIRE(existed == 3);
        REQUIRE(fs::is_empty(site.staging));
    }
}
