#include <tenantry/tenant/detail/tenant.hpp>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/plain_tenant.hpp"

using namespace tenantry;
using test::Door;
using test::FatePtr;
using test::insert_entry;
using test::must;
using test::PlainTenant;

TEST_CASE("opening never creates, and leaves another program's file alone")
{
    PlainTenant plain;
    plain.close();
    TenantOptions other;
    other.application_id = 1;
    auto foreign = plain.open(other);
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error() == errc::foreign_database);

    std::filesystem::remove_all(plain.place());
    auto missing = plain.open({});
    REQUIRE_FALSE(missing);
    CHECK(missing.error() == errc::no_such_tenant);
    CHECK_FALSE(std::filesystem::exists(plain.place()));
}

TEST_CASE("writes run one after another in the order they came")
{
    PlainTenant plain(4);
    std::atomic<int> inside{0};
    std::atomic<int> overlaps{0};
    std::vector<FatePtr> fates;
    std::string expected;
    for (int n = 0; n < 100; ++n) {
        expected += (n == 0 ? "" : " ") + std::to_string(n);
        fates.push_back(plain.write([&, n](sqlite::Connection& connection) {
            if (++inside != 1) ++overlaps;
            auto done = insert_entry(connection, n);
            --inside;
            return done;
        }));
    }
    for (const auto& fate : fates) CHECK(fate->succeeded());
    CHECK(overlaps == 0);
    CHECK(plain.entries() == expected);
}

TEST_CASE("an answered write is seen by every connection")
{
    PlainTenant plain;
    for (int n = 0; n < 20; ++n) {
        REQUIRE(plain.write(n)->succeeded());
        auto seen = plain.tenant->read_now<std::int64_t>([](sqlite::Connection& connection) {
            return connection.query_integer("SELECT max(n) FROM entry");
        });
        REQUIRE(must(seen) == n);
    }
}

TEST_CASE("a job that fails or throws takes back itself alone")
{
    PlainTenant plain;
    const auto before = plain.write(1);
    const auto failing = plain.write([](sqlite::Connection& connection) -> Result<void> {
        must(insert_entry(connection, 100));
        return fail(errc::invalid_argument, "no");
    });
    const auto throwing = plain.write([](sqlite::Connection& connection) -> Result<void> {
        must(insert_entry(connection, 200));
        throw std::runtime_error("a tale of woe");
    });
    const auto throwing_anything = plain.write([](sqlite::Connection& connection) -> Result<void> {
        must(insert_entry(connection, 300));
        throw 7;
    });
    const auto breaking = plain.write([](sqlite::Connection& connection) -> Result<void> {
        must(insert_entry(connection, 400));
        return connection.execute("INSERT INTO entry VALUES (NULL)");
    });
    const auto rolled_back = plain.write([](sqlite::Connection& connection) -> Result<void> {
        must(insert_entry(connection, 500));
        (void)connection.execute("INSERT OR ROLLBACK INTO entry VALUES (NULL)");
        return {}; // says it went well
    });
    const auto after = plain.write(2);
    CHECK(before->succeeded());
    CHECK(failing->failed(errc::invalid_argument));
    REQUIRE(throwing->failed(errc::body_failed));
    CHECK_THAT(test::said(*throwing->error), ContainsSubstring("a tale of woe"));
    CHECK(throwing_anything->failed(errc::body_failed));
    CHECK(breaking->failed(errc::constraint));
    CHECK(rolled_back->failed(errc::batch_aborted));
    CHECK(after->succeeded());
    CHECK(plain.entries() == "1 2");
}

TEST_CASE("a job whose caller is gone is not run")
{
    PlainTenant plain;
    const auto gone = plain.write([](sqlite::Connection& connection) { return insert_entry(connection, 1); },
                                  detail::OperationKind::body, false);
    const auto after = plain.write(2);
    CHECK(after->succeeded());
    CHECK(gone->answered.wait()); // which is: it was destroyed
    CHECK(gone->runs == 0);
    CHECK(gone->answers == 0);
    CHECK(plain.entries() == "2");
}

