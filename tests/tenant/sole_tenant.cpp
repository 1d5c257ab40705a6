// A tenant with one connection for all: what it can do as well as others, and who waits for whom.
#include <tenantry/tenant/detail/tenant.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/post.hpp>

#include "support/catch.hpp"
#include "support/from_now.hpp"
#include "support/plain_tenant.hpp"
#include "support/until.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::Door;
using test::FatePtr;
using test::must;
using test::PlainTenant;
using test::until;

namespace {

TenantOptions sole()
{
    TenantOptions options;
    options.profile.exclusive = true;
    return options;
}

Result<std::int64_t> count_entries(sqlite::Connection& connection)
{
    return connection.query_integer("SELECT count(*) FROM entry");
}

Result<std::int64_t> count_now(const PlainTenant& plain)
{
    return plain.tenant->read_now<std::int64_t>(count_entries);
}

// Calls it in a thread of the pool's, and waits.
template <class Function>
void run_on_pool(PlainTenant& plain, Function function)
{
    std::promise<void> done;
    boost::asio::post(plain.pool, [&] {
        function();
        done.set_value();
    });
    done.get_future().get();
}

} // namespace

TEST_CASE("one connection and no shared memory, from creation to the end")
{
    PlainTenant plain(2, sole());
    CHECK_FALSE(std::filesystem::exists(plain.database().string() + "-shm"));
    REQUIRE(plain.write(1)->succeeded());
    CHECK(must(count_now(plain)) == 1);
    CHECK(plain
              .read([](sqlite::Connection& connection) -> Result<void> {
                  return connection.execute("SELECT count(*) FROM entry");
              })
              ->succeeded());
    CHECK_FALSE(std::filesystem::exists(plain.database().string() + "-shm"));
    CHECK(std::filesystem::exists(plain.database().string() + "-wal"));
    // Nobody else, in this process either.
    CHECK(sqlite::Connection::open(plain.database(), sqlite::OpenMode::read_only).error() == errc::busy);
    auto another = plain.open(sole());
    REQUIRE_FALSE(another);
    CHECK(another.error() == errc::busy);
    CHECK(std::string(another.error().message()).find("another program has it open") != std::string::npos);
    CHECK(plain.open({}).error() == errc::busy);
    plain.close();
    CHECK_FALSE(std::filesystem::exists(plain.database().string() + "-wal"));
    // Others may have it afterwards, and it may be owned again.
    plain.tenant = must(plain.open({}));
    CHECK(must(count_now(plain)) == 1);
    CHECK(std::filesystem::exists(plain.database().string() + "-shm"));
    CHECK(plain.open(sole()).error() == errc::busy);
    plain.close();
    plain.tenant = must(plain.open(sole()));
    CHECK(must(count_now(plain)) == 1);
}

TEST_CASE("what a killed process has left, shared memory too, is taken over")
{
    PlainTenant plain(2);
    REQUIRE(plain.write(1)->succeeded());
    plain.close();
    {
        auto killed = must(sqlite::Connection::open(plain.database(), sqlite::OpenMode::read_write));
        killed.keep_log_on_close();
        must(test::insert_entry(killed, 2));
    }
    REQUIRE(std::filesystem::exists(plain.database().string() + "-shm"));
    REQUIRE(std::filesystem::exists(plain.database().string() + "-wal"));
    plain.tenant = must(plain.open(sole()));
    CHECK(must(count_now(plain)) == 2);
    REQUIRE(plain.write(3)->succeeded());
    plain.close();
    plain.tenant = must(plain.open({}));
    CHECK(must(count_now(plain)) == 3);
}

TEST_CASE("reads on the pool and writes take turns, on a pool of one as well")
{
    const std::size_t threads = GENERATE(1U, 3U);
    PlainTenant plain(threads, sole());
    std::atomic<int> inside{0};
    std::atomic<bool> crowded{false};
    const auto use = [&](sqlite::Connection& connection) -> Result<void> {
        if (++inside != 1) crowded = true;
        auto counted = count_entries(connection);
        --inside;
        return counted ? Result<void>() : fail(counted.error());
    };
    std::vector<FatePtr> fates;
    for (int n = 0; n < 200; ++n) {
        fates.push_back(plain.read(use));
        fates.push_back(plain.write([&, n](sqlite::Connection& connection) -> Result<void> {
            if (auto used = use(connection); !used) return used;
            return test::insert_entry(connection, n);
        }));
    }
    for (const auto& fate : fates) CHECK(fate->succeeded());
    CHECK_FALSE(crowded);
    CHECK(must(count_now(plain)) == 200);
}

