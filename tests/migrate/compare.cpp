// compare(path): a file of somebody else's is looked at, and nothing of it changes.
#include <tenantry/migrate/compare.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/mount.h>
#include <sys/stat.h>

#include <tenantry/schema/table.hpp>
#include <tenantry/sqlite/codecs.hpp>

#include "support/catch.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;
namespace fs = std::filesystem;

namespace {

struct Person {
    Id<Person> id{};
    std::string name{};
};
struct People : Schema<Table<"person", Person>> {};

// A database of one table, open still; what is declared is made in the log alone.
Connection open_one(const fs::path& path)
{
    auto connection = must(Connection::open(path, OpenMode::create));
    must(connection.execute("CREATE TABLE other(n)"));
    (void)must(connection.checkpoint(Checkpoint::truncate));
    must(connection.execute(std::string(schema_info<People>().objects[0].sql).c_str()));
    return connection;
}

bool sees_person(const Result<Comparison>& found)
{
    return must(found).plan.empty() && found->plan.tolerated == std::vector<std::string>{"table other"};
}

void copy(const fs::path& from, const fs::path& to, const std::vector<std::string>& suffixes)
{
    for (const auto& suffix : suffixes) fs::copy_file(from.string() + suffix, to.string() + suffix);
}

// A directory mounted for reading; false where that may not be done here.
class ReadOnlyMount {
public:
    explicit ReadOnlyMount(const fs::path& directory) : directory_(directory)
    {
        mounted_ = ::mount(directory.c_str(), directory.c_str(), nullptr, MS_BIND, nullptr) == 0;
        if (mounted_ &&
            ::mount(nullptr, directory.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0)
            unmount();
    }
    ReadOnlyMount(const ReadOnlyMount&) = delete;
    ReadOnlyMount& operator=(const ReadOnlyMount&) = delete;
    ~ReadOnlyMount()
    {
        if (mounted_) unmount();
    }
    [[nodiscard]] explicit operator bool() const noexcept { return mounted_; }

private:
    void unmount()
    {
        ::umount(directory_.c_str());
        mounted_ = false;
    }

    fs::path directory_;
    bool mounted_ = false;
};

// Compares twice, and checks that nothing has changed.
void check_left_alone(const fs::path& path)
{
    const auto before = listing(path.parent_path());
    CHECK(sees_person(compare<People>(path)));
    CHECK(listing(path.parent_path()) == before);
    CHECK(sees_person(compare<People>(path)));
    CHECK(listing(path.parent_path()) == before);
}

} // namespace

TEST_CASE("a database that is compared is left as it was, whatever lies beside it")
{
    const TempDir made;
    const TempDir directory;
    // Names that mean something in a URI.
    const auto path = directory.path() / GENERATE(as<std::string>(), "a.db", "50%3f of it?x=1#y.db");
    SECTION("closed, in WAL mode")
    {
        open_one(path);
        check_left_alone(path);
    }
    SECTION("closed, with a rollback journal")
    {
        auto connection = open_one(path);
        must(connection.execute("PRAGMA journal_mode = DELETE"));
        must(connection.close());
        check_left_alone(path);
    }
    SECTION("a copy of one in use: its log, and no index")
    {
        const auto connection = open_one(made.path() / "a.db");
        copy(made.path() / "a.db", path, {"", "-wal"});
        check_left_alone(path);
    }
    SECTION("left by a crash: its log, and an index")
    {
        const auto connection = open_one(made.path() / "a.db");
        copy(made.path() / "a.db", path, {"", "-wal", "-shm"});
        CHECK(sees_person(compare<People>(path)));
        CHECK(names_below(directory.path()).size() == 3);
    }
    SECTION("in use")
    {
        auto connection = open_one(path);
        CHECK(sees_person(compare<People>(path)));
        CHECK(names_below(directory.path()).size() == 3);
        must(connection.execute("INSERT INTO other VALUES (1)")); // and it goes on
        must(connection.close());
        CHECK(names_below(directory.path()).size() == 1);
    }
    SECTION("a sole owner's")
    {
        must(open_one(path).close());
        Profile alone;
        alone.exclusive = true;
        auto connection = must(Connection::open(path, OpenMode::read_write, alone));
        must(connection.execute("INSERT INTO other VALUES (1)"));
        const auto found = compare<People>(path);
        REQUIRE_FALSE(found);
        CHECK(found.error() == errc::busy);
        must(connection.execute("INSERT INTO other VALUES (2)"));
        CHECK(names_below(directory.path()).size() == 2);
    }
}

TEST_CASE("a database on a file system that is mounted for reading can be compared")
{
    const TempDir made;
    const TempDir directory;
    const auto path = directory.path() / "a.db";
    auto connection = open_one(made.path() / "a.db");
    const bool with_log = GENERATE(false, true);
    if (with_log) {
        copy(made.path() / "a.db", path, {"", "-wal", "-shm"});
    } else {
        must(connection.close());
        copy(made.path() / "a.db", path, {""});
    }
    const ReadOnlyMount mount(directory.path());
    if (!mount) {
        WARN("skipped: nothing can be mounted here");
        return;
    }
    check_left_alone(path);
}

TEST_CASE("what is no database, or is not there, is told as before")
{
    const TempDir directory;
    const auto missing = compare<People>(directory.path() / "a.db");
    REQUIRE_FALSE(missing);
    CHECK(missing.error() == errc::io_error);
    CHECK(names_below(directory.path()).empty());
    fs::copy_file("/proc/self/exe", directory.path() / "b.db");
    const auto other = compare<People>(directory.path() / "b.db");
    REQUIRE_FALSE(other);
    CHECK(other.error() == errc::not_a_database);
    CHECK(names_below(directory.path()).size() == 1);
}
