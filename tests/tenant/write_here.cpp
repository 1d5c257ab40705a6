// A thread that waits for a write does it by itself where the tenant rests: its own, and nobody else's.
#include <tenantry/tenant/detail/tenant.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/plain_tenant.hpp"
#include "support/until.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::Door;
using test::FatePtr;
using test::PlainOperation;
using test::PlainTenant;

namespace {

FatePtr write_here(PlainTenant& plain, PlainOperation::Work work, const Limits& limits = {},
                   detail::OperationKind kind = detail::OperationKind::body)
{
    auto fate = std::make_shared<test::Fate>();
    auto operation = std::make_unique<PlainOperation>(fate, std::move(work), kind);
    operation->limits = limits;
    plain.tenant->write_here(std::move(operation));
    return fate;
}

TenantOptions sole_owner()
{
    TenantOptions options;
    options.profile.exclusive = true;
    return options;
}

// A body that says which thread it runs in.
PlainOperation::Work insert_noting(std::int64_t n, std::thread::id& ran_in)
{
    return [n, &ran_in](sqlite::Connection& connection) {
        ran_in = std::this_thread::get_id();
        return test::insert_entry(connection, n);
    };
}

} // namespace

TEST_CASE("where nobody is at work a thread writes by itself, and is answered when it returns")
{
    for (const auto& options : {TenantOptions(), sole_owner()}) {
        PlainTenant plain(2, options);
        for (std::int64_t n = 1; n <= 3; ++n) {
            std::thread::id ran_in;
            const auto fate = write_here(plain, insert_noting(n, ran_in));
            CHECK(fate->answers == 1);
            CHECK(fate->succeeded());
            CHECK(ran_in == std::this_thread::get_id());
        }
        CHECK(plain.write(4)->succeeded());
        const auto stats = plain.tenant->stats();
        CHECK(stats.writes == 4);
        CHECK(stats.commits == 4);
        CHECK(stats.queued_writes == 0);
        std::int64_t seen = 0;
        CHECK(plain
                  .read([&](sqlite::Connection& connection) -> Result<void> {
                      seen = test::must(connection.query_integer("SELECT sum(n) FROM entry"));
                      return {};
                  })
                  ->succeeded());
        CHECK(seen == 10);
    }
}

TEST_CASE("while it writes the thread counts as one of the pool's, and not before or after")
{
    PlainTenant plain;
    CHECK(plain.tenant->may_wait());
    errc inside{};
    errc reading{};
    CHECK(write_here(plain, [&](sqlite::Connection&) -> Result<void> {
              const auto may = plain.tenant->may_wait();
              if (!may) inside = may.error().errc();
              const auto read =
                  plain.tenant->read_now<void>([](sqlite::Connection&) -> Result<void> { return {}; });
              if (!read) reading = read.error().errc();
              return {};
          })->succeeded());
    CHECK(inside == errc::wrong_thread);
    CHECK(reading == errc::wrong_thread);
    CHECK(plain.tenant->may_wait());
    CHECK(plain.tenant->read_now<void>([](sqlite::Connection&) -> Result<void> { return {}; }));
}

TEST_CASE("while somebody writes it waits for its turn on the pool, and who came before it is first")
{
    PlainTenant plain;
    Door begun;
    Door end;
    const auto first = plain.write([&](sqlite::Connection& connection) {
        begun.open();
        (void)end.wait();
        return test::insert_entry(connection, 1);
    });
    REQUIRE(begun.wait());
    const auto second = plain.write(2);
    std::thread::id ran_in;
    const auto third = write_here(plain, insert_noting(3, ran_in));
    CHECK(third->answers == 0); // the tests' operations do not make their thread wait
    end.open();
    CHECK(first->succeeded());
    CHECK(second->succeeded());
    CHECK(third->succeeded());
    CHECK(ran_in != std::this_thread::get_id());
    CHECK(plain.entries() == "1 2 3");
}

TEST_CASE("what comes while a thread writes is read beside it, and written after it in a thread of the pool")
{
    for (const bool sole : {false, true}) {
        PlainTenant plain(2, sole ? sole_owner() : TenantOptions());
        FatePtr next;
        FatePtr read;
        std::thread::id ran_in;
        CHECK(write_here(plain, [&](sqlite::Connection& connection) {
                  next = plain.write(insert_noting(2, ran_in));
                  read = plain.read([](sqlite::Connection&) -> Result<void> { return {}; }, {},
                                    detail::OperationKind::statement);
                  if (!sole && !read->succeeded()) return Result<void>(fail(errc::internal));
                  if (next->answers != 0) return Result<void>(fail(errc::internal));
                  return test::insert_entry(connection, 1);
              })->succeeded());
        REQUIRE(next);
        CHECK(next->succeeded());
        CHECK(read->succeeded());
        CHECK(ran_in != std::this_thread::get_id());
        if (!sole) CHECK(plain.entries() == "1 2");
    }
}

