// Memory that is not to be had, executors, handlers, allocators and callbacks that throw: whoever waits is answered, a tenant
// goes on, and a fleet can be ended.
#include <tenantry/fleet/for_each.hpp>
#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/tenant/upkeep.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <execinfo.h>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/every_operation.hpp"
#include "support/throwing_executor.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::must;
using test::Notes;
using test::open_notes;
using test::wait_for;

namespace {

// The n-th allocation from now on fails, and those after it that are to, in any thread but those that are exempt. Of those only
// that the library makes: std::filesystem's own functions end the process where they find no memory.
std::mutex counting;
int left = 0; // before one fails; then down to -in_a_row
std::atomic<bool> is_armed{false};
std::atomic<int> in_a_row{1};
std::atomic<bool> failed{false};
thread_local bool is_exempt = false;

void arm_for(int n)
{
    const std::lock_guard lock(counting);
    left = n;
    is_armed = true;
}

// No allocation fails after this, not even in a thread that is about to be told so.
void disarm()
{
    const std::lock_guard lock(counting);
    is_armed = false;
}

bool is_in_filesystem() noexcept
{
    std::array<void*, 12> frames{};
    const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
    for (int n = 0; n < count; ++n) {
        Dl_info found{};
        (void)::dladdr(frames[static_cast<std::size_t>(n)], &found);
        if (found.dli_sname != nullptr && std::strstr(found.dli_sname, "filesystem") != nullptr) return true;
    }
    return false;
}

bool fails() noexcept
{
    if (!is_armed.load(std::memory_order_relaxed) || is_exempt || is_in_filesystem()) return false;
    const std::lock_guard lock(counting);
    if (!is_armed || --left > 0) return false;
    if (left <= -in_a_row) {
        is_armed = false;
        return false;
    }
    failed = true;
    return true;
}

} // namespace

