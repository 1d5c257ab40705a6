// Destroying tenants: what has begun is finished first, nothing new begins, and nothing is left.
#include <atomic>
#include <future>
#include <thread>

#include <boost/asio/bind_executor.hpp>

#include <tenantry/fleet/fleet.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;
namespace fs = std::filesystem;

namespace {

struct Site {
    TempDir directory;
    fs::path root = directory.path() / "root";
    Fleet<Notes> fleet = must(open_notes(root, {.threads = 3, .shards = ShardRule::flat}));

    explicit Site(std::initializer_list<const char*> ids = {"acme"})
    {
        for (const char* id : ids) must(wait_for(fleet.async_create(id)));
    }

    TenantDb<Notes> tenant(std::string_view id = "acme") { return must(wait_for(fleet.async_tenant(id))); }
};

template <class T>
void check_is(const Result<T>& result, errc code)
{
    REQUIRE_FALSE(result);
    CHECK(result.error() == code);
    CHECK(result.error().tenant() == "acme");
}

template <class T>
bool is_ready(std::future<T>& future)
{
    return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

} // namespace

TEST_CASE("a destroyed tenant is gone, with everything it was made of")
{
    Site site;
    {
        const auto db = site.tenant();
        const auto row = note("hello");
        must(wait_for(db.async_write(insert(row))));
        must(count_notes(db)); // a reader is open as well
    }
    must(wait_for(site.fleet.async_destroy("acme")));
    CHECK(must(site.fleet.tenants()).empty());
    CHECK(names_below(site.root) ==
          std::vector<std::string>{"staging", "tenantry.lock", "tenantry.manifest", "tenants", "trash"});
    check_is(wait_for(site.fleet.async_tenant("acme")), errc::no_such_tenant);
    auto body = [&]<class T>(TenantDb<T>) -> awaitable<Result<void>> { co_return Result<void>(); };
    check_is(wait_for(site.fleet.async_with("acme", body)), errc::no_such_tenant);
    check_is(wait_for(site.fleet.async_destroy("acme")), errc::no_such_tenant);
}

TEST_CASE("a tenant that was never created cannot be destroyed")
{
    Site site;
    const auto destroyed = wait_for(site.fleet.async_destroy("nobody"));
    REQUIRE_FALSE(destroyed);
    CHECK(destroyed.error() == errc::no_such_tenant);
    CHECK_THAT(said(destroyed.error()), ContainsSubstring("'nobody'"));
    CHECK(must(site.fleet.tenants()).size() == 1);
}

TEST_CASE("a tenant that is not open is destroyed as well, unopened", "[shared]")
{
    Site site;
    {
        auto other = must(open_notes(site.root, {.threads = 1, .shards = ShardRule::flat}));
        must(wait_for(other.async_destroy("acme")));
    }
    CHECK(must(site.fleet.tenants()).empty());

    // Even one that could not be opened.
    must(wait_for(site.fleet.async_create("acme")));
    fs::resize_file(site.root / "tenants" / "acme" / "tenant.state", 3);
    check_is(wait_for(site.fleet.async_tenant("acme")), errc::corrupt);
    must(wait_for(site.fleet.async_destroy("acme")));
    CHECK(must(site.fleet.tenants()).empty());
}

TEST_CASE("destroying waits for the writes that run and wait, and refuses new ones meanwhile")
{
    Site site;
    const auto db = site.tenant();
    std::vector<std::string> order;
    boost::asio::io_context context; // one thread: what is answered first is heard first
    const auto told = [&](std::string name) {
        return boost::asio::bind_executor(context, [&order, name](const auto& result) {
            order.push_back(name + (result ? "" : ": " + said(result.error())));
        });
    };

    Door running;
    Door go_on;
    auto slow = [&](auto& tx) -> Result<void> {
        running.open();
        if (!go_on.wait()) return fail(errc::timeout);
        return tx.run(insert(note("slow")));
    };
    db.async_write(slow, told("slow"));
    REQUIRE(running.wait());
    const auto row = note("queued");
    db.async_write(insert(row), told("queued 1"));
    auto body = [](auto& tx) -> Result<void> { return tx.run(insert(note("body"))); };
    db.async_write(body, told("queued 2"));
    site.fleet.async_destroy("acme", told("destroyed"));

    // From here on the tenant takes nothing in.
    check_is(wait_for(db.async_write(insert(row))), errc::tenant_gone);
    check_is(wait_for(db.async_write(body)), errc::tenant_gone);
    check_is(wait_for(db.async_read(select<Note>())), errc::tenant_gone);
    check_is(db.read(select<Note>()), errc::tenant_gone);
    check_is(wait_for(site.fleet.async_tenant("acme")), errc::tenant_gone);
    auto scope = [&]<class T>(TenantDb<T>) -> awaitable<Result<void>> { co_return Result<void>(); };
    check_is(wait_for(site.fleet.async_with("acme", scope)), errc::tenant_gone);
    check_is(wait_for(site.fleet.async_destroy("acme")), errc::no_such_tenant);
    check_is(wait_for(site.fleet.async_create("acme")), errc::tenant_exists);

    // And it is still there, for those who are in it.
    CHECK(order.empty());
    CHECK(must(site.fleet.tenants()).size() == 1);
    CHECK(fs::exists(site.root / "tenants" / "acme" / "main.db"));

    go_on.open();
    context.run();
    CHECK(order == std::vector<std::string>{"slow", "queued 1", "queued 2", "destroyed"});
    CHECK(must(site.fleet.tenants()).empty());
    CHECK(names_below(site.root) ==
          std::vector<std::string>{"staging", "tenantry.lock", "tenantry.manifest", "tenants", "trash"});
    check_is(wait_for(db.async_write(insert(row))), errc::tenant_gone);
}

TEST_CASE("destroying waits for no handle and no scope, only for what they have begun")
{
    Site site;
    const auto kept = site.tenant();
    auto scope = [&]<class T>(TenantDb<T> db) -> awaitable<Result<std::int64_t>> {
        auto destroyed = co_await site.fleet.async_destroy("acme"); // from inside, even
        if (!destroyed) co_return tl::unexpected(destroyed.error());
        check_is(co_await db.async_read(select<Note>()), errc::tenant_gone);
        co_return co_await db.async_write(remove<Note>().all_rows());
    };
    check_is(wait_for(site.fleet.async_with("acme", scope)), errc::tenant_gone);
    check_is(count_notes(kept), errc::tenant_gone);

    // The handle is of the tenant that was, whatever is created under its name.
    must(wait_for(site.fleet.async_create("acme")));
    check_is(count_notes(kept), errc::tenant_gone);
    const auto row = note("must not arrive");
    check_is(wait_for(kept.async_write(insert(row))), errc::tenant_gone);
    CHECK(must(count_notes(site.tenant())) == 0);
}

TEST_CASE("of many who destroy a tenant one does, and of many who use it none is told a lie")
{
    Site site({});
    for (int round = 0; round < 30; ++round) {
        must(wait_for(site.fleet.async_create("acme")));
        const auto db = site.tenant();
        const auto row = note("hello");
        std::vector<std::future<Result<Key<Note, Notes>>>> writes;
        for (int n = 0; n < 5; ++n) writes.push_back(db.async_write(insert(row), boost::asio::use_future));
        std::vector<std::future<Result<void>>> ends;
        for (int n = 0; n < 3; ++n) ends.push_back(site.fleet.async_destroy("acme", boost::asio::use_future));
        for (int n = 0; n < 5; ++n) writes.push_back(db.async_write(insert(row), boost::asio::use_future));

        int destroyed = 0;
        for (auto& end : ends) {
            const auto result = end.get();
            if (result)
                ++destroyed;
            else
                CHECK(result.error() == errc::no_such_tenant);
        }
        CHECK(destroyed == 1);
        for (std::size_t n = 0; n < writes.size(); ++n) {
            const auto result = writes[n].get();
            if (n < 5)
                CHECK(result.has_value()); // begun before
            else
                check_is(result, errc::tenant_gone);
        }
        CHECK(must(site.fleet.tenants()).empty());
    }
}

TEST_CASE("twenty rounds of a tenant's life end with the files and descriptors of the start")
{
    Site site({"other"});
    const auto round = [&] {
        must(wait_for(site.fleet.async_create("acme")));
        auto scope = [&]<class T>(TenantDb<T> db) -> awaitable<Result<void>> {
            const auto row = note("hello");
            for (int n = 0; n < 10; ++n) {
                auto added = co_await db.async_write(insert(row));
                if (!added) co_return tl::unexpected(added.error());
            }
            auto read = co_await db.async_read(select<Note>());
            if (!read) co_return tl::unexpected(read.error());
            CHECK(read->size() == 10);
            CHECK(must(count_notes(db)) == 10);
            co_return Result<void>();
        };
        must(wait_for(site.fleet.async_with("acme", scope)));
        must(wait_for(site.fleet.async_destroy("acme")));
    };
    round(); // whatever is opened once and for all
    const auto files = names_below(site.directory.path());
    const auto descriptors = descriptor_targets();
    for (int n = 0; n < 20; ++n) round();
    CHECK(names_below(site.directory.path()) == files);
    CHECK(descriptor_targets() == descriptors);
    CHECK(must(site.fleet.tenants()).size() == 1);
}

TEST_CASE("a symbolic link in a tenant's place is removed, and not what it points to")
{
    Site site({"other"});
    const auto place = site.root / "tenants" / "acme";
    fs::create_directory_symlink(site.root / "tenants" / "other", place);
    const auto opened = wait_for(site.fleet.async_tenant("acme"));
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == errc::misplaced_tenant); // before SQLite, which follows no links either, is asked
    must(wait_for(site.fleet.async_destroy("acme")));
    CHECK_FALSE(fs::is_symlink(place));
    CHECK(must(count_notes(site.tenant("other"))) == 0);
}
