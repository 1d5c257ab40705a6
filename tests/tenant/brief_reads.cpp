// Reads of one statement have the writer's connection while nobody writes, for a moment; and no write waits for long.
#include <tenantry/tenant/detail/tenant.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/post.hpp>

#include "support/catch.hpp"
#include "support/from_now.hpp"
#include "support/plain_tenant.hpp"

using namespace tenantry;
using test::Door;
using test::FatePtr;
using test::must;
using test::PlainTenant;

namespace {

constexpr auto statement = detail::OperationKind::partial_statement; // what queries are

Result<std::int64_t> count(sqlite::Connection& connection)
{
    return connection.query_integer("SELECT count(*) FROM entry");
}

// Never ends by itself.
Result<void> endless(sqlite::Connection& connection)
{
    auto counted = connection.query_integer(
        "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT count(*) FROM up");
    if (!counted) return fail(std::move(counted).error());
    return {};
}

// The connection that the tenant writes with.
const sqlite3* writers(PlainTenant& plain)
{
    const sqlite3* found = nullptr;
    const auto write = plain.write([&found](sqlite::Connection& connection) -> Result<void> {
        found = connection.native_handle();
        return {};
    });
    REQUIRE(write->succeeded());
    return found;
}

Result<std::int64_t> read_query(PlainTenant& plain,
                                Result<std::int64_t> (*function)(const void*, sqlite::Connection&),
                                const void* of, const Limits& limits = {})
{
    return plain.tenant->read_query_now<std::int64_t>(function, of, limits);
}

} // namespace

TEST_CASE("queries of a tenant that writes little need no second connection")
{
    PlainTenant plain;
    const sqlite3* const writer = writers(plain);
    REQUIRE(plain.write(7)->succeeded());
    const auto read = plain.read(
        [&](sqlite::Connection& connection) -> Result<void> {
            if (connection.native_handle() != writer) return fail(errc::internal, "another connection");
            if (connection.statement_once("DELETE FROM entry")) return fail(errc::internal, "it may write");
            return count(connection) == 1 ? Result<void>() : fail(errc::internal, "another count");
        },
        {}, statement);
    CHECK(read->succeeded());
    const auto here = [](const void* expected, sqlite::Connection& connection) -> Result<std::int64_t> {
        if (connection.native_handle() != expected) return fail(errc::internal, "another connection");
        return count(connection);
    };
    CHECK(must(read_query(plain, here, writer)) == 1);
    CHECK(plain.tenant->stats().readers == 0);
    CHECK(plain.tenant->stats().reads == 2);
    CHECK(plain.write(8)->succeeded());
}

TEST_CASE("a function that reads is called once, with a reader")
{
    PlainTenant plain;
    const sqlite3* const writer = writers(plain);
    const auto read = plain.read([&](sqlite::Connection& connection) -> Result<void> {
        return connection.native_handle() != writer ? Result<void>() : fail(errc::internal);
    });
    CHECK(read->succeeded());
    CHECK(must(plain.tenant->read_now<bool>([&](sqlite::Connection& connection) -> Result<bool> {
        return connection.native_handle() != writer;
    })));
}

namespace {

// What is submitted to a tenant whose pool's only thread is busy until then, in the order in which it is run. Where that
// thread is not let run for a moment, reads may come later than they should: so it is tried until it comes out as expected.
class InOrder {
public:
    template <class Submit>
    bool is(const std::string& expected, Submit&& submit)
    {
        for (int n = 0; n < 1000; ++n) {
            order_.clear();
            Door waits; // when the turn of the write before is over
            Door begin;
            boost::asio::post(plain.pool, [&] {
                waits.open();
                (void)begin.wait();
            });
            if (!waits.wait()) return false;
            const std::vector<FatePtr> all = submit();
            begin.open();
            for (const auto& one : all)
                if (!one->succeeded()) return false;
            Door ended;
            boost::asio::post(plain.pool, [&] { ended.open(); });
            if (!ended.wait()) return false;
            if (order_ == expected) return true;
        }
        return false;
    }

    void note(char what) { order_ += what; }
    [[nodiscard]] auto noting(char what)
    {
        return [this, what](sqlite::Connection&) -> Result<void> {
            note(what);
            return {};
        };
    }

    PlainTenant plain{1};
    const sqlite3* const writer = writers(plain);

private:
    std::string order_;
};

} // namespace

