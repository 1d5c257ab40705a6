#include <tenantry/migrate/detail/mark.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/detail/identity.hpp>

#include <array>
#include <cstdint>
#include <fstream>
#include <set>

#include <tenantry/expr/id.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/schema/table.hpp>

#include "support/catch.hpp"
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

// A place to build in and a place to put things.
struct Site {
    TempDir directory;
    fs::path staging = directory.path() / "staging";
    fs::path trash = directory.path() / "trash";
    fs::path place = directory.path() / "acme";

    Site()
    {
        fs::create_directory(staging);
        fs::create_directory(trash);
    }

    [[nodiscard]] Result<void> create(const TenantOptions& options = {}) const
    {
        return detail::create_directory(staging, place, schema_info<Things>(), options);
    }
};

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

} // namespace

TEST_CASE("a new tenant is a database with its tables and a state file, for its owner alone")
{
    const Site site;
    must(site.create({.application_id = 4711}));
    CHECK(names_below(site.place) == std::vector<std::string>{"main.db", "tenant.state"});
    CHECK(mode_of(site.place) == 0700);
    CHECK(mode_of(site.place / "main.db") == 0600);
    CHECK(mode_of(site.place / "tenant.state") == 0600);
    CHECK(fs::is_empty(site.staging));

    auto database = must(sqlite::Connection::open(site.place / "main.db", sqlite::OpenMode::read_write));
    CHECK(must(database.query_integer("PRAGMA application_id")) == 4711);
    // The mark is mixed with the incarnation, which only the tenant's own database has.
    CHECK(must(migrate::read_mark(database)) != schema_info<Things>().fingerprint);
    database.set_incarnation(must(detail::read_state(site.place)).incarnation);
    CHECK(must(migrate::read_mark(database)) == schema_info<Things>().fingerprint);
    CHECK(must(detail::read_identity(database)).value().incarnation == database.incarnation());
    CHECK(must(database.query_integer("SELECT count(*) FROM thing")) == 0);
    CHECK(must(database.query_integer("SELECT 'wal' = journal_mode FROM pragma_journal_mode")) == 1);
}

TEST_CASE("every tenant that is made has an incarnation of its own")
{
    const Site site;
    std::set<std::uint64_t> seen;
    for (int n = 0; n < 5; ++n) {
        must(site.create());
        const auto state = must(detail::read_state(site.place));
        CHECK(state.incarnation != 0);
        CHECK(seen.insert(state.incarnation).second);
        must(detail::remove_directory(must(detail::discard_directory(site.place, site.trash))));
    }
}

TEST_CASE("what stands in the place of a new tenant is left as it was")
{
    const Site site;
    const auto refused = [&] {
        const auto before = listing(site.place.parent_path());
        const auto created = site.create();
        REQUIRE_FALSE(created);
        CHECK(created.error() == errc::tenant_exists);
        CHECK(fs::is_empty(site.staging));
        fs::last_write_time(site.staging, fs::file_time_type());
        // Only the directory it was built in has another time.
        auto after = listing(site.place.parent_path());
        auto without_staging = [](std::vector<std::string> lines) {
            std::erase_if(lines, [](const std::string& line) { return line.starts_with("staging"); });
            return lines;
        };
        CHECK(without_staging(before) == without_staging(after));
    };
    SECTION("a tenant")
    {
        must(site.create());
        refused();
    }
    SECTION("a directory with anything in it")
    {
        fs::create_directory(site.place);
        write(site.place / "something", "precious");
        refused();
    }
    SECTION("a file")
    {
        write(site.place, "precious");
        refused();
    }
    SECTION("a symbolic link to a directory")
    {
        fs::create_directory(site.directory.path() / "elsewhere");
        fs::create_directory_symlink(site.directory.path() / "elsewhere", site.place);
        refused();
    }
    SECTION("a symbolic link to nothing")
    {
        fs::create_directory_symlink(site.directory.path() / "nowhere", site.place);
        refused();
    }
}

TEST_CASE("a schema that SQLite does not accept leaves nothing behind")
{
    const Site site;
    static constexpr std::array columns{ColumnInfo{"a", "INTEGER", true}};
    static constexpr std::array objects{
        SchemaObject{"table", "good", "good", "CREATE TABLE good (a INTEGER NOT NULL) STRICT", columns},
        SchemaObject{"table", "bad", "bad", "CREATE TABLE bad (a SOMETHING) STRICT", columns}};
    const auto created = detail::create_directory(site.staging, site.place, {objects, 1}, {});
    REQUIRE_FALSE(created);
    CHECK(created.error() == errc::migration_failed);
    CHECK_THAT(said(created.error()), ContainsSubstring("table bad"));
    CHECK_FALSE(fs::exists(site.place));
    CHECK(fs::is_empty(site.staging));
    must(site.create());
}

TEST_CASE("a tenant that cannot be put into its place leaves nothing behind")
{
    Site site;
    site.place = site.directory.path() / "no" / "such" / "shard";
    const auto created = site.create();
    REQUIRE_FALSE(created);
    CHECK(created.error() == errc::io_error);
    CHECK_THAT(said(created.error()), ContainsSubstring("no/such"));
    CHECK(fs::is_empty(site.staging));
}

