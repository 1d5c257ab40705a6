// Creating tenants: one winner, and either a whole tenant or nothing that looks like one.
#include <fstream>
#include <latch>
#include <thread>
#include <utility>

#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <tenantry/fleet/detail/layout.hpp>
#include <tenantry/fleet/fleet.hpp>

#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/faulty_vfs.hpp"
#include "support/fleet_fixture.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
namespace fs = std::filesystem;

namespace {

FleetOptions flat() { return {.threads = 2, .shards = ShardRule::flat}; }

void check_nothing_is_left(Fleet<Notes>& fleet, const fs::path& root)
{
    CHECK(must(fleet.tenants()).empty());
    CHECK(fs::is_empty(root / "staging"));
    CHECK(fs::is_empty(root / "trash"));
    CHECK_FALSE(fs::exists(must(fleet.directory("acme"))));
    const auto tenant = wait_for(fleet.async_tenant("acme"));
    REQUIRE_FALSE(tenant);
    CHECK(tenant.error() == errc::no_such_tenant);
}

// Made anew, it can be written and read; then it is gone again.
void check_it_works(Fleet<Notes>& fleet, const fs::path& root)
{
    must(wait_for(fleet.async_create("acme")));
    {
        auto db = must(wait_for(fleet.async_tenant("acme")));
        const auto row = note("hello");
        must(wait_for(db.async_write(insert(row))));
        CHECK(must(count_notes(db)) == 1);
    }
    must(wait_for(fleet.async_destroy("acme")));
    check_nothing_is_left(fleet, root);
}

// A creation that was answered with success is all there, in the database itself: a log that could not be removed
// is empty.
void check_is_whole(Fleet<Notes>& fleet)
{
    const auto place = must(fleet.directory("acme"));
    for (const auto& name : names_below(place)) {
        INFO(name);
        CHECK((name == "main.db" || name == "tenant.state" || fs::file_size(place / name) == 0));
    }
    CHECK(must(count_notes(must(wait_for(fleet.async_tenant("acme"))))) == 0);
}

} // namespace

TEST_CASE("a tenant is created once")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "root", flat()));
    must(wait_for(fleet.async_create("acme")));
    check_is_whole(fleet);
    const auto before = listing(must(fleet.directory("acme")));
    const auto again = wait_for(fleet.async_create("acme"));
    REQUIRE_FALSE(again);
    CHECK(again.error() == errc::tenant_exists);
    CHECK(again.error().tenant() == "acme");
    CHECK_THAT(said(again.error()), ContainsSubstring("creating tenant 'acme'"));
    CHECK(listing(must(fleet.directory("acme"))) == before);
    CHECK(fs::is_empty(directory.path() / "root" / "staging"));
}

TEST_CASE("of threads that create a tenant at once one wins")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "root", {.threads = 4}));
    for (int round = 0; round < 50; ++round) {
        const auto id = "t" + std::to_string(round);
        constexpr std::size_t count = 4;
        std::latch start(count);
        std::vector<Result<void>> results(count);
        {
            std::vector<std::jthread> threads;
            for (std::size_t n = 0; n < count; ++n)
                threads.emplace_back([&, n] {
                    start.arrive_and_wait();
                    results[n] = wait_for(fleet.async_create(id));
                });
        }
        REQUIRE(std::ranges::count_if(results, [](const auto& r) { return r.has_value(); }) == 1);
        for (const auto& result : results)
            if (!result) REQUIRE(result.error() == errc::tenant_exists);
        REQUIRE(must(count_notes(must(wait_for(fleet.async_tenant(id))))) == 0);
    }
    CHECK(must(fleet.tenants()).size() == 50);
    CHECK(fs::is_empty(directory.path() / "root" / "staging"));
}

