// What a fleet promises of writes: one at a time and in order within a tenant, side by side between tenants, all or nothing.
#include <tenantry/fleet/fleet.hpp>

#include <atomic>
#include <future>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::open_notes;
using test::Reply;
using test::wait_for;

namespace {

struct Open {
    explicit Open(const FleetOptions& options = {})
        : fleet(must(open_notes(directory.path() / "root", options)))
    {
        must(wait_for(fleet.async_create("a")));
        must(wait_for(fleet.async_create("b")));
        a = must(wait_for(fleet.async_tenant("a")));
        b = must(wait_for(fleet.async_tenant("b")));
    }

    test::TempDir directory;
    Fleet<Notes> fleet;
    TenantDb<Notes> a;
    TenantDb<Notes> b;
};

std::vector<std::int64_t> numbers(const TenantDb<Notes>& db)
{
    return must(db.read(select(col<&Note::number>).from(table<Note>).order_by(col<&Note::id>)));
}

} // namespace

TEST_CASE("writes of one tenant never overlap and keep their order")
{
    Open open;
    constexpr int threads = 4;
    constexpr int each = 60;
    std::atomic<int> inside{0};
    std::atomic<int> overlaps{0};
    std::vector<std::thread> writers;
    std::atomic<int> failed{0};
    for (int t = 0; t < threads; ++t)
        writers.emplace_back([&, t] {
            std::vector<std::future<Result<void>>> bodies;
            std::vector<std::future<Result<Key<Note, Notes>>>> statements;
            for (int n = 0; n < each; ++n) {
                const int number = t * 1000 + n;
                if (n % 3 == 0) {
                    statements.push_back(test::add_note(open.a, "", number)(asio::use_future));
                    continue;
                }
                auto body = [&, number](auto& tx) -> Result<void> {
                    if (++inside != 1) ++overlaps;
                    auto done = tx.run(insert(note("", number)));
                    if (--inside != 0) ++overlaps;
                    return done;
                };
                bodies.push_back(open.a.async_write(body, asio::use_future));
            }
            for (auto& body : bodies)
                if (!body.get()) ++failed;
            for (auto& statement : statements)
                if (!statement.get()) ++failed;
        });
    for (auto& writer : writers) writer.join();
    CHECK(failed == 0);
    CHECK(overlaps == 0);
    std::vector<std::int64_t> next(threads, 0);
    const auto written = numbers(open.a);
    CHECK(written.size() == threads * each);
    for (const auto number : written)
        REQUIRE(number % 1000 == next[static_cast<std::size_t>(number / 1000)]++);
}

TEST_CASE("writes of different tenants run side by side")
{
    FleetOptions options;
    options.threads = 2;
    Open open(options);
    test::Meeting meeting(2);
    auto body = [&](auto& tx) -> Result<void> {
        if (!meeting.attend()) return fail(errc::timeout, "the other body did not come");
        return tx.run(insert(note("met")));
    };
    auto first = open.a.async_write(body, asio::use_future);
    auto second = open.b.async_write(body, asio::use_future);
    must(first.get());
    must(second.get());
    CHECK(numbers(open.a).size() == 1);
    CHECK(numbers(open.b).size() == 1);
}

TEST_CASE("a write that was awaited is seen by whoever reads")
{
    Open open;
    auto coroutine = [&]() -> asio::awaitable<Result<int>> {
        for (int n = 1; n <= 200; ++n) {
            const auto row = note("", n);
            auto written = co_await open.a.async_write(insert(row));
            if (!written) co_return tl::unexpected(written.error());
            auto here = test::count_notes(open.a);
            if (n % 2 != 0) here = co_await open.a.async_read(one(select(count()).from(table<Note>)));
            if (!here) co_return tl::unexpected(here.error());
            if (*here != n) co_return n;
        }
        co_return 0;
    };
    CHECK(must(test::run(coroutine())) == 0);
}

