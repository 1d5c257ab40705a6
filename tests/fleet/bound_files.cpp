// Files that were copied, moved or put back under the library: what belongs together is served, what does not is refused and
// left as it is.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/migration_status.hpp>
#include <tenantry/migrate/adopt.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
namespace fs = std::filesystem;

namespace {

// A root, opened when it is asked for, and its tenants' files.
struct Site {
    TempDir directory;
    fs::path root = directory.path() / "root";
    FleetOptions options{.threads = 2, .shards = ShardRule::flat};

    Site()
    {
        options.tenant.busy_deadline = std::chrono::milliseconds(200);
        auto fleet = open();
        for (const char* id : {"acme", "globex"}) must(wait_for(fleet.async_create(id)));
        add(fleet, "acme", 1);
        add(fleet, "globex", 2);
    }

    [[nodiscard]] Fleet<Notes> open() const { return must(open_notes(root, options)); }
    [[nodiscard]] Fleet<Notes> open(const fs::path& other) const { return must(open_notes(other, options)); }

    [[nodiscard]] fs::path place(const std::string& id) const { return root / "tenants" / id; }
    [[nodiscard]] fs::path database(const std::string& id) const { return place(id) / "main.db"; }
    [[nodiscard]] fs::path aside(const std::string& name) const { return directory.path() / name; }

    static void add(Fleet<Notes>& fleet, const std::string& id, std::int64_t number)
    {
        must(wait_for(add_note(must(wait_for(fleet.async_tenant(id))), "", number)));
    }

    [[nodiscard]] static Result<std::vector<std::int64_t>> numbers(Fleet<Notes>& fleet, const std::string& id)
    {
        auto db = wait_for(fleet.async_tenant(id));
        if (!db) return fail(db.error());
        return db->read(select(col<&Note::number>).from<Note>().order_by(col<&Note::number>))
            .transform([](const auto& rows) {
                std::vector<std::int64_t> found;
                for (const auto& row : rows) found.push_back(row);
                return found;
            });
    }

    // Every operation on it is refused in this way, and nothing in its directory is changed by that.
    void refuses(const std::string& id, errc code, const std::string& with) const
    {
        INFO(id);
        const auto before = listing(place(id));
        auto fleet = open();
        for (int tries = 0; tries < 2; ++tries) {
            const auto found = numbers(fleet, id);
            REQUIRE_FALSE(found);
            CHECK(found.error() == code);
            CHECK(found.error().tenant() == id);
            CHECK_THAT(said(found.error()), ContainsSubstring(with));
        }
        const auto& status = must(migration_status(fleet));
        const auto& one = *std::ranges::find(status, std::string_view(id),
                                             [](const TenantStatus& each) { return each.id.view(); });
        CHECK(one.state.standing == migrate::Standing::refused);
        CHECK(*one.state.error == code);
        const auto report = must(wait_for(async_migrate_all(fleet)));
        for (const TenantMigration& each : report.tenants)
            if (each.id.view() == id) {
                REQUIRE(each.error);
                CHECK(*each.error == code);
            }
        must(wait_for(fleet.async_close(Shutdown::drain)));
        CHECK(listing(place(id)) == before);
    }