TEST_CASE("of processes that create a tenant at once one wins")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto fleet = must(open_notes(root, {.threads = 2}));
    Child first("fleet_client", {root.string()});
    Child second("fleet_client", {root.string()});
    REQUIRE(first.ask("open") == "ok");
    REQUIRE(second.ask("open") == "ok");
    for (int round = 0; round < 50; ++round) {
        const auto id = "t" + std::to_string(round);
        first.send("create " + id);
        second.send("create " + id);
        const auto mine = wait_for(fleet.async_create(id));
        std::vector<std::string> answers{first.receive().value_or("ended"),
                                         second.receive().value_or("ended"),
                                         mine ? "ok" : std::string(said(mine.error()).substr(0, 13))};
        std::ranges::sort(answers);
        REQUIRE(answers == std::vector<std::string>{"ok", "tenant_exists", "tenant_exists"});
        REQUIRE(first.ask("count " + id) == "0");
        REQUIRE(must(count_notes(must(wait_for(fleet.async_tenant(id))))) == 0);
    }
    CHECK(must(fleet.tenants()).size() == 50);
    CHECK(fs::is_empty(root / "staging"));
}

TEST_CASE("file systems that fail at any moment: a whole tenant or none")
{
    using Op = FaultyVfs::Op;
    struct Case {
        Op op;
        int code;
        bool forever;
        const char* name;
    };
    const auto what = GENERATE(Case{Op::open, SQLITE_CANTOPEN, false, "open"},
                               Case{Op::write, SQLITE_FULL, false, "one write"},
                               Case{Op::write, SQLITE_FULL, true, "every write"},
                               Case{Op::write, SQLITE_IOERR_WRITE, false, "a write with an I/O error"},
                               Case{Op::sync, SQLITE_IOERR_FSYNC, false, "sync"},
                               Case{Op::sync, SQLITE_IOERR_FSYNC, true, "every sync"},
                               Case{Op::truncate, SQLITE_IOERR_TRUNCATE, true, "every truncate"},
                               Case{Op::read, SQLITE_IOERR_READ, false, "read"},
                               Case{Op::remove, SQLITE_IOERR_DELETE, true, "every removal"},
                               Case{Op::shm, SQLITE_FULL, true, "shared memory"});
    const TempDir directory;
    const auto root = directory.path() / "root";
    FaultyVfs vfs;
    int failed = 0;
    for (int nth = 1;; ++nth) {
        INFO(what.name << ", number " << nth);
        REQUIRE(nth < 200);
        // SQLite makes the first tenant of a fleet.
        auto fleet = must(open_notes(root, flat()));
        const int before = vfs.failures();
        vfs.fail(what.op, nth, what.code, what.forever);
        const auto created = wait_for(fleet.async_create("acme"));
        vfs.heal();
        if (created) {
            check_is_whole(fleet);
            must(wait_for(fleet.async_destroy("acme")));
            if (vfs.failures() == before) break; // it was over before the n-th
        } else {
            ++failed;
            CHECK((created.error() == errc::disk_full || created.error() == errc::io_error));
            CHECK(created.error().tenant() == "acme");
            CHECK(created.error().sqlite_code() != 0);
        }
        check_nothing_is_left(fleet, root);
    }
    if (what.op == Op::open || what.op == Op::write || what.op == Op::sync) CHECK(failed > 0);
    auto fleet = must(open_notes(root, flat()));
    check_it_works(fleet, root);
}

TEST_CASE("system calls that fail at any moment: a whole tenant or none")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    Child other("fleet_client", {root.string(), "flat"});
    REQUIRE(other.ask("open") == "ok");
    // SQLite makes the first one; those after it are made of its bytes.
    REQUIRE(other.ask("create first") == "ok");
    const auto names = names_below(root);
    const std::pair<const char*, int> calls[] = {
        {"open", 4}, {"mkdir", 1}, {"write", 2}, {"fsync", 4}, {"rename", 1}};
    for (const auto& [call, count] : calls) {
        INFO(call);
        int failed = 0;
        for (;; ++failed) {
            const auto created =
                other.ask("create_failing acme " + std::string(call) + ' ' + std::to_string(failed + 1));
            if (created == "ok never") break;
            REQUIRE(created == "io_error failed");
            REQUIRE(names_below(root) == names);
            REQUIRE(other.ask("count acme") == "no_such_tenant");
        }
        // Both files, their names, and the tenant's: one sync less, and a crash could take something away.
        CHECK(failed == count);
        CHECK(other.ask("count acme") == "0");
        REQUIRE(other.ask("destroy acme") == "ok");
    }
}

