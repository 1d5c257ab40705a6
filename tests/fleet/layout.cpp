#include <tenantry/fleet/detail/layout.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <latch>
#include <sstream>
#include <thread>

#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
using detail::Layout;
namespace fs = std::filesystem;

namespace {

TenantId id(std::string_view text) { return *TenantId::parse(text); }

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string read(const fs::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<std::string> names(const std::vector<TenantId>& ids)
{
    std::vector<std::string> texts;
    for (const auto& one : ids) texts.push_back(one.string());
    return texts;
}

FleetOptions flat() { return {.shards = ShardRule::flat}; }

void age(const fs::path& path, std::chrono::minutes by)
{
    fs::last_write_time(path, fs::file_time_type::clock::now() - by);
}

} // namespace

TEST_CASE("a root is made where there is none, for its owner alone")
{
    const TempDir directory;
    // A slash at the end is a way of writing the same directory.
    const auto root = GENERATE(as<std::string>(), "data", "data/", "below/this/data", "data/.");
    INFO(root);
    if (root == "data/.") fs::create_directory(directory.path() / "data");
    const auto layout = must(Layout::open(directory.path() / root, {}));
    CHECK(layout.root() == fs::canonical(directory.path() / root));
    const std::vector<std::string> made{"staging", "tenantry.manifest", "tenants", "trash"};
    CHECK(names_below(layout.root()) == made);
    if (root != "data/.") CHECK(mode_of(layout.root()) == 0700);
    for (const char* name : {"staging", "tenants", "trash"}) CHECK(mode_of(layout.root() / name) == 0700);
    CHECK(mode_of(layout.root() / "tenantry.manifest") == 0600);

    must(layout.prepare(id("acme")));
    CHECK(mode_of(layout.directory(id("acme")).parent_path()) == 0700);
}

TEST_CASE("where no root is to be made, a wrong path is an error and nothing is made")
{
    const TempDir directory;
    const FleetOptions existing{.make_root = false};
    const auto root = directory.path() / "root";
    for (const auto& wrong : {root, directory.path(), root / "below"}) {
        const auto layout = Layout::open(wrong, existing);
        REQUIRE_FALSE(layout);
        CHECK(layout.error() == errc::no_such_fleet);
        CHECK(std::string(layout.error().message()).find("'" + wrong.string() + "'") != std::string::npos);
    }
    CHECK(fs::is_empty(directory.path()));
    must(Layout::open(root, {}));
    must(Layout::open(root, existing));
    // Tenants without a manifest are a fleet that is damaged.
    fs::remove(root / "tenantry.manifest");
    CHECK(Layout::open(root, existing).error() == errc::manifest_mismatch);
}

TEST_CASE("a shard is made by whoever needs it first, and again where somebody has removed it")
{
    const TempDir directory;
    const auto layout = must(Layout::open(directory.path() / "root", {}));
    const auto shard = layout.directory(id("acme")).parent_path();
    std::vector<std::thread> threads;
    std::atomic<int> made{0};
    for (int n = 0; n < 4; ++n) threads.emplace_back([&] { made += layout.prepare(id("acme")).has_value(); });
    for (auto& thread : threads) thread.join();
    CHECK(made == 4);
    CHECK(fs::is_directory(shard));
    fs::remove(shard);
    must(layout.prepare(id("acme")));
    CHECK(fs::is_directory(shard));
}

TEST_CASE("a root that cannot be made is an error that names it")
{
    const TempDir directory;
    write(directory.path() / "file", "not a directory");
    for (const auto& root : {directory.path() / "file", directory.path() / "file" / "below", fs::path()}) {
        INFO(root);
        const auto layout = Layout::open(root, {});
        REQUIRE_FALSE(layout);
        CHECK(layout.error() == errc::io_error);
        CHECK_THAT(said(layout.error()), ContainsSubstring("'" + root.string() + "'"));
    }
    CHECK(read(directory.path() / "file") == "not a directory");
}

TEST_CASE("tenants are spread over directories by a hash of their names that never changes")
{
    const TempDir directory;
    const auto layout = must(Layout::open(directory.path() / "hashed", {}));
    const auto tenants = layout.root() / "tenants";
    // FNV-1a as published: the test vectors of "a", "b" and "foobar".
    CHECK(layout.directory(id("a")) == tenants / "af" / "a");
    CHECK(layout.directory(id("b")) == tenants / "af" / "b");
    CHECK(layout.directory(id("foobar")) == tenants / "85" / "foobar");

    const auto other = must(Layout::open(directory.path() / "flat", flat()));
    CHECK(other.directory(id("foobar")) == other.root() / "tenants" / "foobar");
}

TEST_CASE("the manifest is written once and holds at every later open")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    must(Layout::open(root, {}));
    CHECK(read(root / "tenantry.manifest") ==
          "tenantry fleet 1\nshards fnv1a-256\napplication_id 1953395826\n");
    const auto before = listing(root);
    must(Layout::open(root, {}));
    CHECK(listing(root) == before);
}

