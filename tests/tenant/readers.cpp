#include <tenantry/tenant/detail/readers.hpp>

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/descriptors.hpp"
#include "support/door.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using detail::Readers;
using test::must;

namespace {

struct Database {
    test::TempDir directory;
    std::filesystem::path path = directory.path() / "main.db";

    Database() { make(); }
    void make() const
    {
        auto writer = must(sqlite::Connection::open(path, sqlite::OpenMode::create));
        must(writer.execute("CREATE TABLE entry(n INTEGER)"));
    }
    [[nodiscard]] detail::FileIdentity file() const { return detail::file_identity(path).value(); }
};

} // namespace

TEST_CASE("readers are opened on demand, up to the limit")
{
    const Database database;
    Readers readers(database.path, database.file(), {}, 2, 99);
    CHECK(readers.available());
    auto first = must(readers.try_acquire());
    auto second = must(readers.try_acquire());
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first.get() != second.get());
    CHECK_FALSE(readers.available());
    CHECK_FALSE(must(readers.try_acquire()));
    CHECK_FALSE(must(readers.acquire(1ms)));

    sqlite::Connection* const lent = second.get();
    readers.release(std::move(first));
    readers.release(std::move(second));
    CHECK(readers.available());
    CHECK(must(readers.try_acquire()).get() == lent); // the warmest one
}

TEST_CASE("a reader reads, carries the incarnation, and writes nothing")
{
    const Database database;
    Readers readers(database.path, database.file(), {}, 1, 99);
    auto reader = must(readers.try_acquire());
    CHECK(reader->incarnation() == 99);
    CHECK(must(reader->query_integer("SELECT count(*) FROM entry")) == 0);
    const auto refused = reader->execute("INSERT INTO entry VALUES (1)");
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::read_only);
}

TEST_CASE("who waits is given the reader that comes back")
{
    const Database database;
    Readers readers(database.path, database.file(), {}, 1, 1);
    auto only = must(readers.try_acquire());
    sqlite::Connection* const lent = only.get();
    sqlite::Connection* got = nullptr;
    std::thread waiting([&] {
        auto taken = readers.acquire(test::long_enough);
        if (taken) got = taken->get();
        if (taken && *taken) readers.release(std::move(*taken));
    });
    readers.release(std::move(only));
    waiting.join();
    CHECK(got == lent);
}

TEST_CASE("a reader that cannot be opened takes nobody's place")
{
    const Database database;
    Readers readers(database.path, database.file(), {}, 1, 1);
    const auto aside = database.directory.path() / "aside.db";
    std::filesystem::rename(database.path, aside);
    for (int n = 0; n < 3; ++n) {
        const auto failed = readers.try_acquire();
        REQUIRE_FALSE(failed);
        CHECK(failed.error() == errc::tenant_gone);
    }
    std::filesystem::rename(aside, database.path);
    CHECK(must(readers.try_acquire()));
}

TEST_CASE("another file that has taken the name is not read")
{
    const Database database;
    Readers readers(database.path, database.file(), {}, 1, 1);
    std::filesystem::rename(database.path, database.directory.path() / "aside.db");
    database.make();
    const auto failed = readers.try_acquire();
    REQUIRE_FALSE(failed);
    CHECK(failed.error() == errc::tenant_gone);
}

TEST_CASE("closing gives every idle reader's descriptors back")
{
    const Database database;
    const auto before = test::open_descriptors();
    Readers readers(database.path, database.file(), {}, 3, 1);
    {
        auto a = must(readers.try_acquire());
        auto b = must(readers.try_acquire());
        REQUIRE(must(a->query_integer("SELECT count(*) FROM entry")) == 0);
        REQUIRE(must(b->query_integer("SELECT count(*) FROM entry")) == 0);
        readers.release(std::move(a));
        readers.release(std::move(b));
    }
    CHECK(test::open_descriptors() > before);
    readers.close();
    CHECK(test::open_descriptors() == before);
    CHECK(must(readers.try_acquire())); // and they may be opened again
}

TEST_CASE("many threads share few readers, one thread a reader")
{
    const Database database;
    constexpr int limit = 2;
    Readers readers(database.path, database.file(), {}, limit, 1);
    std::atomic<int> lent{0};
    std::atomic<int> most{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int n = 0; n < 200; ++n) {
                auto reader = readers.acquire(test::long_enough);
                if (!reader || !*reader) {
                    ++wrong;
                    continue;
                }
                const int now = ++lent;
                for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {}
                if ((*reader)->query_integer("SELECT count(*) FROM entry").value_or(-1) != 0) ++wrong;
                --lent;
                readers.release(std::move(*reader));
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(most <= limit);
}

TEST_CASE("beyond the first of each, the tenants of a fleet share what readers there may be")
{
    const Database one;
    const Database other;
    const auto budget = std::make_shared<detail::ReaderBudget>(2);
    Readers first(one.path, one.file(), {}, 4, 1, budget);
    Readers second(other.path, other.file(), {}, 4, 2, budget);
    auto a = must(first.try_acquire());
    auto b = must(first.try_acquire());
    auto c = must(first.try_acquire());
    REQUIRE((a && b && c));
    CHECK_FALSE(budget->any());
    CHECK_FALSE(must(first.try_acquire()));
    CHECK_FALSE(first.available());
    CHECK(second.available()); // its first is its own
    auto d = must(second.try_acquire());
    REQUIRE(d);
    CHECK_FALSE(second.available());
    CHECK_FALSE(must(second.acquire(1ms)));

    first.release(std::move(b));
    CHECK_FALSE(must(second.try_acquire())); // it is still open
    first.close();
    CHECK(second.available());
    auto e = must(second.try_acquire());
    REQUIRE(e);
    CHECK_FALSE(budget->any());
    first.release(std::move(a));
    first.release(std::move(c));
    second.release(std::move(d));
    second.release(std::move(e));
    first.close();
    second.close();
    CHECK(budget->take());
    CHECK(budget->take());
    CHECK_FALSE(budget->take());
}

TEST_CASE("a reader that cannot be opened takes nothing from the others")
{
    const Database database;
    const auto budget = std::make_shared<detail::ReaderBudget>(1);
    Readers readers(database.path, database.file(), {}, 4, 1, budget);
    auto first = must(readers.try_acquire());
    std::filesystem::remove(database.path);
    CHECK_FALSE(readers.try_acquire());
    CHECK(budget->any());
    readers.release(std::move(first));
}

TEST_CASE("a reader is opened while other connections are closed")
{
    const Database database;
    const auto owner = must(sqlite::Connection::open(database.path, sqlite::OpenMode::read_write));
    std::atomic<bool> stop{false};
    std::vector<std::thread> others;
    for (int n = 0; n < 2; ++n)
        others.emplace_back([&] {
            // May meet the same lock, and does not mind.
            while (!stop) (void)sqlite::Connection::open(database.path, sqlite::OpenMode::read_write);
        });
    Readers readers(database.path, database.file(), {}, 1, 99);
    int opened = 0;
    for (int n = 0; n < 300; ++n) {
        auto reader = readers.try_acquire();
        if (!reader) break;
        ++opened;
        readers.release(std::move(*reader));
        readers.close();
    }
    stop = true;
    for (auto& other : others) other.join();
    CHECK(opened == 300);
}