TEST_CASE("a signal that interrupts a system call makes nothing fail")
{
    const TempDir directory;
    Child other("fleet_client", {(directory.path() / "root").string(), "flat"});
    REQUIRE(other.ask("open") == "ok");
    REQUIRE(other.ask("create first") == "ok");
    for (const std::string call : {"open", "write", "fsync"}) {
        INFO(call);
        for (int n = 1;; ++n) {
            const auto created =
                other.ask("create_failing acme " + call + ' ' + std::to_string(n) + " interrupted");
            CHECK(other.ask("count acme") == "0");
            REQUIRE(other.ask("destroy acme") == "ok");
            if (created == "ok never") break;
            REQUIRE(created == "ok failed");
        }
    }
}

TEST_CASE("the names of shards that are there are made durable once, not for each of them")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    const auto layout = must(detail::Layout::open(root, {}));
    const auto shard = [&](const char* id) { return layout.directory(*TenantId::parse(id)).parent_path(); };
    const auto ask = [](Child& other, const std::string& id, int syncs) {
        return other.ask("create_failing " + id + " fsync " + std::to_string(syncs));
    };
    REQUIRE(shard("a") == shard("b"));
    REQUIRE(shard("foobar") == shard("foobaz"));
    REQUIRE(shard("a") != shard("foobar"));
    {
        Child first("fleet_client", {root.string()});
        REQUIRE(first.ask("open") == "ok");
        REQUIRE(first.ask("create other") == "ok"); // by the statements, which sync as they like
        CHECK(ask(first, "a", 1) == "io_error failed");
        CHECK(fs::is_empty(shard("a"))); // made, and not known to be durable yet
        CHECK(ask(first, "a", 5) == "io_error failed");
        CHECK(fs::is_empty(shard("a")));
        CHECK(ask(first, "a", 5) == "ok never");
        CHECK(ask(first, "foobar", 5) == "io_error failed");
        CHECK(ask(first, "foobar", 5) == "ok never");
    }
    Child second("fleet_client", {root.string()});
    REQUIRE(second.ask("open") == "ok");
    REQUIRE(second.ask("create another") == "ok"); // a shard of its own
    CHECK(ask(second, "b", 5) == "ok never");
    CHECK(ask(second, "foobaz", 5) == "ok never");
    CHECK(must(layout.tenants()).size() == 6);
}

TEST_CASE("directories in which nothing can be made")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto fleet = must(open_notes(root, {.threads = 2}));
    const auto in_the_way = GENERATE(as<std::string>(), "staging", "tenants", "the shard");
    INFO(in_the_way);
    const auto place =
        in_the_way == "the shard" ? must(fleet.directory("acme")).parent_path() : root / in_the_way;
    fs::remove(place);
    std::ofstream(place) << "a file where there should be a directory";
    const auto created = wait_for(fleet.async_create("acme"));
    REQUIRE_FALSE(created);
    CHECK(created.error() == errc::io_error);
    CHECK_THAT(said(created.error()), ContainsSubstring(place.string()));
    fs::remove(place);
    if (in_the_way != "the shard") fs::create_directory(place);
    check_nothing_is_left(fleet, root);
    check_it_works(fleet, root);
}

