// An io_context that is destroyed with operations outstanding: the callers', the fleet's own, or both in one.
#include <tenantry/fleet/fleet.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

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
using test::wait_for;

namespace {

// Which numbers were acknowledged; shared by coroutines that may be destroyed at any await.
struct Ledger {
    std::mutex mutex;
    std::vector<std::int64_t> kept;
    std::atomic<std::int64_t> next{0};
    std::atomic<int> wrong{0};

    void keep(std::int64_t number)
    {
        const std::lock_guard lock(mutex);
        kept.push_back(number);
    }
};

using LedgerPtr = std::shared_ptr<Ledger>;

// Writes, reads, opens, creates and destroys for ever, until it is destroyed itself or told of an end.
asio::awaitable<void> client(Fleet<Notes>& fleet, LedgerPtr ledger, int serial)
{
    const std::string own = "own" + std::to_string(serial);
    for (int n = 0;; ++n) {
        const auto number = ++ledger->next;
        auto scope = [number]<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
            auto body = [number](auto& tx) -> Result<void> { return tx.run(insert(note("", number))); };
            auto written = co_await db.async_write(body);
            if (!written) co_return written;
            auto rows = co_await db.async_read(select<Note>().limit(2));
            if (!rows) co_return tl::unexpected(rows.error());
            co_return Result<void>();
        };
        auto done = co_await fleet.async_with("a", scope);
        if (done)
            ledger->keep(number);
        else if (done.error() == errc::fleet_closed)
            co_return;
        else
            ++ledger->wrong;
        if (n % 3 != 0) continue;
        auto created = co_await fleet.async_create(own);
        if (!created && created.error() == errc::fleet_closed) co_return;
        auto handle = co_await fleet.async_tenant(own);
        if (!handle && handle.error() == errc::fleet_closed) co_return;
        auto destroyed = co_await fleet.async_destroy(own);
        if (!destroyed && destroyed.error() == errc::fleet_closed) co_return;
    }
}

void spin(std::mt19937& random, unsigned most) { test::spin(random() % most); }

// All that was acknowledged is there; what was on its way when its caller was destroyed may be there.
void check_kept(const std::filesystem::path& root, Ledger& ledger)
{
    auto fleet = must(open_notes(root));
    const auto db = must(wait_for(fleet.async_tenant("a")));
    const auto found =
        must(db.read(select(col<&Note::number>).from(table<Note>).order_by(col<&Note::number>)));
    std::sort(ledger.kept.begin(), ledger.kept.end());
    REQUIRE(std::includes(found.begin(), found.end(), ledger.kept.begin(), ledger.kept.end()));
    REQUIRE(ledger.wrong == 0);
}

struct Root {
    test::TempDir directory;
    std::filesystem::path path = directory.path() / "root";

    Root()
    {
        auto fleet = must(open_notes(path));
        must(wait_for(fleet.async_create("a")));
    }
};

} // namespace

