// A child process that was made by fork() inherits a fleet: everything is answered at once, nothing waits, and the parent goes
// on as if nothing had happened.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <tenantry/fleet/for_each.hpp>
#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/open.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

#if defined(__SANITIZE_THREAD__)
#define TENANTRY_TEST_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TENANTRY_TEST_TSAN 1
#endif
#endif
#ifndef TENANTRY_TEST_TSAN
#define TENANTRY_TEST_TSAN 0
#endif

using namespace tenantry;
using namespace tenantry::test;
using namespace std::chrono_literals;

namespace {

// What the child's function returns; -1 where it was ended by a signal, as by the alarm that is its only deadline.
int in_child(const std::function<int()>& function)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        ::_exit(function());
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

template <class R>
bool is_refused(const R& result)
{
    return !result && result.error() == errc::fleet_closed &&
           result.error().message().find("forked") != std::string_view::npos;
}

struct Scope {
    template <class T>
    boost::asio::awaitable<Result<void>> operator()(TenantDb<T> /*db*/) const
    {
        co_return Result<void>();
    }
};

// Whether the operation is answered with an error in this thread, before it returns, though the threads that would call its
// handler are not here.
template <class Operation>
bool is_refused_here(const Operation& operation)
{
    namespace asio = boost::asio;
    const asio::system_executor system;
    int refused = 0;
    const auto count = [&](const auto& result) { refused += !result.has_value(); };
    operation(count);
    operation(asio::bind_executor(system, count));
    operation(asio::bind_executor(asio::require(system, asio::execution::blocking.never), count));
    operation(asio::bind_executor(asio::any_io_executor(system), count));
    operation(asio::detached);
    return refused == 4 && !operation(asio::use_future).get().has_value();
}

int count_threads()
{
    int count = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/task")) {
        (void)each;
        ++count;
    }
    return count;
}

// The number of the first operation that was not refused; 0: all were.
int try_everything(Fleet<Notes>& fleet, const TenantDb<Notes>& db, const std::filesystem::path& elsewhere)
{
    const auto row = note("of the child");
    const auto body = [](auto& tx) -> Result<void> {
        if (auto added = tx.run(insert(note("of the child"))); !added) return fail(added.error());
        return {};
    };
    const auto look = [](auto& snapshot) { return snapshot.read(one(select(count()).from(table<Note>))); };
    const auto blocking = []<class T>(TenantDb<T>) -> Result<void> { return {}; };
    const std::function<bool()> tries[] = {
        [&] { return is_refused(db.read(select<Note>())); },
        [&] { return is_refused(db.snapshot(look)); },
        [&] { return is_refused(db.for_each(select<Note>(), [](const auto&) {})); },
        [&] { return is_refused(db.write(insert(row))); },
        [&] { return is_refused(db.write(body)); },
        [&] { return is_refused(db.limited({.deadline = Limits::Clock::now() + 1h}).write(insert(row))); },
        [&] { return is_refused(wait_for(db.async_read(select<Note>()))); },
        [&] { return is_refused(wait_for(db.async_snapshot(look))); },
        [&] { return is_refused(wait_for(db.async_write(insert(row)))); },
        [&] { return is_refused(wait_for(db.async_write(body))); },
        [&] { return is_refused(db.async_write(insert(row), boost::asio::use_future).get()); },
        [&] { return is_refused(fleet.create("new")); },
        [&] { return is_refused(wait_for(fleet.async_create("new"))); },
        [&] { return is_refused(fleet.tenant("acme")); },
        [&] { return is_refused(fleet.tenant("other")); },
        [&] { return is_refused(wait_for(fleet.async_tenant("acme"))); },
        [&] { return is_refused(fleet.with("acme", blocking)); },
        [&] { return is_refused(wait_for(fleet.async_with("other", Scope()))); },
        [&] { return is_refused(fleet.destroy("acme")); },
        [&] { return is_refused(wait_for(fleet.async_destroy("other"))); },
        [&] { return is_refused(fleet.tenants()); },
        [&] { return !wait_for(async_for_each(fleet, Which::all(), Scope())).has_value(); },
        [&] { return is_refused(fleet.close(Shutdown::drain)); },
        [&] { return is_refused(wait_for(fleet.async_close(Shutdown::cancel))); },
        [&] { return is_refused(open_notes(elsewhere)); },
        [&] { return fleet.stats().open == 0 && db.stats().writes == 0; },
        [&] {
            // On a context of the child's own.
            boost::asio::io_context context;
            auto ask = [&]() -> boost::asio::awaitable<bool> {
                const auto written = co_await db.async_write(insert(row));
                co_return is_refused(written);
            };
            auto refused = boost::asio::co_spawn(context, ask(), boost::asio::use_future);
            context.run();
            return refused.get();
        },
    };
    int number = 0;
    for (const auto& each : tries) {
        ++number;
        if (!each()) return number;
    }
    return 0;
}

