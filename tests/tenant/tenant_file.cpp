#include <tenantry/tenant/detail/tenant_file.hpp>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/fs.h>
#include <sys/syscall.h>
#endif

#include "support/catch.hpp"
#include "support/descriptors.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"
#include "support/until.hpp"

namespace fs = std::filesystem;
using namespace tenantry;
using detail::TenantFile;
using test::must;

namespace {

void make_directory(const fs::path& directory)
{
    fs::create_directory(directory);
    std::ofstream(directory / "main.db") << "a database";
}

TenantFile file_in(const fs::path& directory)
{
    const auto path = directory / "main.db";
    return {must(TenantId::parse("acme")), path, detail::file_identity(path).value()};
}

// A tenant's directory "here", in a folder with nothing else.
struct Place {
    fs::path folder;
    fs::path here = folder / "here";
    std::unique_ptr<TenantFile> file;

    explicit Place(fs::path in) : folder(std::move(in))
    {
        fs::create_directory(folder);
        make_directory(here);
        file = std::make_unique<TenantFile>(must(TenantId::parse("acme")), here / "main.db",
                                            detail::file_identity(here / "main.db").value());
    }
};

void exchange(const fs::path& one, const fs::path& other)
{
#if defined(__linux__)
    if (::syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0)
        return;
#endif
    const auto between = one.parent_path() / "between"; // the file system cannot
    fs::rename(one, between);
    fs::rename(other, one);
    fs::rename(between, other);
}

struct Loss {
    const char* what;
    std::function<void(const Place&)> happens;
};

const Loss losses[] = {
    {"main.db removed", [](const Place& at) { fs::remove(at.here / "main.db"); }},
    {"main.db renamed", [](const Place& at) { fs::rename(at.here / "main.db", at.here / "old.db"); }},
    {"main.db moved elsewhere",
     [](const Place& at) { fs::rename(at.here / "main.db", at.folder / "old.db"); }},
    {"main.db replaced",
     [](const Place& at) {
         std::ofstream(at.here / "new.db") << "another one";
         fs::rename(at.here / "new.db", at.here / "main.db");
     }},
    {"main.db replaced from elsewhere",
     [](const Place& at) {
         std::ofstream(at.folder / "new.db") << "another one";
         fs::rename(at.folder / "new.db", at.here / "main.db");
     }},
    {"main.db exchanged for another file",
     [](const Place& at) {
         std::ofstream(at.folder / "new.db") << "another one";
         exchange(at.folder / "new.db", at.here / "main.db");
     }},
    {"the directory renamed", [](const Place& at) { fs::rename(at.here, at.folder / "there"); }},
    {"the directory moved elsewhere, with its name",
     [](const Place& at) {
         fs::create_directory(at.folder / "trash");
         fs::rename(at.here, at.folder / "trash" / "here");
     }},
    {"the directory removed", [](const Place& at) { fs::remove_all(at.here); }},
    {"the directory replaced",
     [](const Place& at) {
         make_directory(at.folder / "new");
         fs::rename(at.here, at.folder / "there");
         fs::rename(at.folder / "new", at.here);
     }},
    {"the directory exchanged for its neighbour",
     [](const Place& at) {
         make_directory(at.folder / "new");
         exchange(at.here, at.folder / "new");
     }},
    {"the directory exchanged for one from elsewhere",
     [](const Place& at) {
         fs::create_directory(at.folder / "trash");
         make_directory(at.folder / "trash" / "new");
         exchange(at.here, at.folder / "trash" / "new");
     }},
};

// False where the file system has no times that can be relied on: then nothing is kept.
bool can_settle(const fs::path& directory)
{
    if (detail::WatchedDirectory(directory)) return true;
    WARN("skipped: of this file system nothing is known");
    return false;
}

bool settles(TenantFile& file)
{
    return test::until([&] { return file.verify_cached() && file.settled(); });
}

} // namespace

TEST_CASE("whatever takes the file away is noticed at once")
{
    test::TempDir directory;
    int serial = 0;
    for (const auto& loss : losses) {
        INFO(loss.what);
        const Place place(directory.path() / std::to_string(serial++));
        CHECK(place.file->verify_cached());
        CHECK_FALSE(place.file->lost());
        loss.happens(place);
        CHECK_FALSE(place.file->verify_cached());
        CHECK(place.file->lost());
    }
}

