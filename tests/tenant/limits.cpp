// How long an operation may wait and run, at an open tenant.
#include <tenantry/tenant/limits.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <tenantry/tenant/detail/tenant.hpp>

#include "support/catch.hpp"
#include "support/from_now.hpp"
#include "support/plain_tenant.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using detail::OperationKind;
using test::Door;
using test::FatePtr;
using test::insert_entry;
using test::must;
using test::PlainTenant;

namespace {

Result<void> read_endlessly(sqlite::Connection& connection)
{
    return connection.execute(
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c");
}

// Takes a place, a write's or a read's, until it is told to leave.
struct Blocker {
    Door inside;
    Door leave;
    FatePtr fate;

    Result<void> operator()()
    {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    }
};

} // namespace

TEST_CASE("limits say when a run must end")
{
    CHECK_FALSE(Limits{}.any());
    CHECK(Limits{}.end_of_run() == Limits::Clock::time_point::max());
    CHECK_FALSE(Limits{}.passed(Limits::Clock::time_point::max()));
    const auto now = Limits::Clock::now();
    CHECK(Limits{.deadline = now}.passed(now));
    CHECK_FALSE(Limits{.deadline = now + 1ms}.passed(now));
    CHECK(Limits{.deadline = now, .time_limit = 1h}.end_of_run() == now);
    const auto end = Limits{.deadline = now + 24h, .time_limit = 1h}.end_of_run();
    CHECK(end >= now + 1h);
    CHECK(end < now + 24h);
    constexpr auto never = Limits::Clock::time_point::max();
    CHECK(Limits{.time_limit = std::chrono::milliseconds::max()}.end_of_run() == never);
    CHECK(Limits{.time_limit = -1ms}.passed(now));
    CHECK(Limits{.time_limit = -1ms}.any());
}

TEST_CASE("a time from now on is a deadline for what begins now, and no later than one that is there")
{
    constexpr auto never = Limits::Clock::time_point::max();
    const auto now = Limits::Clock::now();
    CHECK(within(1h).beginning(now).deadline == now + 1h);
    CHECK_FALSE(within(1h).beginning(now).within);
    CHECK(within(-1ms).beginning(now).passed(now));
    CHECK(within(std::chrono::milliseconds::max()).beginning(now).deadline == never);
    CHECK(within(std::chrono::hours::max()).beginning(now).deadline == never);
    CHECK(within(std::chrono::milliseconds::min()).beginning(now).passed(now));
    CHECK(Limits{.deadline = now + 2h, .within = 1h}.beginning(now).deadline == now + 1h);
    CHECK(Limits{.deadline = now + 1h, .within = 2h, .time_limit = 3ms}.beginning(now).deadline == now + 1h);
    CHECK(Limits{.within = 2h, .time_limit = 3ms}.beginning(now).time_limit == 3ms);
    CHECK_FALSE(Limits{.time_limit = 3ms}.beginning(now).deadline);
}

TEST_CASE("of two limits the one counts that leaves less time")
{
    const auto now = Limits::Clock::now();
    const Limits none;
    const Limits soon{.deadline = now + 1s, .time_limit = 5ms};
    const Limits late{.deadline = now + 1h, .time_limit = 4ms};
    for (const auto& both : {soon.and_also(late), late.and_also(soon)}) {
        CHECK(both.deadline == now + 1s);
        CHECK(both.time_limit == 4ms);
    }
    for (const auto& both : {soon.and_also(none), none.and_also(soon)}) {
        CHECK(both.deadline == now + 1s);
        CHECK(both.time_limit == 5ms);
    }
    CHECK_FALSE(none.and_also(none).any());
    CHECK(soon.and_also({.time_limit = -1ms}).passed(now));
}

TEST_CASE("what is run in parts has its time limit for all of them")
{
    Limits limits{.time_limit = 20ms};
    limits.has_run(12ms);
    CHECK(limits.time_limit == 8ms);
    CHECK_FALSE(limits.passed(Limits::Clock::now()));
    limits.has_run(8ms);
    CHECK(limits.passed(Limits::Clock::now()));
    Limits none{};
    none.has_run(1h);
    CHECK_FALSE(none.any());
}

TEST_CASE("a write whose deadline passes in the queue is answered while the one before it still runs")
{
    PlainTenant plain;
    Blocker blocker;
    blocker.fate = plain.write([&](sqlite::Connection&) { return blocker(); });
    REQUIRE(blocker.inside.wait());
    const auto insert = [](sqlite::Connection& connection) { return insert_entry(connection, 1); };
    const auto later = plain.write(insert, OperationKind::statement, true, test::from_now(1h));
    const auto late = plain.write(insert, OperationKind::statement, true, test::from_now(1ms));
    const auto late_body = plain.write(insert, OperationKind::body, true, test::from_now(2ms));
    REQUIRE(late->failed(errc::timeout));
    CHECK(late->error->tenant() == "plain");
    CHECK(late_body->failed(errc::timeout));
    CHECK(blocker.fate->answers + later->answers == 0);
    blocker.leave.open();
    CHECK(blocker.fate->succeeded());
    CHECK(later->succeeded());
    CHECK(late->runs + late_body->runs == 0);
    CHECK(plain.entries() == "1");
}

TEST_CASE("a read whose deadline passes in the queue is answered while the one before it still runs")
{
    TenantOptions options;
    options.readers = 1;
    PlainTenant plain(2, options);
    Blocker blocker;
    blocker.fate = plain.read([&](sqlite::Connection&) { return blocker(); });
    REQUIRE(blocker.inside.wait());
    const auto late = plain.read([](sqlite::Connection&) -> Result<void> { return {}; }, test::from_now(1ms));
    CHECK(late->failed(errc::timeout));
    CHECK(late->runs == 0);
    const auto here = plain.tenant->read_now<std::int64_t>(
        [](sqlite::Connection& connection) { return connection.query_integer("SELECT 1"); },
        test::from_now(1ms));
    REQUIRE_FALSE(here);
    CHECK(here.error() == errc::timeout);
    CHECK(blocker.fate->answers == 0);
    blocker.leave.open();
    CHECK(blocker.fate->succeeded());
}

TEST_CASE("a write that waits for another process's lock gives up at its deadline")
{
    TenantOptions options;
    options.busy_deadline = 1h;
    PlainTenant plain(1, options);
    const auto insert = [](sqlite::Connection& connection) { return insert_entry(connection, 1); };
    FatePtr patient;
    {
        test::ForeignLock lock(plain.database());
        const auto late = plain.write(insert, OperationKind::body, true, test::from_now(1ms));
        patient = plain.write(insert, OperationKind::body, true, test::from_now(1h));
        CHECK(late->failed(errc::timeout));
        CHECK(late->runs == 0);
        CHECK(patient->answers == 0);
        lock.release();
    }
    CHECK(patient->succeeded());
    CHECK(plain.entries() == "1");
}

TEST_CASE("a read that is over its limits is ended, wherever it runs")
{
    PlainTenant plain;
    const Limits limits = GENERATE(Limits{.time_limit = 1ms}, test::from_now(20ms));
    CHECK(plain.read(&read_endlessly, limits)->failed(errc::timeout));
    const auto here = plain.tenant->read_now<void>(&read_endlessly, limits);
    REQUIRE_FALSE(here);
    CHECK(here.error() == errc::timeout);
    CHECK(here.error().tenant() == "plain");
    // The next to use the connections is not ended by what is over.
    const auto next = plain.read([](sqlite::Connection& connection) {
        return connection.execute(
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 100000) "
            "SELECT max(n) FROM c");
    });
    CHECK(next->succeeded());
}

