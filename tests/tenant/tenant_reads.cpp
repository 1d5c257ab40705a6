// The reading half of tenant.hpp: who is lent a reader, and when.
#include <tenantry/tenant/detail/tenant.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/plain_tenant.hpp"

using namespace tenantry;
using test::Door;
using test::FatePtr;
using test::must;
using test::PlainTenant;

namespace {

Result<std::int64_t> count_entries(sqlite::Connection& connection)
{
    return connection.query_integer("SELECT count(*) FROM entry");
}

} // namespace

TEST_CASE("reads run side by side, as many as there are readers and threads")
{
    TenantOptions options;
    options.readers = 3;
    PlainTenant plain(5, options); // two threads are left to writes and to other tenants
    test::Meeting meeting(3);
    std::vector<FatePtr> fates;
    for (int n = 0; n < 3; ++n)
        fates.push_back(plain.read([&](sqlite::Connection&) -> Result<void> {
            return meeting.attend() ? Result<void>() : fail(errc::timeout);
        }));
    for (const auto& fate : fates) CHECK(fate->succeeded());
}

TEST_CASE("reads and a write run side by side")
{
    PlainTenant plain(2);
    test::Meeting meeting(2);
    const auto attend = [&](sqlite::Connection&) -> Result<void> {
        return meeting.attend() ? Result<void>() : fail(errc::timeout);
    };
    const auto write = plain.write(attend);
    const auto read = plain.read(attend);
    CHECK(write->succeeded());
    CHECK(read->succeeded());
}

TEST_CASE("more reads than readers are all answered")
{
    TenantOptions options;
    options.readers = 2;
    PlainTenant plain(4, options);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::vector<FatePtr> fates;
    for (int n = 0; n < 200; ++n)
        fates.push_back(plain.read([&](sqlite::Connection& connection) -> Result<void> {
            const int now = ++inside;
            for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {}
            auto counted = count_entries(connection);
            --inside;
            if (!counted) return fail(counted.error());
            return {};
        }));
    for (const auto& fate : fates) CHECK(fate->succeeded());
    CHECK(most <= 2);
}

TEST_CASE("read here and now says so when every reader stays lent")
{
    TenantOptions options;
    options.readers = 1;
    options.read_wait = std::chrono::milliseconds(5);
    PlainTenant plain(1, options);
    Door inside;
    Door leave;
    const auto running = plain.read([&](sqlite::Connection&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    });
    REQUIRE(inside.wait());
    const auto refused = plain.tenant->read_now<std::int64_t>(count_entries);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::overloaded);
    CHECK(std::string(refused.error().tenant()) == "plain");
    leave.open();
    CHECK(running->succeeded());
}

TEST_CASE("read here and now inside a write of the same tenant is refused, of another it is not")
{
    PlainTenant plain;
    PlainTenant other;
    const auto write = plain.write([&](sqlite::Connection&) -> Result<void> {
        const auto own = plain.tenant->read_now<std::int64_t>(count_entries);
        if (own || !(own.error() == errc::wrong_thread)) return fail(errc::internal, "it was let in");
        const auto others = other.tenant->read_now<std::int64_t>(count_entries);
        if (!others) return fail(others.error());
        return {};
    });
    CHECK(write->answered.wait());
    if (write->error) FAIL(test::said(*write->error));
    CHECK(plain.tenant->read_now<std::int64_t>(count_entries)); // nor is it afterwards
}

TEST_CASE("a read on the pool is served when a reader comes back from the calling thread")
{
    TenantOptions options;
    options.readers = 1;
    options.read_wait = std::chrono::hours(1);
    PlainTenant plain(1, options);
    for (int round = 0; round < 200; ++round) {
        Door inside;
        FatePtr waiting;
        std::thread reading([&] {
            (void)plain.tenant->read_now<std::int64_t>([&](sqlite::Connection& connection) {
                inside.open();
                // As late as possible, and sometimes later.
                test::spin(static_cast<std::size_t>(round * 50));
                return count_entries(connection);
            });
        });
        REQUIRE(inside.wait());
        waiting = plain.read([](sqlite::Connection&) -> Result<void> { return {}; });
        REQUIRE(waiting->succeeded());
        reading.join();
    }
}

TEST_CASE("a reader that cannot be opened leaves nobody waiting")
{
    test::FaultyVfs vfs;
    TenantOptions options;
    options.readers = 1;
    PlainTenant plain(2, options);
    vfs.fail(test::FaultyVfs::Op::open, 1, SQLITE_CANTOPEN, true);
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    std::thread reading([&] {
        while (!stop)
            if (plain.tenant->read_now<std::int64_t>(count_entries)) ++wrong;
    });
    bool answered = true;
    for (int n = 0; n < 300 && answered; ++n)
        answered = plain.read([](sqlite::Connection&) -> Result<void> { return {}; })->failed(errc::io_error);
    stop = true;
    reading.join();
    CHECK(answered);
    CHECK(wrong == 0);
    // The last one may wait for a turn that nobody starts.
    const auto last = plain.read([](sqlite::Connection&) -> Result<void> { return {}; });
    CHECK(last->answered.wait());
    vfs.heal();
    CHECK(must(plain.tenant->read_now<std::int64_t>(count_entries)) == 0);
}
