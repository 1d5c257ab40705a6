// What a caller hands to an operation (a transaction body, a scope's body, a progress callback) is destroyed before his
// handler is called, or with his execution context: never later, and so never after that.
#include <tenantry/fleet/for_each.hpp>
#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/tenant/walk.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/every_operation.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::OneTenant;
using test::wait_for;

namespace {

// What the functions have captured: a session, say, with a socket of the context in it.
using Session = std::shared_ptr<const std::string>;

Session new_session() { return std::make_shared<const std::string>("a session"); }

// Begins each operation that takes a function, with a session captured by that: `begin(name, operation)`, where
// `operation(session, handler)` begins it. All of them succeed.
template <class Visit>
void each_with_a_function(Fleet<Notes>& fleet, const TenantDb<Notes>& db, Visit&& visit)
{
    visit("write", [&](Session session, auto handler) {
        auto body = [session = std::move(session)](auto& tx) -> Result<void> {
            return tx.run(insert(note(*session)));
        };
        db.async_write(std::as_const(body), std::move(handler));
    });
    visit("repeatable write", [&](Session session, auto handler) {
        auto body = repeatable([session = std::move(session)](auto& tx) -> Result<void> {
            return tx.run(insert(note(*session)));
        });
        db.async_write(std::as_const(body), std::move(handler));
    });
    visit("snapshot", [&](Session session, auto handler) {
        auto body = [session = std::move(session)](auto& snapshot) -> Result<std::int64_t> {
            return snapshot.read(one(select(count()).from(table<Note>)));
        };
        db.async_snapshot(std::as_const(body), std::move(handler));
    });
    visit("walk", [&](Session session, auto handler) {
        auto body = [session = std::move(session)](auto) {};
        async_walk(db, select<Note>().order_by(col<&Note::id>), 2, std::as_const(body), std::move(handler));
    });
    visit("with", [&](Session session, auto handler) {
        auto body = [session =
                         std::move(session)]<class T>(TenantDb<T> own) -> asio::awaitable<Result<void>> {
            auto read = co_await own.async_read(select<Note>().limit(1));
            if (!read) co_return tl::unexpected(read.error());
            co_return Result<void>();
        };
        fleet.async_with("a", std::as_const(body), std::move(handler));
    });
    visit("with, of a tenant that is to be opened", [&](Session session, auto handler) {
        auto body = [session = std::move(session)]<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> {
            co_return Result<void>();
        };
        fleet.async_with("b", std::as_const(body), std::move(handler));
    });
    visit("for_each", [&](Session session, auto handler) {
        auto body = [session]<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> {
            co_return Result<void>();
        };
        ForEachOptions options;
        options.progress = [session = std::move(session)](const auto&, const auto&, auto, auto) {};
        async_for_each(fleet, Which::all(), std::as_const(body), std::move(options), std::move(handler));
    });
    visit("migrate_all", [&](Session session, auto handler) {
        MigrateOptions options;
        options.progress = [session = std::move(session)](const auto&, auto, auto) {};
        async_migrate_all(fleet, std::move(options), std::move(handler));
    });
}

// A fleet of one thread, which a write has until it is told to leave.
struct Blocked {
    explicit Blocked(bool sole_owner) : open(options(sole_owner))
    {
        must(wait_for(open.fleet.async_create("b")));
        auto body = [this](auto&) -> Result<void> {
            inside.open();
            return leave.wait() ? Result<void>() : fail(errc::timeout);
        };
        running = open.db.async_write(body, asio::use_future);
        if (!inside.wait()) FAIL("the blocking write did not begin");
    }
    ~Blocked()
    {
        leave.open();
        if (running.valid()) (void)running.get();
    }
    static FleetOptions options(bool sole_owner)
    {
        FleetOptions options;
        options.threads = 1;
        options.sole_owner = sole_owner;
        return options;
    }

    test::Door inside;
    test::Door leave;
    OneTenant open;
    std::future<Result<void>> running;
};

} // namespace

TEST_CASE("a caller's function is destroyed before his handler is called")
{
    FleetOptions options;
    options.sole_owner = GENERATE(false, true);
    OneTenant open(options);
    must(wait_for(open.fleet.async_create("b")));
    for (int round = 0; round < 3; ++round) must(wait_for(test::add_note(open.db)));
    asio::io_context context;
    auto work = asio::make_work_guard(context);
    std::vector<std::thread> runners;
    for (int n = 0; n < 2; ++n) runners.emplace_back([&] { context.run(); });
    std::vector<std::string> late;
    each_with_a_function(open.fleet, open.db, [&](const char* name, auto begin) {
        int found = 0;
        for (int round = 0; round < 50; ++round) {
            auto session = new_session();
            const std::weak_ptr<const std::string> seen = session;
            std::promise<bool> gone;
            std::atomic<bool> begun{false}; // and what began it has no copy of the session any more
            begin(std::move(session), asio::bind_executor(context.get_executor(), [&](const auto& result) {
                      while (!begun) std::this_thread::yield();
                      gone.set_value(result.has_value() && seen.expired());
                  }));
            begun = true;
            found += gone.get_future().get() ? 0 : 1;
        }
        if (found != 0) late.emplace_back(name);
    });
    work.reset();
    for (auto& runner : runners) runner.join();
    CHECK(late == std::vector<std::string>{});
}

TEST_CASE("a caller's function that waits goes with his context")
{
    const bool sole_owner = GENERATE(false, true);
    Blocked blocked(sole_owner);
    std::vector<std::string> kept;
    each_with_a_function(blocked.open.fleet, blocked.open.db, [&](const char* name, auto begin) {
        auto session = new_session();
        const std::weak_ptr<const std::string> seen = session;
        bool called = false;
        {
            asio::io_context context;
            begin(std::move(session),
                  asio::bind_executor(context.get_executor(), [&](const auto&) { called = true; }));
            CHECK_FALSE(seen.expired());
        }
        CHECK_FALSE(called);
        if (!seen.expired()) kept.emplace_back(name);
    });
    CHECK(kept == std::vector<std::string>{});
    blocked.leave.open();
    must(blocked.running.get());
    CHECK(must(test::count_notes(blocked.open.db)) == 0);
    must(wait_for(test::add_note(blocked.open.db)));
    blocked.open.db = {};
    must(wait_for(blocked.open.fleet.async_destroy("a")));
    must(wait_for(blocked.open.fleet.async_close(Shutdown::drain)));
}

TEST_CASE("a caller's function is destroyed before his context is, whenever that ends")
{
    FleetOptions options;
    options.sole_owner = GENERATE(false, true);
    OneTenant open(options);
    must(wait_for(open.fleet.async_create("b")));
    std::mt19937 random(1);
    for (int round = 0; round < 60; ++round) {
        std::vector<std::weak_ptr<const std::string>> seen;
        {
            asio::io_context context;
            auto work = asio::make_work_guard(context);
            std::thread runner([&] { context.run(); });
            each_with_a_function(open.fleet, open.db, [&](const char*, auto begin) {
                auto session = new_session();
                seen.emplace_back(session);
                begin(std::move(session), asio::bind_executor(context.get_executor(), [](const auto&) {}));
            });
            test::spin(random() % 200'000);
            context.stop();
            runner.join();
        }
        std::size_t kept = 0;
        for (const auto& session : seen) kept += session.expired() ? 0 : 1;
        REQUIRE(kept == 0);
    }
    must(wait_for(test::add_note(open.db)));
    open.db = {};
    must(wait_for(open.fleet.async_close(Shutdown::drain)));
}