TEST_CASE("a root with other choices is refused, and the message names both")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    must(Layout::open(root, {}));
    const auto refused = [&](const FleetOptions& options, const std::string& there,
                             const std::string& asked) {
        const auto before = listing(root);
        const auto layout = Layout::open(root, options);
        REQUIRE_FALSE(layout);
        CHECK(layout.error() == errc::manifest_mismatch);
        CHECK_THAT(said(layout.error()), ContainsSubstring(there));
        CHECK_THAT(said(layout.error()), ContainsSubstring(asked));
        CHECK_THAT(said(layout.error()), ContainsSubstring((root / "tenantry.manifest").string()));
        CHECK(listing(root) == before);
    };
    SECTION("another shard rule") { refused(flat(), "shards fnv1a-256", "shards flat"); }
    SECTION("another application id")
    {
        FleetOptions options;
        options.tenant.application_id = 7;
        refused(options, "application_id 1953395826", "application_id 7");
    }
    SECTION("a shard rule of a later version")
    {
        write(root / "tenantry.manifest",
              "tenantry fleet 1\nshards sha256-4096\napplication_id 1953395826\n");
        refused({}, "shards sha256-4096", "shards fnv1a-256");
    }
    SECTION("a later version")
    {
        write(root / "tenantry.manifest", "tenantry fleet 2\nshards fnv1a-256\napplication_id 1953395826\n");
        refused({}, "tenantry fleet 2;", "tenantry fleet 1;");
    }
    SECTION("nothing in it")
    {
        write(root / "tenantry.manifest", "");
        refused({}, "It says: .", "tenantry fleet 1;");
    }
    SECTION("bytes that cannot be printed")
    {
        write(root / "tenantry.manifest", "\033[2J\xff");
        refused({}, "?[2J?", "tenantry fleet 1;");
    }
}

TEST_CASE("a manifest that is no small file is refused")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    must(Layout::open(root, {}));
    const auto manifest = root / "tenantry.manifest";
    SECTION("a link")
    {
        fs::rename(manifest, directory.path() / "elsewhere");
        fs::create_symlink(directory.path() / "elsewhere", manifest);
    }
    SECTION("a directory")
    {
        fs::remove(manifest);
        fs::create_directory(manifest);
    }
    SECTION("a large one") { write(manifest, std::string(5000, 'x')); }
    const auto layout = Layout::open(root, {});
    REQUIRE_FALSE(layout);
    CHECK((layout.error() == errc::io_error || layout.error() == errc::corrupt));
    CHECK_THAT(said(layout.error()), ContainsSubstring(manifest.string()));
}

TEST_CASE("tenants without a manifest are refused, not adopted")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    const auto layout = must(Layout::open(root, {}));
    must(layout.prepare(id("acme")));
    fs::create_directory(layout.directory(id("acme")));
    fs::remove(root / "tenantry.manifest");
    const auto again = Layout::open(root, flat());
    REQUIRE_FALSE(again);
    CHECK(again.error() == errc::manifest_mismatch);
    CHECK_THAT(said(again.error()), ContainsSubstring("no manifest"));
    CHECK_FALSE(fs::exists(root / "tenantry.manifest"));
}

TEST_CASE("only directories that carry a tenant's name, where it belongs, are tenants")
{
    const TempDir directory;
    const auto rule = GENERATE(ShardRule::hashed, ShardRule::flat);
    const auto layout = must(Layout::open(directory.path() / "root", {.shards = rule}));
    CHECK(must(layout.tenants()).empty());
    for (const char* name : {"b", "a", "acme"}) {
        must(layout.prepare(id(name)));
        fs::create_directory(layout.directory(id(name)));
    }
    const auto shelf = layout.directory(id("a")).parent_path();
    write(shelf / "file", "");
    fs::create_directory(shelf / "Upper");
    fs::create_directory(shelf / ".hidden");
    fs::create_directory_symlink(shelf / "a", shelf / "link");
    fs::create_directory_symlink(shelf / "nowhere", shelf / "dangling");
    CHECK(names(must(layout.tenants())) == std::vector<std::string>{"a", "acme", "b"});

    if (rule == ShardRule::hashed) {
        // What somebody has left among the shards is not theirs.
        write(layout.root() / "tenants" / "README", "");
        fs::create_directories(layout.root() / "tenants" / "lost+found" / "c");
        fs::create_directories(layout.root() / "tenants" / "zz" / "c");
        fs::create_directories(layout.root() / "tenants" / "00" / "acme"); // a tenant's name in another shard
        fs::create_directory_symlink(shelf, layout.root() / "tenants" / "01");
        CHECK(names(must(layout.tenants())) == std::vector<std::string>{"a", "acme", "b"});
    }
}

