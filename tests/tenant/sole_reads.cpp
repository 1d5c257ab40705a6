// The one connection of a sole owner: threads that wait for it, and what may be done with it. Who is next is Schedule's part.
#include <tenantry/tenant/detail/sole_reads.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/must.hpp"
#include "support/writer_site.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using detail::Operation;
using detail::ReadBatch;
using detail::ReadLease;
using detail::Schedule;
using detail::SoleReads;
using test::Door;
using test::must;

namespace {

class Nothing final : public Operation {
public:
    detail::OperationKind kind() const noexcept override { return detail::OperationKind::body; }
    bool claim() noexcept override { return true; }
    bool cancelled() const noexcept override { return false; }
    const std::atomic<bool>* cancel_flag() const noexcept override { return nullptr; }
    bool run(sqlite::Connection&) noexcept override { return true; }
    bool succeeded() const noexcept override { return true; }
    void fail_with(Error) noexcept override {}
    void complete(std::string_view) noexcept override {}
    void refuse(Error) noexcept override {}
};

// A tenant without a strand: it counts the turns that are to be begun.
struct Sole {
    // What is to be written next, if it may be now.
    [[nodiscard]] bool begin_writing()
    {
        Schedule::Actions actions;
        {
            const std::lock_guard lock(mutex);
            if (!schedule.has_writes()) {
                std::unique_ptr<Operation> write = std::make_unique<Nothing>();
                (void)schedule.write_came(write, actions);
            }
        }
        carry_out(actions);
        if (turns == 0) return false;
        --turns;
        const std::lock_guard lock(mutex);
        Schedule::Actions none;
        ReadBatch reads;
        const auto step = schedule.turn_begun(reads, true, Schedule::Clock::now(), none);
        return step.what == Schedule::Step::What::write;
    }
    void end_writing()
    {
        decide([&](Schedule::Actions& actions) { schedule.turn_ended({}, Schedule::Clock::now(), actions); });
    }

    // None: it is in use.
    [[nodiscard]] ReadLease begin_reading()
    {
        Schedule::Actions actions;
        ReadBatch reads;
        bool may = false;
        {
            const std::lock_guard lock(mutex);
            if (schedule.reads().empty()) {
                std::unique_ptr<Operation> read = std::make_unique<Nothing>();
                (void)schedule.read_came(read, actions);
            }
            if (!std::exchange(actions.post_reading_turn, false)) --reading_turns;
            may = schedule.next_reads(reads, Schedule::Clock::now(), actions);
        }
        carry_out(actions);
        return may ? site.database.lend_writer() : ReadLease();
    }
    void end_reading(ReadLease reading)
    {
        reading = {};
        ReadBatch reads;
        decide([&](Schedule::Actions& actions) {
            (void)schedule.reads_ended(reads, Schedule::Clock::now(), actions);
        });
    }

    template <class Event>
    void decide(Event&& event)
    {
        Schedule::Actions actions;
        {
            const std::lock_guard lock(mutex);
            event(actions);
            if (actions.wake_threads) sole.wake();
        }
        carry_out(actions);
    }
    void carry_out(Schedule::Actions& actions)
    {
        turns += actions.post_turn ? 1 : 0;
        reading_turns += actions.post_reading_turn ? 1 : 0;
    }
    [[nodiscard]] bool is_lent()
    {
        const std::lock_guard lock(mutex);
        return schedule.is_lent();
    }

    test::WriterSite site{true};
    sqlite::Connection& connection = site.database.writer();
    std::mutex mutex;
    Schedule schedule{{.writes = 10, .write_bytes = 1000, .reads = 10, .sole_owner = true}};
    std::atomic<int> turns{0};
    std::atomic<int> reading_turns{0};
    SoleReads sole{site.database, schedule, mutex, [this](Schedule::Actions& actions) { carry_out(actions); },
                   [] { return false; }};
};

[[nodiscard]] ReadLease lent(Result<ReadLease> lease) { return must(std::move(lease)); }

// A thread that waits to read. It is let in, or gives up, and holds what it has got until it is told to leave.
class Reader {
public:
    Reader(SoleReads& sole, std::chrono::milliseconds patience)
        : thread_([this, &sole, patience] {
              auto connection = must(sole.acquire(patience));
              got_ = static_cast<bool>(connection);
              ended_waiting.open();
              if (!connection) return;
              (void)leave.wait();
          })
    {}
    ~Reader()
    {
        leave.open();
        thread_.join();
    }
    [[nodiscard]] bool got() { return ended_waiting.wait() && got_; }

    Door ended_waiting;
    Door leave;

private:
    std::atomic<bool> got_{false};
    std::thread thread_;
};

} // namespace