TEST_CASE("another process's lock is waited for on the pool")
{
    PlainTenant plain;
    test::ForeignLock lock(plain.database());
    std::thread::id ran_in;
    const auto fate = write_here(plain, insert_noting(1, ran_in));
    CHECK(fate->answers == 0);
    CHECK(fate->runs == 0);
    lock.release();
    CHECK(fate->succeeded());
    CHECK(ran_in != std::this_thread::get_id());
    // And then by itself again, at the latest when the other process was not met for a while.
    CHECK(test::until([&] {
        return write_here(plain, insert_noting(2, ran_in))->succeeded() &&
               ran_in == std::this_thread::get_id();
    }));
}

TEST_CASE("the checkpoint that is due after it is done by the pool")
{
    TenantOptions options;
    options.checkpoints.size = std::uint64_t{64} << 10;
    options.checkpoints.interval = 0ms;
    PlainTenant plain(2, options);
    CHECK(test::until([&] {
        const auto fate = write_here(plain, [](sqlite::Connection& connection) {
            return connection.execute(
                "INSERT INTO entry SELECT 1 FROM json_each(json_array(1, 2, 3, 4, 5, 6, 7, 8))");
        });
        return fate->succeeded() && plain.tenant->stats().checkpoints != 0;
    }));
    CHECK(plain.tenant->stats().checkpoints_failed == 0);
}

TEST_CASE("what fails has changed nothing, and what is late is not begun")
{
    PlainTenant plain;
    CHECK(write_here(plain, [](sqlite::Connection& connection) -> Result<void> {
              if (auto done = test::insert_entry(connection, 1); !done) return done;
              return fail(errc::constraint, "by the test");
          })->failed(errc::constraint));
    CHECK(write_here(plain, [](sqlite::Connection&) -> Result<void> { throw 1; })->failed(errc::body_failed));
    const auto late =
        write_here(plain, [](sqlite::Connection& connection) { return test::insert_entry(connection, 2); },
                   {.deadline = std::chrono::steady_clock::now() - 1s});
    CHECK(late->failed(errc::timeout));
    CHECK(late->runs == 0);
    CHECK(plain.entries().empty());
}

TEST_CASE("who closes the tenant waits for a thread that writes, and refuses the next one")
{
    PlainTenant plain;
    Door begun;
    std::atomic<bool> ended{false};
    std::thread writing([&] {
        (void)write_here(plain, [&](sqlite::Connection& connection) {
            begun.open();
            auto done = test::insert_entry(connection, 1);
            ended = true;
            return done;
        });
    });
    REQUIRE(begun.wait());
    plain.tenant->shut(errc::tenant_gone, "closed by the test", [] {});
    plain.tenant->wait_idle();
    CHECK(ended);
    writing.join();
    const auto refused = write_here(plain, [](sqlite::Connection&) -> Result<void> { return {}; });
    CHECK(refused->failed(errc::tenant_gone));
    CHECK(refused->runs == 0);
}

TEST_CASE("many threads write here, others write and read on the pool, and nobody is forgotten")
{
    for (const bool sole : {false, true}) {
        PlainTenant plain(3, sole ? sole_owner() : TenantOptions());
        constexpr int each = 150;
        std::atomic<int> wrong{0};
        std::atomic<int> inside{0};
        const auto insert = [&](sqlite::Connection& connection) {
            if (++inside != 1) ++wrong;
            auto done = test::insert_entry(connection, 1);
            --inside;
            return done;
        };
        std::vector<std::thread> threads;
        for (int n = 0; n < 3; ++n)
            threads.emplace_back([&] {
                for (int k = 0; k < each; ++k)
                    if (!write_here(plain, insert)->succeeded()) ++wrong;
            });
        threads.emplace_back([&] {
            for (int k = 0; k < each; ++k)
                if (!plain.write(insert)->succeeded()) ++wrong;
        });
        threads.emplace_back([&] {
            for (int k = 0; k < each; ++k) {
                const auto read = plain.read(
                    [](sqlite::Connection& connection) -> Result<void> {
                        auto count = connection.query_integer("SELECT count(*) FROM entry");
                        return count ? Result<void>() : fail(std::move(count).error());
                    },
                    {}, detail::OperationKind::statement);
                if (!read->succeeded()) ++wrong;
                if (!plain.tenant->read_now<void>([](sqlite::Connection&) -> Result<void> { return {}; }))
                    ++wrong;
            }
        });
        for (auto& thread : threads) thread.join();
        CHECK(wrong == 0);
        const auto stats = plain.tenant->stats();
        CHECK(stats.writes == 4U * each);
        CHECK(stats.queued_writes == 0);
    }
}