TEST_CASE("directories that may not be written")
{
    // Whoever runs the tests may be root, who may write everywhere: another user tries it.
    const TempDir directory;
    const auto root = directory.path() / "root";
    must(wait_for(must(open_notes(root, flat())).async_create("other")));
    constexpr unsigned nobody = 65534;
    const auto shut = [](const fs::path& path) { fs::permissions(path, fs::perms(0500)); };
    const auto open = [](const fs::path& path) { fs::permissions(path, fs::perms(0700)); };
    if (::geteuid() == 0) {
        REQUIRE(::chown(directory.path().c_str(), nobody, nobody) == 0);
        REQUIRE(::chown(root.c_str(), nobody, nobody) == 0);
        for (const auto& entry : fs::recursive_directory_iterator(root))
            REQUIRE(::chown(entry.path().c_str(), nobody, nobody) == 0);
    }
    Child other("fleet_client", {root.string(), "flat"});
    REQUIRE(other.ask("become_nobody") == "ok");
    REQUIRE(other.ask("open") == "ok");
    for (const char* name : {"staging", "tenants"}) {
        INFO(name);
        const auto before = names_below(root);
        shut(root / name);
        CHECK(other.ask("create acme") == "io_error");
        CHECK(other.ask("count acme") == "no_such_tenant");
        open(root / name);
        CHECK(names_below(root) == before);
    }
    // Nor is a tenant destroyed there, and none is lost by trying.
    for (const char* name : {"tenants", "trash"}) {
        INFO(name);
        shut(root / name);
        CHECK(other.ask("destroy other") == "io_error");
        open(root / name);
        CHECK(other.ask("count other") == "0");
    }
    CHECK(other.ask("create acme") == "ok");
    CHECK(other.ask("count acme") == "0");
    CHECK(other.ask("count other") == "0");
}

TEST_CASE("a limit on the size of files, at every size up to the one that suffices")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    Child other("fleet_client", {root.string(), "flat"});
    REQUIRE(other.ask("open") == "ok");
    int failed = 0;
    for (int size = 0;; size += 1024) {
        INFO(size << " bytes");
        REQUIRE(size < 1'000'000);
        REQUIRE(other.ask("limit_file_size " + std::to_string(size)) == "ok");
        const auto created = other.ask("create acme");
        REQUIRE(other.ask("limit_file_size none") == "ok");
        if (created == "ok") break;
        ++failed;
        CHECK((created == "io_error" || created == "disk_full"));
        CHECK(fs::is_empty(root / "tenants"));
        CHECK(fs::is_empty(root / "staging"));
        CHECK(fs::is_empty(root / "trash"));
        CHECK(other.ask("count acme") == "no_such_tenant");
    }
    CHECK(failed > 2);
    CHECK(other.ask("count acme") == "0");
    CHECK(other.ask("add acme 0 1") == "ack 0");
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer);
#else
constexpr bool sanitized = false;
#endif

TEST_CASE("a limit on open descriptors, at every number up to the one that suffices")
{
    if (sanitized) {
        WARN("skipped: the address sanitizer needs descriptors for its own checks");
        return;
    }
    const TempDir directory;
    const auto root = directory.path() / "root";
    Child other("fleet_client", {root.string(), "flat"});
    REQUIRE(other.ask("open") == "ok");
    int failed = 0;
    for (int limit = 3;; ++limit) {
        INFO(limit << " descriptors");
        REQUIRE(limit < 100);
        REQUIRE(other.ask("limit_descriptors " + std::to_string(limit)) == "ok");
        const auto created = other.ask("create acme");
        REQUIRE(other.ask("limit_descriptors none") == "ok");
        if (created == "ok") break;
        ++failed;
        CHECK(created == "io_error");
        CHECK(fs::is_empty(root / "tenants"));
        CHECK(fs::is_empty(root / "staging"));
        CHECK(other.ask("count acme") == "no_such_tenant");
    }
    CHECK(failed > 2);
    CHECK(other.ask("count acme") == "0");
}