TEST_CASE("reads, here and on the pool, and writes from many threads all come to their end")
{
    PlainTenant plain(2, sole());
    std::atomic<int> failed{0};
    std::atomic<std::int64_t> written{0};
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n)
        threads.emplace_back([&, n] {
            for (int i = 0; i < 60; ++i) {
                const auto before = written.load();
                const auto seen = count_now(plain);
                if (!seen || *seen < before) ++failed;
                if (n % 2 == 0) {
                    if (plain.write(i)->succeeded())
                        ++written;
                    else
                        ++failed;
                } else if (!plain.read([](sqlite::Connection&) -> Result<void> { return {}; })->succeeded()) {
                    ++failed;
                }
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(failed == 0);
    CHECK(must(count_now(plain)) == 120);
}

TEST_CASE("a read here and now waits for a write, for as long as it may")
{
    auto options = sole();
    options.read_wait = 5ms;
    PlainTenant plain(1, options);
    Door inside;
    Door leave;
    const auto running = plain.write([&](sqlite::Connection& connection) -> Result<void> {
        inside.open();
        if (!leave.wait()) return fail(errc::timeout);
        return test::insert_entry(connection, 1);
    });
    REQUIRE(inside.wait());
    const auto refused = count_now(plain);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::overloaded);
    CHECK(refused.error().tenant() == "plain");
    const auto late = plain.tenant->read_now<std::int64_t>(count_entries, test::from_now(1ms));
    REQUIRE_FALSE(late);
    CHECK(late.error() == errc::timeout);
    leave.open();
    CHECK(running->succeeded());
    CHECK(until([&] { return count_now(plain).has_value(); }));
    CHECK(must(count_now(plain)) == 1);
}

TEST_CASE("a write and a read on the pool wait for a reading here, and hold no thread meanwhile")
{
    PlainTenant plain(1, sole());
    FatePtr write;
    FatePtr read;
    must(plain.tenant->read_now<void>([&](sqlite::Connection& connection) -> Result<void> {
        write = plain.write(1);
        read = plain.read([](sqlite::Connection&) -> Result<void> { return {}; });
        // The one thread of the pool has tried both, and goes on to other things.
        for (int n = 0; n < 3; ++n) run_on_pool(plain, [] {});
        if (write->runs != 0 || read->runs != 0) return fail(errc::internal, "they did not wait");
        auto counted = count_entries(connection);
        return counted ? Result<void>() : fail(counted.error());
    }));
    CHECK(write->succeeded());
    CHECK(read->succeeded());
}

TEST_CASE("a reading that waits for nobody ends though turns were sent away from it and given up")
{
    PlainTenant plain(1, sole());
    FatePtr read;
    FatePtr write;
    must(plain.tenant->read_now<void>([&](sqlite::Connection&) -> Result<void> {
        const auto soon = test::from_now(1ms);
        const auto nothing = [](sqlite::Connection&) -> Result<void> { return {}; };
        read = plain.read(nothing, soon);
        write = plain.write(nothing, detail::OperationKind::body, true, soon);
        if (!read->failed(errc::timeout) || !write->failed(errc::timeout))
            return fail(errc::internal, "they did not wait");
        return {};
    }));
    CHECK(must(count_now(plain)) == 0);
    CHECK(plain.write(1)->succeeded());
    CHECK(must(count_now(plain)) == 1);
}

TEST_CASE("a thread of the pool reads here and now, whatever waits for that thread")
{
    PlainTenant plain(1, sole());
    FatePtr write;
    run_on_pool(plain, [&] {
        write = plain.write(1); // its turn needs this thread
        CHECK(must(count_now(plain)) == 0);
    });
    CHECK(write->succeeded());
    // Sent away by another thread's reading, and kept for.
    Door inside;
    Door leave;
    std::thread reading([&] {
        must(plain.tenant->read_now<void>([&](sqlite::Connection&) -> Result<void> {
            inside.open();
            return leave.wait() ? Result<void>() : fail(errc::timeout);
        }));
    });
    REQUIRE(inside.wait());
    write = plain.write(2);
    run_on_pool(plain, [&] {
        leave.open();
        reading.join();
        CHECK(must(count_now(plain)) == 1);
    });
    CHECK(write->succeeded());
}

TEST_CASE("a reading may read again; a write may not, and a reading may not write")
{
    PlainTenant plain(2, sole());
    REQUIRE(plain.write(1)->succeeded());
    must(plain.tenant->read_now<void>(
        [&](sqlite::Connection& connection) -> Result<void> {
            if (auto inner = count_now(plain); !inner || *inner != 1) return fail(errc::internal, "not seen");
            // The outer one's limits hold on.
            if (connection.watched().until == sqlite::Connection::TimePoint::max())
                return fail(errc::internal, "unlimited");
            const auto limited = plain.tenant->read_now<std::int64_t>(count_entries, test::from_now(1h));
            if (!limited) return fail(limited.error());
            if (connection.watched().until == sqlite::Connection::TimePoint::max())
                return fail(errc::internal, "unlimited");
            if (plain.tenant->may_wait()) return fail(errc::internal, "a write would never end");
            return {};
        },
        test::from_now(std::chrono::minutes(10))));
    CHECK(plain.tenant->may_wait());

    const auto write = plain.write([&](sqlite::Connection&) -> Result<void> {
        const auto inner = count_now(plain);
        return !inner && inner.error() == errc::wrong_thread ? Result<void>() : fail(errc::internal);
    });
    CHECK(write->succeeded());

    const auto insert = [](sqlite::Connection& connection) -> Result<void> {
        auto statement = connection.prepare("INSERT INTO entry VALUES (2)");
        if (!statement) return fail(statement.error());
        return statement->run();
    };
    CHECK(plain.tenant->read_now<void>(insert).error() == errc::read_only);
    CHECK(plain.read(insert)->failed(errc::read_only));
    CHECK(plain.write(insert)->succeeded());
    CHECK(must(count_now(plain)) == 2);
}

TEST_CASE("the log is written back between writes, when nobody waits")
{
    auto options = sole();
    options.checkpoints.size = 64 << 10;
    options.checkpoints.age = 1h;
    PlainTenant plain(2, options);
    const auto much = [](sqlite::Connection& connection) -> Result<void> {
        return connection.execute(
            "INSERT INTO entry WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
            "LIMIT 20000) SELECT 1000000 + n FROM c");
    };
    REQUIRE(plain.write(much)->succeeded());
    CHECK(until([&] { return plain.tenant->stats().checkpoints > 0; }));
    CHECK(plain.tenant->stats().log_bytes == 0);
    CHECK(plain.tenant->stats().checkpoints_failed == 0);
    CHECK(plain.tenant->stats().checkpoints_blocked == 0);
    CHECK(plain.write(1)->succeeded());
    CHECK(must(count_now(plain)) == 20001);
}

TEST_CASE("an old log is written back, and memory given back, while nobody reads")
{
    auto options = sole();
    options.checkpoints.age = 0ms;
    options.checkpoints.size = 1 << 30;
    PlainTenant plain(1, options);
    REQUIRE(plain.write(1)->succeeded());
    CHECK(until([&] {
        plain.tenant->upkeep();
        return plain.tenant->stats().log_bytes == 0;
    }));
    must(plain.tenant->read_now<void>([&](sqlite::Connection&) -> Result<void> {
        plain.tenant->trim();
        plain.tenant->upkeep();
        run_on_pool(plain, [] {});
        return {};
    }));
    plain.tenant->trim();
    CHECK(plain.write(2)->succeeded());
    CHECK(must(count_now(plain)) == 2);
}

TEST_CASE("a tenant of one connection is closed at any moment")
{
    PlainTenant plain(2, sole());
    for (int round = 0; round < 50; ++round) {
        std::thread reading([tenant = plain.tenant] {
            for (int n = 0; n < 20; ++n) (void)tenant->read_now<std::int64_t>(count_entries);
        });
        for (int n = 0; n < 5; ++n) {
            (void)plain.write(n);
            (void)plain.read([](sqlite::Connection&) -> Result<void> { return {}; });
        }
        plain.tenant->upkeep();
        plain.tenant->trim();
        test::spin(static_cast<std::size_t>(round) * 500);
        plain.close();
        reading.join();
        plain.tenant = must(plain.open(sole()));
    }
    CHECK(plain.write(1)->succeeded());
}