TEST_CASE("who reads and who writes wait for one turn of the pool, and reading comes first")
{
    InOrder order;
    PlainTenant& plain = order.plain;
    SECTION("where the write comes first")
    {
        CHECK(order.is("rrw", [&]() -> std::vector<FatePtr> {
            const auto write = plain.write(order.noting('w'));
            const auto first = plain.read(order.noting('r'), {}, statement);
            return {write, first, plain.read(order.noting('r'), {}, statement)};
        }));
    }
    SECTION("where somebody else has come between them")
    {
        CHECK(order.is("rw-", [&]() -> std::vector<FatePtr> {
            const auto read = plain.read(order.noting('r'), {}, statement);
            boost::asio::post(plain.pool, [&] { order.note('-'); });
            return {read, plain.write(order.noting('w'))};
        }));
    }
    SECTION("and what takes long gives way")
    {
        CHECK(order.is("rwrb", [&]() -> std::vector<FatePtr> {
            const auto read = plain.read(
                [&](sqlite::Connection& connection) -> Result<void> {
                    order.note('r');
                    return connection.native_handle() == order.writer ? endless(connection) : Result<void>();
                },
                {}, statement);
            const auto behind = plain.read(order.noting('b'), {}, statement);
            return {read, behind, plain.write(order.noting('w'))};
        }));
    }
}

TEST_CASE("queries do not wait for what a write waits for")
{
    PlainTenant plain;
    REQUIRE(plain.write(1)->succeeded());
    for (int n = 0; n < 20; ++n) {
        test::ForeignLock lock(plain.database());
        const auto write = plain.write(2);
        for (int m = 0; m < 10; ++m)
            REQUIRE(plain
                        .read(
                            [](sqlite::Connection& connection) -> Result<void> {
                                return count(connection) ? Result<void>() : fail(errc::internal);
                            },
                            {}, statement)
                        ->succeeded());
        CHECK(write->answers == 0);
        lock.release();
        REQUIRE(write->succeeded());
    }
}

TEST_CASE("a query that takes long is begun again with a reader, and writes go on beside it")
{
    PlainTenant plain(2);
    const sqlite3* const writer = writers(plain);
    test::Meeting meeting(2);
    const auto read = plain.read(
        [&](sqlite::Connection& connection) -> Result<void> {
            if (connection.native_handle() == writer) return endless(connection);
            return meeting.attend() ? Result<void>() : fail(errc::timeout, "the write did not come");
        },
        {}, statement);
    const auto write = plain.write([&](sqlite::Connection& connection) -> Result<void> {
        return meeting.attend() ? test::insert_entry(connection, 1)
                                : fail(errc::timeout, "the read did not come");
    });
    CHECK(read->succeeded());
    CHECK(write->succeeded());
    CHECK(read->claims == 1);
    CHECK(read->answers == 1);
    CHECK(plain.entries() == "1");
}

TEST_CASE("a query here and now that takes long is begun again with a reader")
{
    PlainTenant plain;
    struct Seen {
        const sqlite3* writer;
        int calls = 0;
    } seen{writers(plain)};
    const auto here = [](const void* of, sqlite::Connection& connection) -> Result<std::int64_t> {
        auto& calls = static_cast<Seen*>(const_cast<void*>(of))->calls;
        ++calls;
        if (connection.native_handle() == static_cast<const Seen*>(of)->writer)
            if (auto never = endless(connection); !never) return fail(std::move(never).error());
        return calls;
    };
    CHECK(must(read_query(plain, here, &seen)) == 2);
    CHECK(plain.write(1)->succeeded());
}

namespace {

// A query as they are made: its statement is borrowed. Where it is run, it is known on which connection.
struct Counting {
    const sqlite3* writer;
    std::int64_t up_to = 0;
    int begun_on_writers = 0;
    int begun_on_readers = 0;

    Result<std::int64_t> operator()(sqlite::Connection& connection)
    {
        static const sqlite::StatementText text{
            "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < ?1) SELECT count(*) FROM up",
            sqlite::next_slot()};
        auto query = connection.statement(text);
        if (!query) return fail(std::move(query).error());
        const bool on_writers = connection.native_handle() == writer;
        ++(on_writers ? begun_on_writers : begun_on_readers);
        query->integer(1, on_writers ? up_to : 3); // what is endless on the one ends on the other
        if (auto row = query->step(); !row) return fail(std::move(row).error());
        return query->integer(0);
    }

    static Result<std::int64_t> here(const void* of, sqlite::Connection& connection)
    {
        return (*static_cast<Counting*>(const_cast<void*>(of)))(connection);
    }
};

constexpr std::int64_t endless_count = 1'000'000'000'000;

} // namespace