TEST_CASE("one user at a time, and only writers may write")
{
    Sole one;
    auto reading = lent(one.sole.acquire(0ms));
    REQUIRE(&*reading == &one.connection);
    CHECK(one.is_lent());
    CHECK(one.connection.prepare("CREATE TABLE t(x)").error() == errc::read_only);
    CHECK(one.connection.statement_once("CREATE TABLE t(x)").error() == errc::read_only);
    CHECK(one.connection.prepare("SELECT 1"));
    must(one.connection.execute("CREATE TABLE t(x)")); // the library's own
    CHECK_FALSE(one.begin_writing());
    CHECK_FALSE(one.begin_reading());
    CHECK(one.turns == 0);
    reading = {};
    CHECK(one.turns == 1);
    CHECK(one.reading_turns == 1);

    REQUIRE(one.begin_writing());
    CHECK(one.connection.prepare("INSERT INTO t VALUES (1)"));
    CHECK_FALSE(one.begin_reading());
    one.end_writing();
    CHECK(one.reading_turns == 1);
    auto turn = one.begin_reading();
    REQUIRE(turn);
    CHECK(one.connection.prepare("INSERT INTO t VALUES (1)").error() == errc::read_only);
    one.end_reading(std::move(turn));
    CHECK_FALSE(one.is_lent());
    CHECK(one.connection.prepare("INSERT INTO t VALUES (1)"));
    CHECK(one.site.counters.reads.value() == 2);
}

TEST_CASE("a statement that was prepared for writing is refused to readers as well")
{
    Sole one;
    must(one.connection.execute("CREATE TABLE t(x)"));
    static const sqlite::StatementText insert{"INSERT INTO t VALUES (1)", sqlite::next_slot()};
    CHECK(one.connection.statement(insert));
    auto reading = lent(one.sole.acquire(0ms));
    CHECK(one.connection.statement(insert).error() == errc::read_only);
    reading = {};
    CHECK(one.connection.statement(insert));
}

TEST_CASE("who reads may read inside of it; who writes may not")
{
    Sole one;
    {
        auto outer = lent(one.sole.acquire(0ms));
        const detail::Inside reading(&one.site.database);
        auto inner = lent(one.sole.acquire(0ms));
        REQUIRE(inner);
        inner = {};
        CHECK(one.is_lent()); // the outer one goes on
        CHECK(one.connection.prepare("CREATE TABLE t(x)").error() == errc::read_only);
        outer = {};
        CHECK_FALSE(one.is_lent());
    }
    REQUIRE(one.begin_writing());
    const detail::Inside writing(&one.schedule);
    CHECK(one.sole.acquire(1h).error() == errc::wrong_thread);
    one.end_writing();
}

TEST_CASE("a thread waits for as long as it may")
{
    Sole one;
    REQUIRE(one.begin_writing());
    {
        Reader impatient(one.sole, 1ms);
        CHECK_FALSE(impatient.got());
        Reader patient(one.sole, 1h);
        one.end_writing();
        CHECK(patient.got());
    }
    CHECK_FALSE(one.is_lent());
}

TEST_CASE("when the last thread that was to go first gives up, the turn is begun")
{
    Sole one;
    REQUIRE(one.begin_writing());
    for (int round = 0; round < 100; ++round) {
        Reader waiting(one.sole, std::chrono::milliseconds(round % 2));
        test::spin(static_cast<std::size_t>(round) * 200);
        one.end_writing();
        while (!one.begin_writing()) {
            // Whoever was in the way tells of it.
            waiting.leave.open();
            const auto end = std::chrono::steady_clock::now() + test::long_enough;
            while (one.turns == 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
            REQUIRE(one.turns > 0);
        }
    }
    one.end_writing();
}

TEST_CASE("many threads and turns have it by turns, and nobody is forgotten")
{
    Sole one;
    std::atomic<int> inside{0};
    std::atomic<bool> crowded{false};
    const auto use = [&] {
        if (++inside != 1) crowded = true;
        --inside;
    };
    constexpr int wanted = 2000;
    std::atomic<int> written{0};
    std::atomic<int> seen{0};
    std::atomic<bool> stop{false};
    std::thread strand([&] {
        while (!stop || written < wanted)
            if (one.begin_writing()) {
                use();
                ++written;
                one.end_writing();
            }
    });
    std::atomic<int> refused{0};
    std::vector<std::thread> threads;
    for (int n = 0; n < 3; ++n)
        threads.emplace_back([&] {
            while (written < wanted || seen < wanted) {
                auto got = must(one.sole.acquire(test::long_enough));
                if (!got) {
                    ++refused;
                    return;
                }
                use();
                ++seen;
                got = {};
            }
        });
    for (auto& thread : threads) thread.join();
    stop = true;
    strand.join();
    CHECK_FALSE(crowded);
    CHECK(refused == 0);
}