TEST_CASE("a failing body leaves nothing behind")
{
    Open open;
    must(wait_for(test::add_note(open.a, "kept", 1)));
    SECTION("by its result")
    {
        auto body = [](auto& tx) -> Result<void> {
            must(tx.run(insert(note("rolled back", 2))));
            must(tx.run(update<Note>().set(col<&Note::number> = 3).all_rows()));
            return fail(errc::invalid_argument, "changed my mind");
        };
        const auto failed = wait_for(open.a.async_write(body));
        REQUIRE_FALSE(failed);
        CHECK(failed.error() == errc::invalid_argument);
        CHECK(failed.error().message() == "changed my mind");
        CHECK(failed.error().tenant() == "a");
    }
    SECTION("by an exception")
    {
        auto body = [](auto& tx) -> Result<void> {
            must(tx.run(insert(note("rolled back", 2))));
            throw std::runtime_error("woe");
        };
        const auto failed = wait_for(open.a.async_write(body));
        REQUIRE_FALSE(failed);
        CHECK(failed.error() == errc::body_failed);
        CHECK_THAT(std::string(failed.error().message()), ContainsSubstring("woe"));
        CHECK(failed.error().tenant() == "a");
    }
    SECTION("by running out of memory")
    {
        auto body = [](auto& tx) -> Result<void> {
            must(tx.run(insert(note("rolled back", 2))));
            throw std::bad_alloc();
        };
        CHECK(wait_for(open.a.async_write(body)).error() == errc::out_of_memory);
    }
    SECTION("though its caller does not look at a failed statement")
    {
        auto body = [&](auto& tx) -> Result<void> {
            must(tx.run(insert(note("rolled back", 2))));
            (void)tx.run(sql<"insert or rollback into note(id, text, number) values (1, 'twice', 0)">());
            return {};
        };
        CHECK(wait_for(open.a.async_write(body)).error() == errc::batch_aborted);
    }
    CHECK(numbers(open.a) == std::vector<std::int64_t>{1});
    must(wait_for(test::add_note(open.a, "after", 4)));
    CHECK(numbers(open.a) == std::vector<std::int64_t>{1, 4});
}

TEST_CASE("a constraint that fails names the tenant and the statement")
{
    Open open;
    SECTION("a key that is taken")
    {
        const auto key = must(wait_for(test::add_note(open.a, "first")));
        Note twice = note("second");
        twice.id = key;
        const auto failed = wait_for(open.a.async_write(insert(twice)));
        REQUIRE_FALSE(failed);
        CHECK(failed.error() == errc::constraint);
        CHECK(failed.error().sqlite_code() != 0);
        CHECK(failed.error().tenant() == "a");
        CHECK_THAT(std::string(failed.error().sql()), ContainsSubstring("note"));
        CHECK(numbers(open.a).size() == 1);
    }
    SECTION("a key of nothing")
    {
        Reply reply;
        reply.note = key_for<Note>(open.a, 12345);
        auto body = [&](auto& tx) -> Result<void> { return tx.run(insert(reply)); };
        const auto failed = wait_for(open.a.async_write(body));
        REQUIRE_FALSE(failed);
        CHECK(failed.error() == errc::constraint);
        CHECK(failed.error().tenant() == "a");
        CHECK_FALSE(failed.error().sql().empty());
    }
}

TEST_CASE("an insert gives the key of its row")
{
    Open open;
    for (int n = 0; n < 5; ++n) {
        const auto key = must(wait_for(test::add_note(open.a, "", n)));
        CHECK(must(open.a.read(one(select<Note>().where(col<&Note::id> == key)))).number == n);
    }
}

TEST_CASE("more writes than may wait are answered at once")
{
    FleetOptions options;
    options.tenant.queued_writes = 3;
    Open open(options);
    test::Door inside;
    test::Door leave;
    auto blocker = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto running = open.a.async_write(blocker, asio::use_future);
    REQUIRE(inside.wait());
    std::vector<std::future<Result<Key<Note, Notes>>>> waiting;
    for (int n = 0; n < 3; ++n) waiting.push_back(test::add_note(open.a, "", n)(asio::use_future));
    const auto refused = wait_for(test::add_note(open.a, "", 100)); // while the first one still runs
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::overloaded);
    CHECK(refused.error().tenant() == "a");
    must(wait_for(test::add_note(open.b, "", 200))); // the neighbour has a queue of its own
    leave.open();
    must(running.get());
    for (auto& write : waiting) must(write.get());
    CHECK(numbers(open.a) == std::vector<std::int64_t>{0, 1, 2});
}