// The number of the first operation that was not refused with every handler; 0: all were, and no thread was begun.
int try_handlers(Fleet<Notes>& fleet, const TenantDb<Notes>& db)
{
    const auto before = count_threads();
    const auto row = note("of the child");
    const auto body = [](auto& tx) -> Result<void> {
        if (auto added = tx.run(insert(note("of the child"))); !added) return fail(added.error());
        return {};
    };
    const auto look = [](auto& snapshot) { return snapshot.read(one(select(count()).from(table<Note>))); };
    const bool refused[] = {
        is_refused_here(db.async_read(select<Note>())),
        is_refused_here(db.async_snapshot(look)),
        is_refused_here(db.async_write(insert(row))),
        is_refused_here(db.async_write(body)),
        is_refused_here(fleet.async_create("new")),
        is_refused_here(fleet.async_tenant("acme")),
        is_refused_here(fleet.async_with("other", Scope())),
        is_refused_here(fleet.async_destroy("other")),
        is_refused_here(async_for_each(fleet, Which::all(), Scope())),
        is_refused_here(async_migrate_all(fleet)),
        is_refused_here(fleet.async_close(Shutdown::drain)),
    };
    int number = 0;
    for (const bool each : refused) {
        ++number;
        if (!each) return number;
    }
    return count_threads() == before ? 0 : 100;
}

// Users of a fleet who are at it all the time, so that their locks are held when the process is forked.
class Busy {
public:
    explicit Busy(Fleet<Notes>& fleet)
    {
        for (int n = 0; n < 3; ++n)
            threads_.emplace_back([&fleet, n, this] {
                while (!stop_) {
                    const auto db = wait_for(fleet.async_tenant(n == 0 ? "acme" : "other"));
                    if (db && wait_for(add_note(*db, "of the parent")) && count_notes(*db)) ++written_;
                    (void)fleet.stats();
                }
            });
    }
    ~Busy() { (void)stop(); }

    std::int64_t stop()
    {
        stop_ = true;
        for (auto& thread : threads_) thread.join();
        threads_.clear();
        return written_;
    }

private:
    std::atomic<bool> stop_{false};
    std::atomic<std::int64_t> written_{0};
    std::vector<std::thread> threads_;
};

struct Site {
    explicit Site(bool sole_owner = false)
    {
        fleet.emplace(must(open_notes(directory.path() / "root", {.sole_owner = sole_owner, .threads = 2})));
        must(wait_for(fleet->async_create("acme")));
        must(wait_for(fleet->async_create("other")));
        db = must(wait_for(fleet->async_tenant("acme")));
    }

    TempDir directory;
    std::optional<Fleet<Notes>> fleet;
    TenantDb<Notes> db;
};

} // namespace

TEST_CASE("in a forked child everything is refused at once, whatever the parent's threads were at")
{
    const bool sole_owner = GENERATE(false, true);
    Site site(sole_owner);
    Busy busy(*site.fleet);
    for (int round = 0; round < 20; ++round) {
        const int failed = in_child([&] {
            const int number = try_everything(*site.fleet, site.db, site.directory.path() / "elsewhere");
            if (number != 0) return number;
            if (round % 2 == 0) site.db = {}; // before the fleet, or after it
            site.fleet.reset();
            site.db = {};
            return 0;
        });
        REQUIRE(failed == 0);
    }
    const auto written = busy.stop();
    CHECK(written > 0);
    const auto other = must(wait_for(site.fleet->async_tenant("other")));
    CHECK(must(count_notes(site.db)) + must(count_notes(other)) == written);
    must(wait_for(site.fleet->async_create("new")));
}

TEST_CASE("a child does not wait for the system's threads, which are not there, and begins none")
{
    Site site;
    const auto try_all = [&] { return try_handlers(*site.fleet, site.db); };
    CHECK(in_child(try_all) == 0);
    // The parent has them.
    boost::asio::post(boost::asio::system_executor(), boost::asio::use_future).get();
    CHECK(in_child(try_all) == 0);
}

TEST_CASE("a fleet on the caller's executor is refused in a child, too")
{
    const TempDir directory;
    boost::asio::thread_pool pool(2);
    std::optional<Fleet<Notes>> fleet(must(open_notes(pool.get_executor(), directory.path() / "root", {})));
    must(wait_for(fleet->async_create("acme")));
    const auto db = must(wait_for(fleet->async_tenant("acme")));
    CHECK(in_child([&] {
              if (const int number = try_everything(*fleet, db, directory.path() / "elsewhere"))
                  return number;
              fleet.reset();
              return 0;
          }) == 0);
    must(wait_for(add_note(db)));
}

TEST_CASE("a child's child inherits the refusal, and one whose parent had no fleet open may have its own")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    {
        Site site;
        CHECK(in_child([&] {
                  const pid_t child = ::fork();
                  if (child == 0) ::_exit(is_refused(site.db.read(select<Note>())) ? 0 : 1);
                  int status = 0;
                  return ::waitpid(child, &status, 0) == child && status == 0 ? 0 : 2;
              }) == 0);
    }
#if !TENANTRY_TEST_TSAN // which knows no threads in a child
    CHECK(in_child([&] {
              auto fleet = open_notes(root);
              if (!fleet) return 1;
              if (!wait_for(fleet->async_create("acme"))) return 2;
              const auto db = wait_for(fleet->async_tenant("acme"));
              return db && wait_for(add_note(*db)) ? 0 : 3;
          }) == 0);
    auto fleet = must(open_notes(root));
    CHECK(must(count_notes(must(wait_for(fleet.async_tenant("acme"))))) == 1);
#endif
}