    void serves(const std::string& id, const std::vector<std::int64_t>& expected) const
    {
        INFO(id);
        auto fleet = open();
        CHECK(must(numbers(fleet, id)) == expected);
    }
};

void exchange(const fs::path& one, const fs::path& other)
{
    const fs::path between = one.string() + ".between";
    fs::rename(one, between);
    fs::rename(other, one);
    fs::rename(between, other);
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

constexpr auto over = fs::copy_options::overwrite_existing;

} // namespace

TEST_CASE("a tenant's directory that was copied under another name is refused, and the tenant is not")
{
    const Site site;
    fs::copy(site.place("acme"), site.place("copy"));
    site.refuses("copy", errc::misplaced_tenant, "'acme'");
    site.serves("acme", {1});
    auto fleet = site.open();
    must(wait_for(fleet.async_destroy("copy"))); // it goes like any other
    CHECK(must(Site::numbers(fleet, "acme")) == std::vector<std::int64_t>{1});
}

TEST_CASE("tenants whose directories were exchanged are refused until they are back in their places")
{
    const Site site;
    exchange(site.place("acme"), site.place("globex"));
    site.refuses("acme", errc::misplaced_tenant, "'globex'");
    site.refuses("globex", errc::misplaced_tenant, "'acme'");
    exchange(site.place("acme"), site.place("globex"));
    site.serves("acme", {1});
    site.serves("globex", {2});
}

TEST_CASE("another tenant's database is refused")
{
    const Site site;
    SECTION("copied over")
    {
        fs::copy_file(site.database("acme"), site.aside("kept"));
        fs::copy_file(site.database("globex"), site.database("acme"), over);
        site.refuses("acme", errc::misplaced_tenant, "another tenant than 'acme'");
        fs::copy_file(site.aside("kept"), site.database("acme"), over);
    }
    SECTION("exchanged")
    {
        exchange(site.database("acme"), site.database("globex"));
        site.refuses("acme", errc::misplaced_tenant, "another tenant than 'acme'");
        site.refuses("globex", errc::misplaced_tenant, "another tenant than 'globex'");
        exchange(site.database("acme"), site.database("globex"));
    }
    site.serves("acme", {1});
    site.serves("globex", {2});
}

TEST_CASE("a state file that is not the tenant's own is refused")
{
    const Site site;
    SECTION("another tenant's")
    {
        fs::copy_file(site.place("globex") / "tenant.state", site.place("acme") / "tenant.state", over);
        site.refuses("acme", errc::misplaced_tenant, "'globex'");
    }
    SECTION("an earlier one's of the same name")
    {
        fs::copy_file(site.place("acme") / "tenant.state", site.aside("state"));
        {
            auto fleet = site.open();
            must(wait_for(fleet.async_destroy("acme")));
            must(wait_for(fleet.async_create("acme")));
        }
        fs::copy_file(site.aside("state"), site.place("acme") / "tenant.state", over);
        site.refuses("acme", errc::misplaced_tenant, "an earlier one of that name");
    }
    SECTION("of a version that is not known")
    {
        write(site.place("acme") / "tenant.state", "tenantry tenant 3\nid acme\nincarnation none\n");
        site.refuses("acme", errc::unsupported_version, "version 3");
    }
    SECTION("of the version before ids were in it")
    {
        write(site.place("acme") / "tenant.state", "tenantry tenant 1\nincarnation 0123456789abcdef\n");
        site.refuses("acme", errc::unsupported_version, "version 1");
    }
    site.serves("globex", {2});
}

TEST_CASE("a root that was copied whole opens as it is")
{
    const Site site;
    fs::copy(site.root, site.aside("copy"), fs::copy_options::recursive);
    fs::remove_all(site.root);
    auto fleet = site.open(site.aside("copy"));
    CHECK(must(Site::numbers(fleet, "acme")) == std::vector<std::int64_t>{1});
    CHECK(must(Site::numbers(fleet, "globex")) == std::vector<std::int64_t>{2});
    Site::add(fleet, "acme", 3);
    must(wait_for(fleet.async_close(Shutdown::drain)));
    fs::rename(site.aside("copy"), site.root);
    site.serves("acme", {1, 3});
}

TEST_CASE(
    "a database that was adopted becomes the tenant's it is put into, keeps its user_version, and is refused elsewhere")
{
    const Site site;
    {
        // Made by others, who use user_version for themselves.
        auto made = must(sqlite::Connection::open(site.aside("old.db"), sqlite::OpenMode::create));
        for (const auto& object : schema_info<Notes>().objects) must(made.execute(std::string(object.sql)));
        must(made.execute("INSERT INTO note(text, number) VALUES ('old', 7); PRAGMA user_version = 42"));
        must(made.execute("PRAGMA application_id = " + std::to_string(TenantOptions().application_id)));
        must(adopt(made, schema_info<Notes>()));
        must(made.checkpoint(sqlite::Checkpoint::truncate));
        must(made.close());
    }
    fs::remove(site.database("acme"));
    fs::rename(site.aside("old.db"), site.database("acme"));
    site.serves("acme", {7});
    {
        auto fleet = site.open();
        Site::add(fleet, "acme", 8);
        const auto status = must(migration_status(fleet));
        CHECK(status.front().state.standing == migrate::Standing::current);
    }
    site.serves("acme", {7, 8});
    {
        auto database = must(sqlite::Connection::open(site.database("acme"), sqlite::OpenMode::read_write));
        CHECK(must(database.query_integer("PRAGMA user_version")) == 42);
    }
    fs::copy_file(site.database("acme"), site.database("globex"), over);
    site.refuses("globex", errc::misplaced_tenant, "another tenant than 'globex'");
    site.serves("acme", {7, 8});
}

TEST_CASE("a replaced database is opened once the one before it is closed, though somebody holds that")
{
    const Site site;
    fs::copy_file(site.database("acme"), site.aside("old.db"));
    auto fleet = site.open();
    const auto kept = must(wait_for(fleet.async_tenant("acme")));
    must(count_notes(kept)); // with its log and shared memory, and nothing in the log
    fs::rename(site.aside("old.db"), site.database("acme"));
    for (int n = 0; n < 3; ++n) {
        const auto renewed = must(wait_for(fleet.async_tenant("acme")));
        CHECK(must(count_notes(renewed)) == 1 + n);
        must(wait_for(add_note(renewed)));
        CHECK(count_notes(kept).error() == errc::tenant_gone);
        CHECK(wait_for(add_note(kept)).error() == errc::tenant_gone);
    }
}

TEST_CASE(
    "a database that another fleet of this process has open is not opened under it when it was replaced")
{
    const Site site;
    fs::copy_file(site.database("acme"), site.aside("old.db"));
    auto first = site.open();
    auto second = site.open();
    {
        const auto kept = must(wait_for(first.async_tenant("acme")));
        must(count_notes(kept));
        fs::rename(site.aside("old.db"), site.database("acme"));
        const auto refused = Site::numbers(second, "acme");
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::busy);
        CHECK(count_notes(kept).error() == errc::tenant_gone);
    }
    must(wait_for(first.async_close(Shutdown::drain)));
    CHECK(must(Site::numbers(second, "acme")) == std::vector<std::int64_t>{1});
}