TEST_CASE(
    "a query that took long is not begun on the writer's connection again each time, and is tried there later")
{
    PlainTenant plain;
    Counting counting{writers(plain), endless_count};
    const auto read_it = [&, waits = GENERATE(true, false)] {
        if (waits) return must(read_query(plain, &Counting::here, &counting)) == 3;
        const auto read = plain.read(
            [&](sqlite::Connection& connection) -> Result<void> {
                const auto counted = counting(connection);
                return counted ? Result<void>() : fail(counted.error());
            },
            {}, statement);
        return read->succeeded();
    };
    CHECK(read_it());
    CHECK(counting.begun_on_writers == 1);
    CHECK(counting.begun_on_readers == 1);
    for (int n = 0; n < 31; ++n) REQUIRE(read_it());
    CHECK(counting.begun_on_writers == 1);
    CHECK(counting.begun_on_readers == 32);
    // Tried again it takes long still.
    CHECK(read_it());
    CHECK(counting.begun_on_writers == 2);
    for (int n = 0; n < 31; ++n) REQUIRE(read_it());
    CHECK(counting.begun_on_writers == 2);
    // It has become brief.
    counting.up_to = 3;
    for (int n = 0; n < 5; ++n) CHECK(read_it());
    CHECK(counting.begun_on_writers == 7);
    CHECK(counting.begun_on_readers == 64);
    CHECK(plain.write(1)->succeeded());
}

TEST_CASE("a time limit ends a query wherever it runs")
{
    PlainTenant plain;
    Limits limits;
    limits.time_limit = std::chrono::milliseconds(2);
    CHECK(plain.read(&endless, limits, statement)->failed(errc::timeout));
    const auto here = [](const void*, sqlite::Connection& connection) -> Result<std::int64_t> {
        if (auto never = endless(connection); !never) return fail(std::move(never).error());
        return 0;
    };
    const auto refused = read_query(plain, here, nullptr, limits);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::timeout);
    limits = test::from_now(std::chrono::milliseconds(2));
    CHECK(plain.read(&endless, limits, statement)->failed(errc::timeout));
    CHECK(plain.write(1)->succeeded());
}

TEST_CASE("a query is cancelled on whichever connection it runs")
{
    PlainTenant plain;
    for (int round = 0; round < 100; ++round) {
        const auto read = plain.read(&endless, {}, statement);
        test::spin(static_cast<std::size_t>(round) * 200);
        read->cancel = true;
        plain.tenant->wake(boost::asio::cancellation_type::total);
        CHECK(read->failed(errc::cancelled));
        CHECK(plain.write(1)->succeeded());
    }
}

TEST_CASE("queries that wait together see one moment, and each has its own end")
{
    PlainTenant plain(1);
    REQUIRE(plain.write(1)->succeeded());
    // The one thread is kept, so that they queue.
    Door go;
    boost::asio::post(plain.pool, [&go] { (void)go.wait(); });
    std::atomic<int> together{0};
    const auto look = [&together](sqlite::Connection& connection) -> Result<void> {
        if (connection.in_transaction()) ++together;
        return count(connection) == 1 ? Result<void>() : fail(errc::internal, "another moment");
    };
    std::vector<FatePtr> fates;
    for (int n = 0; n < 4; ++n) fates.push_back(plain.read(look, {}, statement));
    const auto fails = plain.read(
        [](sqlite::Connection&) -> Result<void> { return fail(errc::no_such_row, "none"); }, {}, statement);
    const auto throws = plain.read(
        [](sqlite::Connection&) -> Result<void> { throw std::runtime_error("thrown"); }, {}, statement);
    const auto cancelled = plain.read(look, {}, statement);
    cancelled->cancel = true;
    const auto slow = plain.read(
        [calls = 0](sqlite::Connection& connection) mutable -> Result<void> {
            return ++calls == 1 ? endless(connection) : Result<void>();
        },
        {}, statement);
    fates.push_back(plain.read(look, {}, statement));
    const auto body = plain.read([](sqlite::Connection& connection) -> Result<void> {
        return connection.in_transaction() ? fail(errc::internal, "in another's transaction")
                                           : Result<void>();
    });
    fates.push_back(plain.read(look, {}, statement));
    go.open();
    for (const auto& fate : fates) CHECK(fate->succeeded());
    CHECK(fails->failed(errc::no_such_row));
    CHECK(throws->failed(errc::body_failed));
    CHECK(cancelled->failed(errc::cancelled));
    CHECK(cancelled->runs == 0);
    CHECK(slow->succeeded());
    CHECK(body->succeeded());
    CHECK(together >= 4);
}