// All of those that might be mixed: sanitizers have their own of each.
void* operator new(std::size_t size)
{
    if (fails()) throw std::bad_alloc();
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t& quiet) noexcept
{
    return operator new(size, quiet);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace {

// Does something for each allocation that it makes in the fleet's threads, with that one failing.
template <class Try>
void each_failure(Try attempt)
{
    is_exempt = true;
    (void)is_in_filesystem(); // what that loads it loads once
    for (int n = 1;; ++n) {
        INFO("allocation " << n);
        failed = false;
        attempt([n] { arm_for(n); });
        disarm(); // what is left of it is for nobody
        if (!failed) break;
        REQUIRE(n < 1000);
    }
}

void check(const Result<void>& result)
{
    if (!result) CHECK(result.error() == errc::out_of_memory);
}

} // namespace

TEST_CASE("a tenant that is made, opened, destroyed or closed without memory is answered")
{
    FleetOptions options;
    options.threads = 1;
    options.sole_owner = GENERATE(false, true);
    const test::TempDir directory;
    const auto root = directory.path() / "root";
    SECTION("made")
    {
        int serial = 0;
        auto fleet = must(open_notes(root, options));
        each_failure([&](auto arm) {
            arm();
            const std::string name = "t" + std::to_string(++serial);
            const auto created = fleet.create(name);
            disarm();
            check(created);
        });
        must(fleet.create("a"));
        must(test::count_notes(must(fleet.tenant("a"))));
        must(fleet.close(Shutdown::drain));
    }
    SECTION("opened")
    {
        must(must(open_notes(root, options)).create("a"));
        each_failure([&](auto arm) {
            auto fleet = must(open_notes(root, options));
            arm();
            const auto opened = fleet.tenant("a");
            disarm();
            if (!opened) CHECK(opened.error() == errc::out_of_memory);
            must(test::count_notes(must(fleet.tenant("a"))));
            must(fleet.close(Shutdown::drain));
        });
    }
    SECTION("destroyed")
    {
        each_failure([&](auto arm) {
            auto fleet = must(open_notes(root, options));
            (void)fleet.create("a");
            must(fleet.tenant("a"));
            arm();
            const auto destroyed = fleet.destroy("a");
            disarm();
            check(destroyed);
            (void)fleet.destroy("a");
            CHECK(must(fleet.tenants()).empty());
            must(fleet.close(Shutdown::drain));
        });
    }
    SECTION("closed")
    {
        must(must(open_notes(root, options)).create("a"));
        const auto how = GENERATE(Shutdown::drain, Shutdown::cancel);
        each_failure([&](auto arm) {
            auto fleet = must(open_notes(root, options));
            must(fleet.tenant("a"));
            arm();
            const auto closed = fleet.close(how);
            disarm();
            check(closed);
        });
    }
}

namespace {

// How an operation has ended.
enum class Ended {
    done,
    refused,
    dropped, // its handler could not be posted, and was destroyed
};

// An operation whose handler is called in a thread that has memory, and the end of it.
class Tried {
public:
    explicit Tried(asio::any_io_executor on) : on_(std::move(on)) {}

    template <class R, class... Parts>
    void begin(asio::deferred_async_operation<void(R), Parts...> operation)
    {
        test::Arrival<R> arrival;
        auto future = std::make_shared<std::future<R>>(arrival.promise->get_future());
        std::move(operation)(asio::bind_executor(on_, std::move(arrival)));
        ends_.push_back([future]() -> Ended {
            REQUIRE(future->wait_for(test::long_enough) == std::future_status::ready);
            try {
                const R result = future->get();
                if (result) return Ended::done;
                const auto& error = result.error();
                INFO(error);
                CHECK((error == errc::out_of_memory || error == errc::overloaded ||
                       error == errc::cancelled || error == errc::fleet_closed));
                return Ended::refused;
            } catch (const std::future_error&) {
                return Ended::dropped;
            }
        });
    }

    [[nodiscard]] std::vector<Ended> ends() const
    {
        std::vector<Ended> all;
        for (const auto& end : ends_) all.push_back(end());
        return all;
    }

private:
    asio::any_io_executor on_;
    std::vector<std::function<Ended()>> ends_;
};

// What is in the database of an operation: where it is done, and where it was refused.
enum class Writes { nothing, a_row, a_row_perhaps_refused };

using Db = TenantDb<Notes>;

struct Turn {
    const char* what;
    Writes writes;
    std::function<void(Tried&, Fleet<Notes>&, const Db&)> begin;
};

// One of each of what a tenant does in its turns. `db` is of tenant `a`, which was opened just now.
std::vector<Turn> turns()
{
    const auto scope = []<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> {
        co_return Result<void>();
    };
    const auto writing = []<class T>(TenantDb<T> own) -> asio::awaitable<Result<void>> {
        const auto row = test::note("of a scope");
        auto key = co_await own.async_write(insert(row));
        if (!key) co_return tl::unexpected(key.error());
        co_return Result<void>();
    };
    const auto body = [](auto& tx) -> Result<void> {
        if (auto key = tx.run(insert(test::note("of a body"))); !key) return fail(key.error());
        return {};
    };
    const auto failing = [](auto&) -> Result<void> { return fail(errc::cancelled); };
    const auto look = [](auto& reads) { return reads.read(one(select(count()).from(table<test::Note>))); };
    return {
        {"a write", Writes::a_row,
         [](Tried& tried, auto&, const Db& db) { tried.begin(test::add_note(db)); }},
        {"a body", Writes::a_row,
         [=](Tried& tried, auto&, const Db& db) { tried.begin(db.async_write(body)); }},
        {"a batch", Writes::a_row,
         [=](Tried& tried, auto&, const Db& db) {
             for (int n = 0; n < 3; ++n) tried.begin(test::add_note(db));
             tried.begin(db.async_write(failing));
             tried.begin(test::add_note(db));
         }},
        {"a write with a deadline", Writes::a_row,
         [](Tried& tried, auto&, const Db& db) {
             tried.begin(test::add_note(db.limited(within(test::long_enough))));
         }},
        {"a read", Writes::nothing,
         [](Tried& tried, auto&, const Db& db) { tried.begin(db.async_read(select<test::Note>())); }},
        {"a snapshot", Writes::nothing,
         [=](Tried& tried, auto&, const Db& db) { tried.begin(db.async_snapshot(look)); }},
        {"compacting", Writes::nothing,
         [](Tried& tried, auto&, const Db& db) { tried.begin(async_compact(db)); }},
        // Its write may be done, and its own answer be lost.
        {"a scope", Writes::a_row_perhaps_refused,
         [=](Tried& tried, auto& fleet, const Db&) { tried.begin(fleet.async_with("a", writing)); }},
        {"scopes of tenants that take each other's place", Writes::nothing,
         [=](Tried& tried, auto& fleet, const Db&) {
             tried.begin(fleet.async_with("b", scope));
             tried.begin(fleet.async_with("c", scope));
         }},
        {"each of the tenants", Writes::nothing,
         [=](Tried& tried, auto& fleet, const Db&) {
             tried.begin(async_for_each(fleet, Which::all(), scope));
         }},
    };
}

} // namespace

TEST_CASE("memory that runs out at any moment of a tenant's turn loses nothing and stops nobody")
{
    FleetOptions options;
    options.threads = 2;
    options.max_open = 2;
    options.sole_owner = GENERATE(false, true);
    options.tenant.checkpoints.size = 1; // a checkpoint after each commit
    options.tenant.checkpoints.interval = std::chrono::milliseconds(0);
    in_a_row = GENERATE(1, 3);
    const test::TempDir directory;
    const auto root = directory.path() / "root";
    {
        auto fleet = must(open_notes(root, options));
        for (const char* name : {"a", "b", "c"}) must(fleet.create(name));
    }
    asio::thread_pool callers(1);
    asio::post(callers, [] { is_exempt = true; });
    for (const auto& turn : turns()) {
        INFO(turn.what << ", sole owner: " << options.sole_owner << ", in a row: " << in_a_row);
        each_failure([&](auto arm) {
            auto fleet = must(open_notes(root, options));
            std::int64_t least = 0;
            std::int64_t most = 0;
            {
                const auto db = must(fleet.tenant("a"));
                const auto before = must(test::count_notes(db));
                Tried tried(callers.get_executor());
                arm();
                turn.begin(tried, fleet, db);
                const auto ends = tried.ends();
                disarm();
                least = most = before;
                for (const auto end : ends) {
                    if (turn.writes == Writes::nothing) break;
                    least += end == Ended::done;
                    most += end != Ended::refused || turn.writes == Writes::a_row_perhaps_refused;
                }
                // All goes on.
                must(wait_for(test::add_note(db)));
                must(db.write(insert(test::note("afterwards"))));
                least += 2;
                most += 2;
                must(test::count_notes(db));
            }
            must(fleet.with("b", [](auto own) { return test::count_notes(own); }));
            must(fleet.close(Shutdown::drain));
            // What was acknowledged is there.
            auto again = must(open_notes(root, options));
            const auto count = must(test::count_notes(must(again.tenant("a"))));
            CHECK(count >= least);
            CHECK(count <= most);
        });
    }
    in_a_row = 1;
    callers.join();
}

TEST_CASE("a fleet that is destroyed without memory is closed nevertheless")
{
    FleetOptions options;
    options.threads = 2;
    options.sole_owner = GENERATE(false, true);
    in_a_row = GENERATE(1, 1000000);
    const test::TempDir directory;
    const auto root = directory.path() / "root";
    {
        auto fleet = must(open_notes(root, options));
        for (const char* name : {"a", "b", "c"}) must(fleet.create(name));
    }
    asio::thread_pool callers(1);
    asio::post(callers, [] { is_exempt = true; });
    std::int64_t least = 0;
    each_failure([&](auto arm) {
        std::optional<Fleet<Notes>> fleet(must(open_notes(root, options)));
        must(fleet->tenant("b"));
        Tried tried(callers.get_executor());
        {
            const auto db = must(fleet->tenant("a"));
            must(wait_for(test::add_note(db)));
            ++least;
            for (int n = 0; n < 3; ++n) tried.begin(test::add_note(db));
            tried.begin(fleet->async_tenant("c"));
        }
        std::thread([&] {
            arm();
            fleet.reset();
        }).join();
        disarm();
        const auto ends = tried.ends();
        for (std::size_t n = 0; n < 3; ++n) least += ends[n] == Ended::done;
        auto again = must(open_notes(root, options));
        CHECK(must(test::count_notes(must(again.tenant("a")))) >= least);
    });
    in_a_row = 1;
    callers.join();
}

TEST_CASE("a progress callback that throws ends the run, and not the process")
{
    std::optional<asio::thread_pool> pool;
    if (GENERATE(false, true)) pool.emplace(2);
    const test::TempDir directory;
    const auto root = directory.path() / "root";
    {
        auto fleet = must(pool ? open_notes(pool->get_executor(), root) : open_notes(root));
        for (const char* name : {"a", "b", "c", "d"}) must(fleet.create(name));
        std::atomic<int> calls{0};
        MigrateOptions migrate;
        migrate.concurrency = 1;
        migrate.progress = [&](const auto&, auto, auto) {
            if (++calls == 2) throw std::runtime_error("no more");
        };
        const auto migrated = wait_for(async_migrate_all(fleet, migrate));
        REQUIRE_FALSE(migrated);
        CHECK(migrated.error() == errc::body_failed);
        CHECK(migrated.error().message().find("no more") != std::string_view::npos);
        CHECK(calls == 2);

        calls = 0;
        ForEachOptions options;
        options.concurrency = 1;
        options.progress = [&](const auto&, const auto&, auto, auto) {
            if (++calls == 2) throw std::runtime_error("no more");
        };
        auto body = []<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> { co_return Result<void>(); };
        const auto visited = wait_for(async_for_each(fleet, Which::all(), body, options));
        REQUIRE_FALSE(visited);
        CHECK(visited.error() == errc::body_failed);
        CHECK(calls == 2);

        must(fleet.create("e")); // it is at work
    }
    if (pool) pool->join();
}

namespace {

// An answer that comes on another executor than the fleet's.
template <class R>
struct Kept {
    std::shared_ptr<std::promise<R>> promise = std::make_shared<std::promise<R>>();
    void operator()(R result) const { promise->set_value(std::move(result)); }
};

// What may have come of an operation: all, or that the executor has not taken it; or of another one that this one needs.
void check_refused(const Error& error)
{
    CAPTURE(error.message());
    CHECK((error == errc::overloaded || error == errc::no_such_tenant));
}
template <class R>
void check_each(const R&)
{}
template <class R>
void check_each(const ForEachReport<R>& report)
{
    for (const auto& tenant : report.tenants)
        if (tenant.result && !*tenant.result) check_refused(tenant.result->error());
}
void check_each(const MigrationReport& report)
{
    for (const auto& tenant : report.tenants)
        if (tenant.error) check_refused(*tenant.error);
}

// Begins the operation; `answered()` waits for it, and says whether there was an answer.
class Begun {
public:
    template <class R, class... Parts>
    void begin(asio::deferred_async_operation<void(R), Parts...> operation, const asio::any_io_executor& on)
    {
        Kept<R> kept;
        auto future = std::make_shared<std::future<R>>(kept.promise->get_future());
        std::move(operation)(asio::bind_executor(on, std::move(kept)));
        waits_.push_back([future] {
            if (future->wait_for(test::long_enough) != std::future_status::ready) return false;
            const R result = future->get();
            if (!result)
                check_refused(result.error());
            else if constexpr (!std::is_same_v<R, Result<void>>)
                check_each(*result);
            return true;
        });
    }

    [[nodiscard]] bool answered()
    {
        bool all = true;
        for (const auto& wait : waits_) all = wait() && all;
        return all;
    }

private:
    std::vector<std::function<bool()>> waits_;
};

} // namespace

TEST_CASE("an executor that throws at any moment keeps nobody waiting, and no tenant stops")
{
    FleetOptions options;
    options.sole_owner = GENERATE(false, true);
    asio::thread_pool pool(2);
    asio::thread_pool callers(1);
    test::ThrowingState state;
    const test::TempDir directory;
    {
        auto fleet = must(open_notes(test::ThrowingExecutor(pool.get_executor(), state),
                                     directory.path() / "root", options));
        must(fleet.create("a"));
        must(fleet.create("b"));
        const auto db = must(fleet.tenant("a"));
        auto body = [](auto& tx) -> Result<void> { return tx.run(insert(test::note("a body's"))); };
        auto snapshot = [](auto& reads) -> Result<std::int64_t> {
            return reads.read(one(select(count()).from(table<test::Note>)));
        };
        auto scope = []<class T>(TenantDb<T> own) -> asio::awaitable<Result<void>> {
            const auto row = test::note("a scope's");
            auto key = co_await own.async_write(insert(row));
            if (!key) co_return tl::unexpected(key.error());
            co_return Result<void>();
        };
        bool thrown = true;
        for (int n = 1; thrown; ++n) {
            CAPTURE(n);
            REQUIRE(n < 200);
            const std::string fresh = "fresh" + std::to_string(n);
            Begun begun;
            state.throw_at(n);
            for (int twice = 0; twice < 2; ++twice) {
                begun.begin(test::add_note(db), callers.get_executor());
                begun.begin(db.async_read(select<test::Note>().limit(1)), callers.get_executor());
                begun.begin(db.async_write(body), callers.get_executor());
                begun.begin(db.async_snapshot(snapshot), callers.get_executor());
            }
            begun.begin(fleet.async_with("b", scope), callers.get_executor());
            begun.begin(fleet.async_tenant("b"), callers.get_executor());
            begun.begin(fleet.async_create(fresh), callers.get_executor());
            begun.begin(async_for_each(fleet, Which::all(), scope), callers.get_executor());
            begun.begin(async_migrate_all(fleet), callers.get_executor());
            REQUIRE(begun.answered());
            Begun destroyed;
            destroyed.begin(fleet.async_destroy(fresh), callers.get_executor());
            REQUIRE(destroyed.answered());
            thrown = state.thrown();
            state.throw_at(0);
            // All goes on.
            (void)fleet.destroy(fresh);
            must(wait_for(test::add_note(db)));
            must(db.write(body));
            must(test::count_notes(db));
            must(fleet.with("b", [](auto own) { return test::count_notes(own); }));
        }
        must(fleet.close(Shutdown::drain));
    }
    callers.join();
    pool.join();
}

namespace {

// Throws where it is moved, once it is told to.
struct ThrowingHandler {
    std::shared_ptr<std::atomic<bool>> throws;
    std::shared_ptr<int> held;

    ThrowingHandler(std::shared_ptr<std::atomic<bool>> when, std::shared_ptr<int> what)
        : throws(std::move(when)), held(std::move(what))
    {}
    ThrowingHandler(ThrowingHandler&& other) : throws(other.throws), held(other.held)
    {
        if (*throws) throw std::runtime_error("this handler cannot be moved now");
    }
    template <class R>
    void operator()(const R&) const
    {}
};

template <class T>
struct NoMemory {
    using value_type = T;
    NoMemory() = default;
    template <class U>
    NoMemory(const NoMemory<U>&)
    {}
    [[noreturn]] T* allocate(std::size_t) { throw std::bad_alloc(); }
    void deallocate(T*, std::size_t) noexcept {}
    friend bool operator==(const NoMemory&, const NoMemory&) { return true; }
    friend bool operator!=(const NoMemory&, const NoMemory&) { return false; }
};

} // namespace

TEST_CASE("a handler that cannot be moved goes uncalled, and one without memory begins nothing")
{
    FleetOptions options;
    options.sole_owner = GENERATE(false, true);
    test::OneTenant open(options);
    asio::thread_pool callers(1);
    const auto held = std::make_shared<int>(0);
    const auto throws = std::make_shared<std::atomic<bool>>(false);
    test::Door inside;
    test::Door leave;
    auto blocker = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto body = [](auto& tx) -> Result<void> { return tx.run(insert(test::note("kept"))); };
    auto blocked = open.db.async_write(blocker, asio::use_future);
    REQUIRE(inside.wait());
    open.db.async_write(body, asio::bind_executor(callers.get_executor(), ThrowingHandler(throws, held)));
    auto without = asio::bind_allocator(NoMemory<int>(), [](const auto&) {});
    CHECK_THROWS_AS(open.db.async_write(body, without), std::bad_alloc);
    CHECK_THROWS_AS(open.fleet.async_create("b", without), std::bad_alloc);
    *throws = true;
    leave.open();
    must(blocked.get());
    must(wait_for(test::add_note(open.db))); // after it
    CHECK(must(test::count_notes(open.db)) == 2);
    callers.join();
    CHECK(held.use_count() == 1);
    must(open.fleet.close(Shutdown::drain));
}