TEST_CASE("the callers' context ends at any moment, and the fleet goes on")
{
    const Root root;
    auto fleet = must(open_notes(root.path));
    std::mt19937 random(1);
    const auto ledger = std::make_shared<Ledger>();
    for (int round = 0; round < 40; ++round) {
        {
            asio::io_context context;
            for (int serial = 0; serial < 4; ++serial)
                asio::co_spawn(context, client(fleet, ledger, serial), asio::detached);
            std::thread runner([&] { context.run(); });
            spin(random, 700'000);
            context.stop();
            runner.join();
        } // here
        REQUIRE(ledger.use_count() == 1); // every coroutine was destroyed
        REQUIRE(wait_for(fleet.async_tenant("a")).has_value());
    }
    must(wait_for(fleet.async_close(Shutdown::drain)));
    check_kept(root.path, *ledger);
}

TEST_CASE("the context ends while a body of one of its callers runs: it waits for the body")
{
    const Root root;
    auto fleet = must(open_notes(root.path));
    const auto db = must(wait_for(fleet.async_tenant("a")));
    auto context = std::make_unique<asio::io_context>();
    test::Door inside;
    test::Door leave;
    std::atomic<bool> left{false};
    std::atomic<bool> called{false};
    const auto witness = std::make_shared<int>(1);
    auto body = [&, witness](auto& tx) -> Result<void> {
        inside.open();
        if (!leave.wait()) return fail(errc::timeout);
        auto done = tx.run(insert(note("kept")));
        left = true;
        return done;
    };
    db.async_write(
        body, asio::bind_executor(context->get_executor(), [&, witness](const auto&) { called = true; }));
    REQUIRE(inside.wait());
    auto ended = std::async(std::launch::async, [&] {
        context.reset();
        return left.load();
    });
    leave.open();
    CHECK(ended.get());
    CHECK_FALSE(called);
    must(wait_for(fleet.async_close(Shutdown::drain)));
    CHECK(witness.use_count() == 2); // this one and the body's; the handler is gone
    auto again = must(open_notes(root.path));
    CHECK(must(test::count_notes(must(wait_for(again.async_tenant("a"))))) == 1);
}

TEST_CASE("the fleet's own context ends before the fleet, at any moment")
{
    const Root root;
    std::mt19937 random(2);
    for (int round = 0; round < 40; ++round) {
        const auto ledger = std::make_shared<Ledger>();
        auto context = std::make_unique<asio::io_context>();
        auto callers = std::make_unique<asio::io_context>();
        std::optional<Fleet<Notes>> fleet(must(open_notes(context->get_executor(), root.path)));
        for (int serial = 0; serial < 3; ++serial)
            asio::co_spawn(round % 2 == 0 ? *context : *callers, client(*fleet, ledger, serial),
                           asio::detached);
        auto work = asio::make_work_guard(*context);
        std::vector<std::thread> runners;
        for (int n = 0; n <= round % 3; ++n) runners.emplace_back([&] { context->run(); });
        std::thread caller([&] { callers->run(); });
        spin(random, 700'000);
        if (round % 2 == 0) {
            context->stop();
            for (auto& runner : runners) runner.join();
            work.reset();
            context.reset(); // with the coroutines in it
            caller.join();
        } else {
            callers->stop(); // those who could still post to the fleet's
            caller.join();
            context->stop();
            for (auto& runner : runners) runner.join();
            work.reset();
            context.reset();
        }
        fleet.reset();
        callers.reset();
        REQUIRE(ledger.use_count() == 1);
        check_kept(root.path, *ledger);
    }
}

TEST_CASE("the fleet ends before its context, at any moment")
{
    const Root root;
    std::mt19937 random(3);
    for (int round = 0; round < 40; ++round) {
        const auto ledger = std::make_shared<Ledger>();
        {
            asio::io_context context;
            std::optional<Fleet<Notes>> fleet(must(open_notes(context.get_executor(), root.path)));
            for (int serial = 0; serial < 3; ++serial)
                asio::co_spawn(context, client(*fleet, ledger, serial), asio::detached);
            auto work =
                asio::make_work_guard(context); // closing is done in it, when the coroutines may have ended
            std::vector<std::thread> runners;
            for (int n = 0; n <= round % 3; ++n) runners.emplace_back([&] { context.run(); });
            spin(random, 700'000);
            // The coroutines use the Fleet, so it has to be told to them first.
            auto closed =
                fleet->async_close(round % 2 == 0 ? Shutdown::cancel : Shutdown::drain, asio::use_future);
            if (round % 4 < 2) must(closed.get());
            work.reset();
            for (auto& runner : runners) runner.join(); // all of them have heard of it
            fleet.reset();
            if (round % 4 >= 2) must(closed.get());
        }
        REQUIRE(ledger.use_count() == 1);
        check_kept(root.path, *ledger);
    }
}

namespace {

// The coroutine owns the fleet that it uses.
asio::awaitable<void> owner(asio::any_io_executor executor, std::filesystem::path root, LedgerPtr ledger)
{
    auto fleet = executor ? must(open_notes(executor, root)) : must(open_notes(root));
    co_await client(fleet, ledger, 1);
}

} // namespace

TEST_CASE("a context ends that owns the coroutine that owns the fleet")
{
    const Root root;
    std::mt19937 random(4);
    for (int round = 0; round < 40; ++round) {
        const auto ledger = std::make_shared<Ledger>();
        const bool one_context = round % 2 == 0;
        {
            asio::io_context context;
            asio::any_io_executor executor;
            if (one_context) executor = context.get_executor();
            asio::co_spawn(context, owner(executor, root.path, ledger), asio::detached);
            std::thread runner([&] { context.run(); });
            spin(random, 700'000);
            context.stop();
            runner.join();
        }
        REQUIRE(ledger.use_count() == 1);
        check_kept(root.path, *ledger);
    }
}

namespace {

// Begins operations when it is destroyed, which is when the context that it was posted to ends.
class BeginsLate {
public:
    // For handlers of these operations: they are destroyed, and none is called.
    struct Seen {
        std::atomic<int> destroyed{0};
        std::atomic<int> called{0};
    };

private:
    struct Dies {
        explicit Dies(Seen& seen) noexcept : seen_(seen) {}
        ~Dies() { ++seen_.destroyed; }
        Seen& seen_;
    };

    [[nodiscard]] auto handler() const
    {
        return asio::bind_executor(
            context_->get_executor(),
            [seen = seen_, dies = std::make_shared<Dies>(*seen_)](const auto&) { ++seen->called; });
    }

public:
    BeginsLate(asio::io_context& context, Fleet<Notes>& fleet, TenantDb<Notes> db, Seen& seen)
        : context_(&context), fleet_(&fleet), db_(std::move(db)), seen_(&seen)
    {}
    BeginsLate(BeginsLate&& other) noexcept
        : context_(std::exchange(other.context_, nullptr)),
          fleet_(other.fleet_),
          db_(std::move(other.db_)),
          seen_(other.seen_)
    {}
    ~BeginsLate()
    {
        if (context_ == nullptr) return;
        db_.async_read(select<Note>(), handler());
        test::add_note(db_, "late")(handler());
        fleet_->async_create("late", handler());
        fleet_->async_tenant("a", handler());
    }
    void operator()() const {}

private:
    asio::io_context* context_;
    Fleet<Notes>* fleet_;
    TenantDb<Notes> db_;
    Seen* seen_;
};

} // namespace

TEST_CASE("operations that are begun while their context ends go with it")
{
    const bool is_known = GENERATE(false, true); // the fleet has delivered into that context before
    CAPTURE(is_known);
    const Root root;
    auto fleet = must(open_notes(root.path, {.threads = 2}));
    const auto db = must(fleet.tenant("a"));
    for (int round = 0; round < 20; ++round) {
        BeginsLate::Seen seen;
        {
            asio::io_context context;
            if (is_known) {
                bool told = false;
                db.async_read(select<Note>(),
                              asio::bind_executor(context.get_executor(), [&](const auto&) { told = true; }));
                context.run();
                REQUIRE(told);
            }
            asio::post(context, BeginsLate(context, fleet, db, seen));
        }
        REQUIRE(seen.destroyed == 4);
        REQUIRE(seen.called == 0);
    }
    must(wait_for(test::add_note(db, "after")));
}

TEST_CASE("a fleet that is opened in a context that ends refuses everything")
{
    const Root root;
    struct OpensLate {
        asio::io_context* context;
        const std::filesystem::path& path;
        bool& refused;
        OpensLate(asio::io_context& in, const std::filesystem::path& at, bool& result)
            : context(&in), path(at), refused(result)
        {}
        OpensLate(OpensLate&& other) noexcept
            : context(std::exchange(other.context, nullptr)), path(other.path), refused(other.refused)
        {}
        ~OpensLate()
        {
            if (context == nullptr) return;
            auto fleet = open_notes(context->get_executor(), path);
            refused = fleet && fleet->create("b").error() == errc::fleet_closed;
        }
        void operator()() const {}
    };
    bool refused = false;
    {
        asio::io_context context;
        {
            const auto first = open_notes(context.get_executor(), root.path); // the context is watched
            REQUIRE(first);
        }
        asio::post(context, OpensLate(context, root.path, refused));
    }
    CHECK(refused);
}