TEST_CASE("it is noticed where nothing had happened for a while")
{
    test::TempDir directory;
    if (!can_settle(directory.path())) return;
    std::vector<Place> places;
    for (std::size_t n = 0; n < std::size(losses); ++n)
        places.emplace_back(directory.path() / std::to_string(n));
    for (const auto& place : places) REQUIRE(settles(*place.file));
    for (std::size_t n = 0; n < std::size(losses); ++n) {
        INFO(losses[n].what);
        CHECK(places[n].file->verify_cached());
        losses[n].happens(places[n]);
        CHECK_FALSE(places[n].file->verify_cached());
        CHECK(places[n].file->lost());
    }
}

TEST_CASE("what was lost while nobody looked is noticed by whoever looks next")
{
    test::TempDir directory;
    if (!can_settle(directory.path())) return;
    const bool once_settled = GENERATE(false, true);
    std::vector<Place> places;
    for (std::size_t n = 0; n < std::size(losses); ++n)
        places.emplace_back(directory.path() / std::to_string(n));
    std::vector<detail::WatchedDirectory> watched;
    for (const auto& place : places) watched.emplace_back(place.here);
    if (once_settled)
        for (const auto& place : places) REQUIRE(settles(*place.file));
    for (std::size_t n = 0; n < std::size(losses); ++n) losses[n].happens(places[n]);
    for (std::size_t n = 0; n < std::size(losses); ++n) {
        INFO(losses[n].what);
        REQUIRE(test::until([&] {
            const auto now = detail::WatchedDirectory::now();
            return detail::LastChange::is_settled(watched[n].changed(), now);
        }));
        CHECK_FALSE(places[n].file->verify_cached());
        CHECK_FALSE(places[n].file->verify_cached());
    }
}

TEST_CASE("the first cached check of all notices it, too")
{
    test::TempDir directory;
    int serial = 0;
    for (const auto& loss : losses) {
        INFO(loss.what);
        const Place place(directory.path() / std::to_string(serial++));
        loss.happens(place);
        CHECK_FALSE(place.file->verify_cached());
    }
}

TEST_CASE("what was lost stays lost")
{
    test::TempDir directory;
    const Place place(directory.path() / "a");
    fs::rename(place.here, place.folder / "there");
    CHECK_FALSE(place.file->verify_cached());
    fs::rename(place.folder / "there", place.here);
    CHECK_FALSE(place.file->verify_cached());
    CHECK_FALSE(place.file->verify());
}

TEST_CASE("what else happens in the directory does no harm")
{
    test::TempDir directory;
    const Place place(directory.path() / "a");
    const bool once_settled = GENERATE(false, true);
    if (once_settled && (!can_settle(directory.path()) || !settles(*place.file))) return;
    for (int n = 0; n < 20; ++n) {
        const auto other = place.here / ("main.db-" + std::to_string(n));
        std::ofstream(other) << "a log";
        CHECK(place.file->verify_cached());
        if (n % 2 == 0) fs::remove(other);
        CHECK(place.file->verify_cached());
        make_directory(place.folder / std::to_string(n));
        CHECK(place.file->verify_cached());
    }
}

TEST_CASE("a directory that is another one already when it is opened is never relied on")
{
    test::TempDir directory;
    if (!can_settle(directory.path())) return;
    const auto here = directory.path() / "here";
    const auto there = directory.path() / "there";
    // The same file in two directories, of which the wrong one is opened.
    make_directory(here);
    fs::create_directory(there);
    fs::create_hard_link(here / "main.db", there / "main.db");
    exchange(here, there);
    auto file = file_in(here);
    REQUIRE(settles(file));
    exchange(here, there);
    const detail::WatchedDirectory opened(there);
    CHECK(test::until([&] {
        const auto now = opened.now(); // before
        REQUIRE(file.verify_cached());
        return detail::LastChange::is_settled(opened.changed(), now);
    }));
    CHECK_FALSE(file.settled());
    fs::remove(here / "main.db");
    CHECK_FALSE(file.verify_cached());
}