TEST_CASE("a full queue answers at once")
{
    TenantOptions options;
    options.queued_writes = 2;
    options.queued_reads = 1;
    options.readers = 1;
    PlainTenant plain(2, options);
    Door inside;
    Door leave;
    const auto blocker = [&](sqlite::Connection&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    SECTION("of writes")
    {
        const auto running = plain.write(blocker);
        REQUIRE(inside.wait());
        const auto first = plain.write(1);
        const auto second = plain.write(2);
        const auto third = plain.write(3);
        CHECK(third->answers == 1); // by the call itself
        CHECK(third->failed(errc::overloaded));
        CHECK(std::string(third->error->tenant()) == "plain");
        leave.open();
        CHECK(running->succeeded());
        CHECK(first->succeeded());
        CHECK(second->succeeded());
        CHECK(plain.entries() == "1 2");
    }
    SECTION("of reads")
    {
        const auto running = plain.read(blocker);
        REQUIRE(inside.wait());
        const auto first = plain.read([](sqlite::Connection&) -> Result<void> { return {}; });
        const auto second = plain.read([](sqlite::Connection&) -> Result<void> { return {}; });
        CHECK(second->answers == 1);
        CHECK(second->failed(errc::overloaded));
        leave.open();
        CHECK(running->succeeded());
        CHECK(first->succeeded());
    }
}

TEST_CASE("a shut tenant refuses what is new, ends what it has, and says so once")
{
    PlainTenant plain;
    Door inside;
    Door leave;
    Door emptied;
    std::atomic<int> times{0};
    const auto running = plain.write([&](sqlite::Connection& connection) -> Result<void> {
        inside.open();
        if (!leave.wait()) return fail(errc::timeout);
        return insert_entry(connection, 1);
    });
    const auto waiting = plain.write(2);
    REQUIRE(inside.wait());
    plain.tenant->shut(errc::tenant_gone, "the reason", [&] {
        ++times;
        emptied.open();
    });
    plain.tenant->shut(errc::fleet_closed, "too late", [&] { times += 100; });
    CHECK(times == 0);

    const auto late = plain.write(3);
    CHECK(late->answers == 1);
    REQUIRE(late->failed(errc::tenant_gone));
    CHECK_THAT(test::said(*late->error), ContainsSubstring("the reason"));
    const auto late_read = plain.read([](sqlite::Connection&) -> Result<void> { return {}; });
    CHECK(late_read->failed(errc::tenant_gone));
    const auto read_now = plain.tenant->read_now<std::int64_t>(
        [](sqlite::Connection& connection) { return connection.query_integer("SELECT 1"); });
    CHECK(read_now.error() == errc::tenant_gone);

    leave.open();
    CHECK(running->succeeded());
    CHECK(waiting->succeeded());
    plain.tenant->wait_idle();
    plain.close();
    CHECK(emptied.wait());
    CHECK(times == 1);
    CHECK_FALSE(std::filesystem::exists(plain.database().string() + "-wal"));
    CHECK(plain.entries() == "1 2");
}

TEST_CASE("an idle tenant that is shut is empty at once")
{
    PlainTenant plain;
    REQUIRE(plain.write(1)->succeeded());
    // The write was answered just before it left.
    Door emptied;
    plain.tenant->shut(errc::tenant_gone, "", [&] { emptied.open(); });
    CHECK(emptied.wait());
}

TEST_CASE("what waits can be refused while what runs runs on")
{
    PlainTenant plain;
    Door inside;
    Door leave;
    const auto running = plain.write([&](sqlite::Connection& connection) -> Result<void> {
        inside.open();
        if (!leave.wait()) return fail(errc::timeout);
        return insert_entry(connection, 1);
    });
    const auto waiting = plain.write(2);
    REQUIRE(inside.wait());
    plain.tenant->shut(errc::fleet_closed, "", [] {});
    plain.tenant->refuse_waiting(Error(errc::fleet_closed));
    CHECK(waiting->answers == 1);
    CHECK(waiting->failed(errc::fleet_closed));
    CHECK(running->answers == 0);
    leave.open();
    CHECK(running->succeeded());
    plain.tenant->wait_idle();
    CHECK(plain.entries() == "1");
}

TEST_CASE("a write waits for another process's lock without holding a thread")
{
    PlainTenant locked(1); // whose pool has one thread
    std::vector<FatePtr> writes;
    {
        test::ForeignLock lock(locked.database());
        writes.push_back(locked.write(1));
        writes.push_back(locked.write(2));
        // The one thread is free for this tenant's readers, again and again.
        for (int n = 0; n < 20; ++n)
            CHECK(locked.read([](sqlite::Connection&) -> Result<void> { return {}; })->succeeded());
        CHECK(writes[0]->answers + writes[1]->answers == 0);
        lock.release();
    }
    writes.push_back(locked.write(3));
    for (const auto& write : writes) CHECK(write->succeeded());
    CHECK(locked.entries() == "1 2 3");
}

TEST_CASE("a write gives up waiting for another process's lock at its deadline")
{
    TenantOptions options;
    options.busy_deadline = std::chrono::milliseconds(10);
    PlainTenant plain(1, options);
    {
        test::ForeignLock lock(plain.database());
        const auto kind = GENERATE(detail::OperationKind::body, detail::OperationKind::statement);
        const auto refused =
            plain.write([](sqlite::Connection& connection) { return insert_entry(connection, 1); }, kind);
        REQUIRE(refused->failed(errc::busy));
        if (kind == detail::OperationKind::body)
            CHECK(refused->runs == 0); // a statement alone finds the lock by itself
        CHECK(std::string(refused->error->tenant()) == "plain");
        lock.release();
    }
    CHECK(plain.write(2)->succeeded());
    CHECK(plain.entries() == "2");
}

TEST_CASE("who waits for another process's lock is refused when all are")
{
    TenantOptions options;
    options.busy_deadline = std::chrono::hours(1);
    PlainTenant plain(2, options);
    plain.close();
    for (int round = 0; round < 100; ++round) {
        plain.tenant = must(plain.open(options));
        test::ForeignLock lock(plain.database());
        const auto first = plain.write(1);
        const auto second = plain.write(2);
        // Between two tries, or in the middle of one.
        test::spin(static_cast<std::size_t>(round * 1000));
        Door emptied;
        plain.tenant->shut(errc::fleet_closed, "", [&] { emptied.open(); });
        plain.tenant->refuse_waiting(Error(errc::fleet_closed));
        REQUIRE(emptied.wait());
        CHECK(first->failed(errc::fleet_closed));
        CHECK(second->failed(errc::fleet_closed));
        lock.release();
        plain.close();
    }
}

TEST_CASE("a tenant is refused and closed at the moment a job comes")
{
    PlainTenant plain;
    plain.close();
    for (int round = 0; round < 300; ++round) {
        plain.tenant = must(plain.open({}));
        Door begin;
        FatePtr write;
        FatePtr read;
        std::thread coming([&] {
            if (!begin.wait()) return;
            write = plain.write(round);
            read = plain.read([](sqlite::Connection&) -> Result<void> { return {}; });
        });
        const auto tenant = plain.tenant; // which the other thread uses as well
        begin.open();
        test::spin(static_cast<std::size_t>((round % 30) * 300));
        tenant->shut(errc::tenant_gone, "", [] {});
        tenant->refuse_waiting(Error(errc::tenant_gone));
        tenant->wait_idle();
        must(tenant->close());
        coming.join();
        plain.tenant.reset();
        REQUIRE(write->answered.wait());
        REQUIRE(read->answered.wait());
        CHECK(write->answers == 1);
        CHECK(read->answers == 1);
        if (write->error) CHECK(*write->error == errc::tenant_gone);
    }
}

TEST_CASE("a cancelled job leaves the queue without having run")
{
    PlainTenant plain;
    Door inside;
    Door leave;
    const auto blocker = [&](sqlite::Connection&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    const auto running = plain.write(blocker);
    REQUIRE(inside.wait());
    const auto before = plain.write(1);
    const auto cancelled = plain.write(2);
    const auto after = plain.write(3);
    cancelled->cancel = true;
    plain.tenant->wake(boost::asio::cancellation_type::terminal);
    CHECK(cancelled->failed(errc::cancelled)); // while the first one is still running
    CHECK(running->answers == 0);
    leave.open();
    CHECK(after->succeeded());
    CHECK(cancelled->runs == 0);
    CHECK(plain.entries() == "1 3");
}

TEST_CASE("a running job is ended by its own flag, and rolled back; its neighbours are not harmed")
{
    PlainTenant plain;
    Door inside;
    const auto before = plain.write(1);
    const auto endless = plain.write([&](sqlite::Connection& connection) -> Result<void> {
        must(insert_entry(connection, 2));
        inside.open();
        return connection.execute(
            "INSERT INTO entry WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
            "SELECT max(n) FROM c");
    });
    const auto after = plain.write(3);
    REQUIRE(inside.wait());
    CHECK(endless->answers == 0);
    endless->cancel = true;
    plain.tenant->wake(boost::asio::cancellation_type::terminal);
    CHECK(endless->failed(errc::cancelled));
    CHECK(before->succeeded());
    CHECK(after->succeeded());
    CHECK(plain.entries() == "1 3");
}

TEST_CASE("a running read is ended by its own flag")
{
    PlainTenant plain;
    Door inside;
    const auto endless = plain.read([&](sqlite::Connection& connection) -> Result<void> {
        inside.open();
        return connection.execute(
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c");
    });
    REQUIRE(inside.wait());
    endless->cancel = true;
    CHECK(endless->failed(errc::cancelled));
    CHECK(plain
              .read([](sqlite::Connection& connection) -> Result<void> {
                  return connection.execute("SELECT count(*) FROM entry");
              })
              ->succeeded());
}

TEST_CASE("nobody is told of success when the file is not there any more, or another one is")
{
    PlainTenant plain;
    REQUIRE(plain.write(1)->succeeded());
    const auto replaced = GENERATE(false, true);
    CAPTURE(replaced);
    std::filesystem::rename(plain.place(), plain.directory.path() / "elsewhere");
    if (replaced)
        must(detail::create_directory(plain.directory.path() / "staging", plain.place(), test::entry_schema(),
                                      {}));
    SECTION("by a write")
    {
        const auto written = plain.write(2);
        REQUIRE(written->failed(errc::tenant_gone));
        CHECK(std::string(written->error->tenant()) == "plain");
    }
    SECTION("by a read on the pool")
    {
        CHECK(plain.read([](sqlite::Connection&) -> Result<void> { return {}; })->failed(errc::tenant_gone));
    }
    SECTION("by a read here and now")
    {
        const auto seen = plain.tenant->read_now<std::int64_t>(
            [](sqlite::Connection& connection) { return connection.query_integer("SELECT 1"); });
        REQUIRE_FALSE(seen);
        CHECK(seen.error() == errc::tenant_gone);
    }
    CHECK(plain.tenant->lost());
    CHECK(plain.write(3)->failed(errc::tenant_gone));
}