TEST_CASE("larger writes than may wait are answered at once")
{
    FleetOptions options;
    options.tenant.queued_write_bytes = 100'000;
    Open open(options);
    test::Door inside;
    test::Door leave;
    auto blocker = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto running = open.a.async_write(blocker, asio::use_future);
    REQUIRE(inside.wait());
    const std::string large(90'000, 'x');
    auto waiting = test::add_note(open.a, large)(asio::use_future);
    const auto refused = wait_for(test::add_note(open.a, large)); // while the first one still runs
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::overloaded);
    auto small = test::add_note(open.a, "small")(asio::use_future);
    const std::vector<Note> rows(4, Note{.text = std::string(5'000, 'y')});
    const auto batch = wait_for(open.a.async_write(insert(rows)));
    REQUIRE_FALSE(batch);
    CHECK(batch.error() == errc::overloaded);
    leave.open();
    must(running.get());
    must(waiting.get());
    must(small.get());
    const std::string larger(200'000, 'x');
    must(wait_for(test::add_note(open.a, larger))); // nobody else waits
}

TEST_CASE("read inside a transaction body")
{
    Open open;
    auto body = [&](auto& tx) -> Result<void> {
        must(tx.run(insert(note("mine"))));
        const auto own = open.a.read(select<Note>());
        if (own || !(own.error() == errc::wrong_thread)) return fail(errc::internal, "it was let in");
        const auto neighbours = open.b.read(select<Note>());
        if (!neighbours) return tl::unexpected(neighbours.error());
        return {};
    };
    must(wait_for(open.a.async_write(body)));
    CHECK(numbers(open.a).size() == 1);
}

TEST_CASE("a repeatable body is called again when a neighbour has rolled both back")
{
    FleetOptions options;
    options.tenant.batch_time = std::chrono::hours(1);
    Open open(options);
    const auto kept = must(wait_for(test::add_note(open.a, "kept", 1)));
    test::Door inside;
    test::Door leave;
    int runs = 0;
    int once = 0;
    auto blocker = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto body = [&](auto& tx) -> Result<int> {
        auto done = tx.run(insert(note("repeatable", 2)));
        if (!done) return tl::unexpected(done.error());
        return ++runs;
    };
    auto plain = [&](auto& tx) -> Result<void> {
        ++once;
        return tx.run(insert(note("once", 3)));
    };
    auto first = open.a.async_write(blocker, asio::use_future);
    REQUIRE(inside.wait());
    auto innocent = test::add_note(open.a, "statement", 4)(asio::use_future);
    auto operation = repeatable(body);
    auto repeated = open.a.async_write(operation, asio::use_future);
    auto aborted = open.a.async_write(plain, asio::use_future);
    auto rolling_back = [](auto& tx) -> Result<void> {
        auto done = tx.run(sql<"insert or rollback into note(id, text, number) values (1, 'twice', 0)">());
        return done ? Result<void>() : fail(std::move(done).error());
    };
    auto culprit = open.a.async_write(rolling_back, asio::use_future);
    auto last = test::add_note(open.a, "last", 5)(asio::use_future);
    leave.open();
    CHECK(first.get().error() == errc::batch_aborted);
    must(innocent.get());
    CHECK(must(repeated.get()) == 2);
    CHECK(aborted.get().error() == errc::batch_aborted);
    CHECK(culprit.get().error() == errc::constraint);
    must(last.get());
    CHECK(once == 1);
    CHECK(numbers(open.a) == std::vector<std::int64_t>{1, 4, 2, 5});
    CHECK(must(open.a.read(one(select<Note>().where(col<&Note::id> == kept)))).number == 1);
}

TEST_CASE("a statement that says that it may roll back everything takes no body with it")
{
    FleetOptions options;
    options.tenant.batch_time = std::chrono::hours(1);
    Open open(options);
    must(wait_for(test::add_note(open.a, "kept", 1)));
    test::Door inside;
    test::Door leave;
    auto blocker = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto body = [](auto& tx) -> Result<void> { return tx.run(insert(note("body", 2))); };
    auto first = open.a.async_write(blocker, asio::use_future);
    REQUIRE(inside.wait());
    auto before = open.a.async_write(body, asio::use_future);
    auto statement = test::add_note(open.a, "statement", 3)(asio::use_future);
    auto culprit = open.a.async_write(
        sql<"insert or rollback into note(id, text, number) values (9, 'new', 0), (1, 'twice', 0)">(),
        asio::use_future);
    auto half = open.a.async_write(
        sql<"insert or fail into note(id, text, number) values (9, 'new', 0), (1, 'twice', 0)">(),
        asio::use_future);
    auto several = open.a.async_write(one(update<Note>()
                                              .set(col<&Note::number> = 7)
                                              .where(col<&Note::id> != key_for<Note>(open.a, 0))
                                              .returning()),
                                      asio::use_future);
    auto after = open.a.async_write(body, asio::use_future);
    leave.open();
    must(first.get());
    must(before.get());
    must(statement.get());
    CHECK(culprit.get().error() == errc::constraint);
    CHECK(half.get().error() == errc::constraint);
    CHECK(several.get().error() == errc::too_many_rows);
    must(after.get());
    CHECK(numbers(open.a) == std::vector<std::int64_t>{1, 2, 3, 2});
}