TEST_CASE("a connection is to the file, or to another one of its name")
{
    test::TempDir directory;
    const auto path = directory.path() / "main.db";
    auto old = must(sqlite::Connection::open(path, sqlite::OpenMode::create));
    must(old.execute("CREATE TABLE entry(n)"));
    auto file = file_in(directory.path());
    CHECK(file.verify_new(old));
    fs::rename(path, directory.path() / "old.db");
    {
        auto other = must(sqlite::Connection::open(path, sqlite::OpenMode::create));
        must(other.execute("CREATE TABLE entry(n)"));
        CHECK_FALSE(must(other.file_moved()));
        CHECK_FALSE(file.verify_new(other)); // it has not moved, and is not the tenant's
    }
    CHECK(file.lost());
}

TEST_CASE("the directory is opened when there may be something to learn of it, and closed by closing",
          "[shared]")
{
    test::TempDir directory;
    if (!can_settle(directory.path())) return;
    const Place place(directory.path() / "a");
    const auto name = place.here.string();
    CHECK(test::open_descriptors(name) == 0);
    CHECK(settles(*place.file));
    CHECK(test::open_descriptors(name) == 1);
    place.file->close();
    CHECK(test::open_descriptors(name) == 0);
    CHECK(place.file->verify());
    fs::remove(place.here / "main.db");
    CHECK_FALSE(place.file->verify());
}

TEST_CASE("nothing is kept open where there is no directory of that name")
{
    test::TempDir directory;
    const Place place(directory.path() / "a");
    const auto link = directory.path() / "link";
    fs::create_directory_symlink(place.here, link);
    auto file = file_in(link); // not followed; SQLite refuses it, too
    const auto made = detail::WatchedDirectory::now();
    CHECK(test::until([&] {
        const auto now = detail::WatchedDirectory::now(); // before
        return file.verify_cached() && detail::LastChange::is_settled(made, now);
    }));
    CHECK_FALSE(file.settled());
    CHECK(test::open_descriptors("/here") == 0);
    fs::remove(place.here / "main.db");
    CHECK_FALSE(file.verify_cached());
}

namespace {

// One thread takes tenants away, another looks at them all the time: who looks after the one has returned must see it.
void race(const std::vector<Place>& places)
{
    std::atomic<std::size_t> at{0};
    std::atomic<std::size_t> gone{0};
    std::atomic<int> missed{0};
    std::thread looking([&] {
        for (std::size_t n = 0; n < places.size(); n = at.load(std::memory_order_acquire)) {
            const bool is_gone = gone.load(std::memory_order_acquire) > n;
            if (places[n].file->verify_cached() && is_gone) ++missed;
        }
    });
    for (std::size_t n = 0; n < places.size(); ++n) {
        for (std::size_t wait = n * 7 % 50; wait != 0; --wait) (void)gone.load(std::memory_order_acquire);
        fs::rename(places[n].here, places[n].folder / "there");
        gone.store(n + 1, std::memory_order_release);
        if (places[n].file->verify_cached()) ++missed;
        at.store(n + 1, std::memory_order_release);
    }
    looking.join();
    CHECK(missed == 0);
}

} // namespace

TEST_CASE("a directory is renamed while another thread looks")
{
    test::TempDir directory;
    std::vector<Place> places;
    for (int n = 0; n < 200; ++n) places.emplace_back(directory.path() / std::to_string(n));
    const bool once_settled = GENERATE(false, true);
    if (once_settled) {
        if (!can_settle(directory.path())) return;
        for (const auto& place : places) REQUIRE(settles(*place.file));
    }
    race(places);
}

TEST_CASE("one directory comes and goes, thousands of times")
{
    test::TempDir directory;
    const Place place(directory.path() / "a");
    const auto there = place.folder / "there";
    int missed = 0;
    for (int round = 0; round < 3000; ++round) {
        auto file = file_in(place.here);
        REQUIRE(file.verify_cached());
        fs::rename(place.here, there);
        if (file.verify_cached()) ++missed;
        fs::rename(there, place.here);
    }
    CHECK(missed == 0);
}