namespace {

// A file system of its own, with so much room and no more. Only root may have one.
class SmallDisk {
public:
    SmallDisk(fs::path where, const std::string& options) : where_(std::move(where))
    {
        fs::create_directory(where_);
        mounted_ =
            ::mount("tenantry-test", where_.c_str(), "tmpfs", 0, ("mode=0700," + options).c_str()) == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk()
    {
        if (mounted_) ::umount2(where_.c_str(), MNT_DETACH);
    }
    [[nodiscard]] bool mounted() const { return mounted_; }

    // Takes all the room but so many bytes.
    void leave(std::uintmax_t bytes) const
    {
        fs::remove(where_ / "filler");
        const auto room = fs::space(where_).available;
        if (room <= bytes) return;
        std::ofstream(where_ / "filler") << std::string(room - bytes, 'x');
    }

private:
    fs::path where_;
    bool mounted_ = false;
};

} // namespace

TEST_CASE("a disk that is full, at every page up to the one that suffices")
{
    const TempDir directory;
    const SmallDisk disk(directory.path() / "disk", "size=1m");
    if (!disk.mounted()) {
        WARN("skipped: only root may mount a small disk");
        return;
    }
    const auto root = directory.path() / "disk" / "root";
    auto fleet = must(open_notes(root, flat()));
    int failed = 0;
    for (std::uintmax_t bytes = 0;; bytes += 4096) {
        INFO(bytes << " bytes free");
        REQUIRE(bytes < 1'000'000);
        disk.leave(bytes);
        const auto created = wait_for(fleet.async_create("acme"));
        if (created) break;
        ++failed;
        CHECK(created.error() == errc::disk_full);
        check_nothing_is_left(fleet, root);
    }
    CHECK(failed > 2);
    check_is_whole(fleet);
    must(wait_for(fleet.async_destroy("acme")));
    disk.leave(1'000'000);
    check_it_works(fleet, root);
}

TEST_CASE("a disk without room for one more name")
{
    const TempDir directory;
    const SmallDisk disk(directory.path() / "disk", "nr_inodes=16");
    if (!disk.mounted()) {
        WARN("skipped: only root may mount a small disk");
        return;
    }
    const auto root = directory.path() / "disk" / "root";
    auto fleet = must(open_notes(root, flat()));
    const auto fillers = directory.path() / "disk" / "fillers";
    fs::create_directory(fillers);
    int made = 0;
    while (std::ofstream(fillers / std::to_string(made))) ++made;
    int failed = 0;
    for (;; --made) {
        INFO(failed << " names free");
        const auto created = wait_for(fleet.async_create("acme"));
        if (created) break;
        ++failed;
        CHECK((created.error() == errc::disk_full || created.error() == errc::io_error));
        check_nothing_is_left(fleet, root);
        REQUIRE(made > 0);
        fs::remove(fillers / std::to_string(made - 1));
    }
    CHECK(failed > 2);
    fs::remove_all(fillers);
    check_is_whole(fleet);
}

TEST_CASE("a tenant that SQLite could not open, since its path is too long, is not made")
{
    const TempDir directory;
    // The root is as deep as it can be for some ids, and not for others.
    auto root = directory.path();
    constexpr std::size_t most = 512 - 8; // of which the journal's name takes the rest
    const std::size_t below = std::string("/tenants/00//main.db").size();
    const std::size_t id_that_fits = 30;
    while (root.string().size() + below + id_that_fits + 150 < most) root /= std::string(100, 'd');
    root /= std::string(most - below - id_that_fits - root.string().size() - 1, 'r');
    auto fleet = must(open_notes(root, {.threads = 2}));
    for (const std::size_t length : {id_that_fits - 1, id_that_fits, id_that_fits + 1, std::size_t{63}}) {
        CAPTURE(length);
        const auto id = std::string(length, 'a');
        const auto created = wait_for(fleet.async_create(id));
        CHECK(created.has_value() == (length <= id_that_fits));
        if (created) {
            must(wait_for(add_note(must(wait_for(fleet.async_tenant(id))))));
        } else {
            CHECK(created.error() == errc::io_error);
            CHECK_THAT(said(created.error()), ContainsSubstring("longer than SQLite takes"));
            CHECK_FALSE(fs::exists(must(fleet.directory(id))));
            CHECK(fs::is_empty(root / "staging"));
        }
    }
    CHECK(must(fleet.tenants()).size() == 2);
}