TEST_CASE("callers that are gone are dropped from among those that wait together")
{
    PlainTenant plain(1);
    Door go;
    boost::asio::post(plain.pool, [&go] { (void)go.wait(); });
    std::vector<FatePtr> gone;
    std::vector<FatePtr> there;
    for (int n = 0; n < 6; ++n) {
        auto fate = std::make_shared<test::Fate>();
        (n % 2 == 0 ? gone : there).push_back(fate);
        plain.tenant->submit_read(std::make_unique<test::PlainOperation>(
            fate, [](sqlite::Connection&) -> Result<void> { return {}; }, statement, n % 2 != 0));
    }
    go.open();
    for (const auto& fate : there) CHECK(fate->succeeded());
    for (const auto& fate : gone) {
        CHECK(fate->answered.wait());
        CHECK(fate->answers == 0);
        CHECK(fate->runs == 0);
    }
}

TEST_CASE("a query inside of a query of the same tenant has a connection of its own")
{
    PlainTenant plain;
    const auto outer = [](const void* of, sqlite::Connection& connection) -> Result<std::int64_t> {
        auto& tenant = *static_cast<PlainTenant*>(const_cast<void*>(of));
        const auto inner = [](const void* outers, sqlite::Connection& own) -> Result<std::int64_t> {
            if (own.native_handle() == outers) return fail(errc::internal, "the same connection");
            return count(own);
        };
        return read_query(tenant, inner, connection.native_handle());
    };
    CHECK(must(read_query(plain, outer, &plain)) == 0);
}

TEST_CASE("who has the writer's connection does not wait for a write that waits for it")
{
    PlainTenant plain;
    const auto write_inside = [](const void* of, sqlite::Connection&) -> Result<std::int64_t> {
        auto may = static_cast<PlainTenant*>(const_cast<void*>(of))->tenant->may_wait();
        if (!may) return fail(std::move(may).error());
        return 0;
    };
    const auto refused = read_query(plain, write_inside, &plain);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::wrong_thread);
    // A reader is beside it.
    CHECK(plain.tenant->read_now<std::int64_t>(
        [&](sqlite::Connection& connection) { return write_inside(&plain, connection); }));
    CHECK(plain.tenant->may_wait());
}

TEST_CASE("writes and queries from many threads share the writer's connection, and all see what was answered")
{
    PlainTenant plain(2);
    std::atomic<std::int64_t> answered{0};
    std::atomic<bool> over{false};
    std::vector<std::thread> reading;
    std::atomic<int> stale{0};
    for (int thread = 0; thread < 2; ++thread)
        reading.emplace_back([&] {
            const auto here = [](const void*, sqlite::Connection& connection) { return count(connection); };
            while (!over) {
                const std::int64_t before = answered;
                const auto seen = read_query(plain, here, nullptr);
                if (!seen || *seen < before) ++stale;
            }
        });
    constexpr int writes = 500;
    for (int n = 0; n < writes; ++n) {
        const auto write = plain.write(n);
        const auto read = plain.read(
            [before = answered.load()](sqlite::Connection& connection) -> Result<void> {
                const auto seen = count(connection);
                if (!seen) return fail(seen.error());
                return *seen >= before ? Result<void>() : fail(errc::internal, "stale");
            },
            {}, statement);
        REQUIRE(write->succeeded());
        answered = n + 1;
        CHECK(read->succeeded());
    }
    over = true;
    for (auto& thread : reading) thread.join();
    CHECK(stale == 0);
}

TEST_CASE("a tenant is closed while queries have the writer's connection")
{
    for (int round = 0; round < 30; ++round) {
        PlainTenant plain(2);
        std::vector<FatePtr> fates;
        for (int n = 0; n < 8; ++n) {
            fates.push_back(plain.write(n));
            fates.push_back(plain.read(
                [](sqlite::Connection& connection) -> Result<void> {
                    const auto seen = count(connection);
                    return seen ? Result<void>() : fail(seen.error());
                },
                {}, statement));
        }
        test::spin(static_cast<std::size_t>(round) * 200);
        plain.close();
        for (const auto& fate : fates) {
            CHECK(fate->answered.wait());
            CHECK(fate->answers == 1);
        }
    }
}