TEST_CASE("deadlines that pass at any moment are told once, and what is told is true")
{
    PlainTenant plain;
    std::string expected;
    for (int round = 0; round < 300; ++round) {
        const auto first = plain.write(1000 + round);
        const auto limited =
            plain.write([round](sqlite::Connection& connection) { return insert_entry(connection, round); },
                        round % 2 == 0 ? OperationKind::statement : OperationKind::body, true,
                        Limits{.deadline = Limits::Clock::now() + std::chrono::microseconds(round % 60 * 5)});
        REQUIRE(first->succeeded());
        REQUIRE(limited->answered.wait());
        REQUIRE(limited->answers == 1);
        if (limited->error) REQUIRE(*limited->error == errc::timeout);
        expected += (round == 0 ? "" : " ") + std::to_string(1000 + round);
        if (!limited->error) expected += " " + std::to_string(round);
    }
    CHECK(plain.entries() == expected);
}

TEST_CASE("a tenant is closed while deadlines are pending")
{
    PlainTenant plain;
    plain.close();
    for (int round = 0; round < 100; ++round) {
        plain.tenant = must(plain.open({}));
        test::ForeignLock lock(plain.database());
        const auto insert = [](sqlite::Connection& connection) { return insert_entry(connection, 1); };
        const auto first =
            plain.write(insert, OperationKind::body, true,
                        Limits{.deadline = Limits::Clock::now() + std::chrono::microseconds(round * 20)});
        const auto second = plain.write(insert, OperationKind::body, true, test::from_now(1h));
        test::spin(static_cast<std::size_t>(round * 500));
        plain.close();
        REQUIRE(first->answered.wait());
        REQUIRE(second->failed(errc::tenant_gone));
        CHECK((*first->error == errc::tenant_gone || *first->error == errc::timeout));
        lock.release();
    }
}
