// Symbolic links: one may lead to the root, none below it is followed.
#include <fstream>
#include <sstream>

#include <tenantry/fleet/fleet.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

void add_note(Fleet<Notes>& fleet, std::string_view id)
{
    const auto row = note("hello");
    must(wait_for(must(wait_for(fleet.async_tenant(id))).async_write(insert(row))));
}

// A root with a tenant that holds one note, and that nobody has open.
struct Closed {
    TempDir directory;
    fs::path root = directory.path() / "root";
    fs::path place;

    Closed()
    {
        auto fleet = must(open_notes(root, {.threads = 1}));
        must(wait_for(fleet.async_create("acme")));
        add_note(fleet, "acme");
        place = must(fleet.directory("acme"));
    }

    // Puts a link where something was, which is moved elsewhere; gives the place it was moved to.
    [[nodiscard]] fs::path replace_by_link(const fs::path& what) const
    {
        const auto moved = directory.path() / ("moved-" + what.filename().string());
        fs::rename(what, moved);
        fs::create_symlink(moved, what);
        return moved;
    }

    // Every way into the tenant is refused, and nothing changes on either side of the link.
    void check_refused() const
    {
        auto fleet = must(open_notes(root, {.threads = 1}));
        const auto before = listing(directory.path());
        const auto tenant = wait_for(fleet.async_tenant("acme"));
        REQUIRE_FALSE(tenant);
        CHECK(tenant.error() == errc::io_error);
        CHECK(tenant.error().tenant() == "acme");
        auto body = []<class T>(TenantDb<T>) -> boost::asio::awaitable<Result<void>> {
            co_return Result<void>();
        };
        const auto used = wait_for(fleet.async_with("acme", body));
        REQUIRE_FALSE(used);
        CHECK(used.error() == errc::io_error);
        CHECK(listing(directory.path()) == before);
    }
};

} // namespace

TEST_CASE("a root that is a symbolic link, or lies below one, is the directory it leads to")
{
    const TempDir directory;
    fs::create_directories(directory.path() / "disk" / "data");
    fs::create_directory_symlink(directory.path() / "disk" / "data", directory.path() / "link");
    fs::create_directory_symlink(directory.path() / "disk", directory.path() / "mnt");
    const auto root = directory.path() / GENERATE(as<std::string>(), "link", "link/", "mnt/data", "mnt/new");
    INFO(root);
    auto fleet = must(open_notes(root, {.threads = 1}));
    must(wait_for(fleet.async_create("acme")));
    add_note(fleet, "acme");
    CHECK(must(count_notes(must(wait_for(fleet.async_tenant("acme"))))) == 1);
    CHECK(must(fleet.tenants()).size() == 1);
    CHECK(must(fleet.directory("acme")).string().starts_with((directory.path() / "disk").string()));
    must(wait_for(fleet.async_destroy("acme")));
    CHECK(must(fleet.tenants()).empty());
}

TEST_CASE("a database that is a symbolic link is refused")
{
    const Closed closed;
    const auto moved = closed.replace_by_link(closed.place / "main.db");
    const auto bytes = bytes_of(moved);
    closed.check_refused();
    CHECK(bytes_of(moved) == bytes);
}

TEST_CASE("another tenant's database cannot be had through a link")
{
    const Closed closed;
    auto fleet = must(open_notes(closed.root, {.threads = 1}));
    must(wait_for(fleet.async_create("other")));
    add_note(fleet, "other");
    fs::remove(closed.place / "main.db");
    fs::create_symlink(must(fleet.directory("other")) / "main.db", closed.place / "main.db");
    const auto tenant = wait_for(fleet.async_tenant("acme"));
    REQUIRE_FALSE(tenant);
    CHECK(tenant.error() == errc::io_error);
    CHECK(must(count_notes(must(wait_for(fleet.async_tenant("other"))))) == 1);
}

TEST_CASE("a state file that is a symbolic link is refused")
{
    const Closed closed;
    (void)closed.replace_by_link(closed.place / "tenant.state");
    closed.check_refused();
}

TEST_CASE("a tenant's directory that is a symbolic link is refused, and is no tenant")
{
    const Closed closed;
    const auto moved = closed.replace_by_link(closed.place);
    closed.check_refused();
    auto fleet = must(open_notes(closed.root, {.threads = 1}));
    CHECK(must(fleet.tenants()).empty());
    const auto created = wait_for(fleet.async_create("acme"));
    REQUIRE_FALSE(created);
    CHECK(created.error() == errc::tenant_exists);
    CHECK(fs::exists(moved / "main.db"));
}

TEST_CASE("a shard, and the directory of all tenants, that is a symbolic link is refused")
{
    const Closed closed;
    const bool shard = GENERATE(true, false);
    (void)closed.replace_by_link(shard ? closed.place.parent_path() : closed.root / "tenants");
    closed.check_refused();
}