TEST_CASE("what a crash has left aside is swept at the next open, however old, unless somebody holds it")
{
    const TempDir directory;
    const auto layout = must(Layout::open(directory.path() / "root", {}));
    std::vector<detail::OpenDirectory> held;
    for (const auto& aside : {layout.staging(), layout.trash()}) {
        for (const char* name : {"old", "young", "held"}) {
            fs::create_directory(aside / name);
            write(aside / name / "main.db", "half a database");
            write(aside / name / "main.db-wal", "and its log");
        }
        age(aside / "old", std::chrono::minutes(61));
        age(aside / "held", std::chrono::hours(100'000)); // by a clock that is wrong
        held.emplace_back(aside / "held");
        REQUIRE(detail::try_lock(held.back()) == detail::DirectoryLock::taken);
    }
    // A link is removed, and not what it points to.
    fs::create_directory(directory.path() / "elsewhere");
    write(directory.path() / "elsewhere" / "file", "precious");
    fs::create_directory_symlink(directory.path() / "elsewhere", layout.staging() / "link");

    must(Layout::open(directory.path() / "root", {}));
    const std::vector<std::string> left{"held", "held/main.db", "held/main.db-wal"};
    CHECK(names_below(layout.trash()) == left);
    CHECK(names_below(layout.staging()) == left);
    CHECK(read(directory.path() / "elsewhere" / "file") == "precious");
    held.clear();
    must(Layout::open(directory.path() / "root", {}));
    CHECK(fs::is_empty(layout.trash()));
    CHECK(fs::is_empty(layout.staging()));
}

TEST_CASE("threads that open a new root at once all get it")
{
    const TempDir directory;
    for (int round = 0; round < 100; ++round) {
        const auto root = directory.path() / std::to_string(round);
        constexpr int count = 4;
        std::latch start(count);
        std::vector<std::string> failures(count);
        {
            std::vector<std::jthread> threads;
            for (int n = 0; n < count; ++n)
                threads.emplace_back([&, n] {
                    start.arrive_and_wait();
                    const auto layout = Layout::open(root, {});
                    if (!layout) failures[static_cast<std::size_t>(n)] = said(layout.error());
                });
        }
        for (const auto& failure : failures) REQUIRE(failure.empty());
        REQUIRE(names_below(root) ==
                std::vector<std::string>{"staging", "tenantry.manifest", "tenants", "trash"});
    }
}

TEST_CASE("of threads that open a new root with different choices one's hold")
{
    const TempDir directory;
    for (int round = 0; round < 50; ++round) {
        const auto root = directory.path() / std::to_string(round);
        std::latch start(2);
        Result<Layout> hashed = fail(errc::internal);
        Result<Layout> other = fail(errc::internal);
        {
            const std::jthread first([&] {
                start.arrive_and_wait();
                hashed = Layout::open(root, {});
            });
            const std::jthread second([&] {
                start.arrive_and_wait();
                other = Layout::open(root, flat());
            });
        }
        REQUIRE(hashed.has_value() != other.has_value());
        REQUIRE((hashed ? other.error() : hashed.error()) == errc::manifest_mismatch);
    }
}

TEST_CASE("processes that open a new root at once all get it")
{
    const TempDir directory;
    for (int round = 0; round < 10; ++round) {
        const auto root = (directory.path() / std::to_string(round)).string();
        Child first("fleet_client", {root});
        Child second("fleet_client", {root});
        Child third("fleet_client", {root});
        for (auto* child : {&first, &second, &third}) child->send("open");
        for (auto* child : {&first, &second, &third}) REQUIRE(child->receive() == "ok");
        REQUIRE(first.ask("create acme") == "ok");
        REQUIRE(second.ask("create acme") == "tenant_exists");
    }
}