TEST_CASE("a tenant is discarded in one step and removed in another")
{
    const Site site;
    must(site.create());
    const auto away = must(detail::discard_directory(site.place, site.trash));
    CHECK_FALSE(fs::exists(site.place));
    CHECK(away.parent_path() == site.trash);
    CHECK(names_below(away) == std::vector<std::string>{"main.db", "tenant.state"});

    const auto again = detail::discard_directory(site.place, site.trash);
    REQUIRE_FALSE(again);
    CHECK(again.error() == errc::no_such_tenant);

    must(detail::remove_directory(away));
    CHECK(fs::is_empty(site.trash));
    must(detail::remove_directory(away)); // somebody else may have swept it
}

TEST_CASE("a directory without a state file is no tenant")
{
    const Site site;
    fs::create_directory(site.place);
    const auto state = detail::read_state(site.place);
    REQUIRE_FALSE(state);
    CHECK(state.error() == errc::no_such_tenant);
}

TEST_CASE("a state file that cannot be understood is corrupt, and said to be so")
{
    const Site site;
    fs::create_directory(site.place);
    const std::string good = detail::to_text({.id = "acme", .incarnation = 0x0123456789abcdef});
    write(site.place / "tenant.state", good);
    CHECK(must(detail::read_state(site.place)).incarnation == 0x0123456789abcdef);
    CHECK(must(detail::read_state(site.place)).id == "acme");

    std::vector<std::string> bad{"",
                                 "\n",
                                 good + "x",
                                 good + good,
                                 good.substr(0, good.size() - 1),
                                 "tenantry tenant 2\nincarnation 0123456789abcdef\n",
                                 "tenantry tenant 2\nid acme\nincarnation 0000000000000000\n",
                                 "tenantry tenant 2\nid acme\nincarnation 0123456789abcdeg\n",
                                 "tenantry tenant 2\nid acme\nincarnation -123456789abcdef\n",
                                 "tenantry tenant 2\nid acme\nincarnation 0x23456789abcdef\n",
                                 "tenantry tenant two\nid acme\nincarnation 0123456789abcdef\n",
                                 std::string(good.size(), '\0'),
                                 std::string(5000, 'x'),
                                 std::string(4096, 'x')};
    for (const auto& text : bad) {
        INFO(text.substr(0, 100));
        write(site.place / "tenant.state", text);
        const auto state = detail::read_state(site.place);
        REQUIRE_FALSE(state);
        CHECK(state.error() == errc::corrupt);
        CHECK_THAT(said(state.error()), ContainsSubstring((site.place / "tenant.state").string()));
    }

    // Nor is one that is somewhere else.
    write(site.directory.path() / "elsewhere", good);
    fs::remove(site.place / "tenant.state");
    fs::create_symlink(site.directory.path() / "elsewhere", site.place / "tenant.state");
    const auto linked = detail::read_state(site.place);
    REQUIRE_FALSE(linked);
    CHECK(linked.error() == errc::io_error);
}

TEST_CASE("a state file of another version is refused, with its version in the message")
{
    const Site site;
    must(site.create());
    for (const std::string version : {"1", "3", "12"}) {
        write(site.place / "tenant.state",
              "tenantry tenant " + version + "\nsomething else 0123456789abcdef\n");
        const auto state = detail::read_state(site.place);
        REQUIRE_FALSE(state);
        CHECK(state.error() == errc::unsupported_version);
        CHECK_THAT(said(state.error()), ContainsSubstring("of version " + version + ","));
    }
}

TEST_CASE("a directory under another name than its tenant's is refused")
{
    const Site site;
    must(site.create());
    fs::copy(site.place, site.directory.path() / "copy");
    const auto state = detail::read_state(site.directory.path() / "copy");
    REQUIRE_FALSE(state);
    CHECK(state.error() == errc::misplaced_tenant);
    CHECK_THAT(said(state.error()), ContainsSubstring("'acme'"));
    must(detail::read_state(site.place));
}

TEST_CASE("a state file that is kept open knows whether its tenant is there still")
{
    const Site site;
    must(site.create());
    const auto path = site.place / "tenant.state";
    const auto known = must(detail::StateFile::open(site.place));
    CHECK(known.is_there());
    const auto away = site.directory.path() / "away";

    SECTION("it is another tenant's of the same name")
    {
        fs::rename(site.place, away);
        CHECK_FALSE(known.is_there());
        must(site.create());
        CHECK_FALSE(known.is_there());
        CHECK(must(detail::StateFile::open(site.place)).is_there());
        fs::remove_all(site.place);
        fs::rename(away, site.place);
        CHECK(known.is_there());
    }
    SECTION("the tenant is removed")
    {
        fs::remove_all(site.place);
        CHECK_FALSE(known.is_there());
    }
    SECTION("the file is replaced, even by one that says the same")
    {
        write(away, detail::to_text(known.state()));
        fs::rename(away, path);
        CHECK_FALSE(known.is_there());
    }
    SECTION("it is written over")
    {
        write(path, detail::to_text({.id = "acme", .incarnation = known.state().incarnation + 1}));
        CHECK_FALSE(known.is_there());
        write(path, detail::to_text(known.state()));
        CHECK(known.is_there());
        write(path, "nonsense");
        CHECK_FALSE(known.is_there());
    }
}
