// Who has the one connection: threads that wait, turns that are sent away and begun again.
#include <tenantry/tenant/detail/sole_connection.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using detail::LentConnection;
using detail::SoleConnection;
using test::Door;
using test::must;

namespace {

// Notes the turns that are to be begun.
struct Sole {
    sqlite::Connection connection = must(sqlite::Connection::open_memory());
    std::atomic<int> writes{0};
    std::atomic<int> reads{0};
    bool of_pool = false;
    SoleConnection sole{connection,
                        [this](SoleConnection::Turns turns) {
                            writes += turns.write ? 1 : 0;
                            reads += turns.read ? 1 : 0;
                        },
                        [this] { return of_pool; }};
};

[[nodiscard]] LentConnection lent(Result<LentConnection> connection) { return must(std::move(connection)); }

// A thread that waits to read. It is let in, or gives up, and holds what it has got until it is told to leave.
class Reader {
public:
    Reader(SoleConnection& sole, std::chrono::milliseconds patience)
        : thread_([this, &sole, patience] {
              auto connection = must(sole.acquire(patience));
              got_ = connection != nullptr;
              ended_waiting.open();
              if (!connection) return;
              if (!leave.wait()) return;
              sole.release(std::move(connection));
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
    REQUIRE(reading.get() == &one.connection);
    CHECK_FALSE(one.sole.available());
    CHECK(one.connection.prepare("CREATE TABLE t(x)").error() == errc::read_only);
    CHECK(one.connection.statement_once("CREATE TABLE t(x)").error() == errc::read_only);
    CHECK(one.connection.prepare("SELECT 1"));
    must(one.connection.execute("CREATE TABLE t(x)")); // the library's own
    CHECK_FALSE(one.sole.begin_writing());
    CHECK_FALSE(must(one.sole.try_acquire()));
    CHECK(one.writes == 0);
    one.sole.release(std::move(reading));
    CHECK(one.writes == 1);
    CHECK(one.reads == 1);

    REQUIRE(one.sole.begin_writing());
    CHECK(one.connection.prepare("INSERT INTO t VALUES (1)"));
    CHECK_FALSE(one.sole.available());
    CHECK_FALSE(must(one.sole.try_acquire()));
    one.sole.end_writing();
    CHECK(one.reads == 2);
    auto turn = lent(one.sole.try_acquire());
    REQUIRE(turn);
    CHECK(one.connection.prepare("INSERT INTO t VALUES (1)").error() == errc::read_only);
    one.sole.release(std::move(turn));
    CHECK(one.sole.available());
    CHECK(one.writes == 1);
}

TEST_CASE("a statement that was prepared for writing is refused to readers as well")
{
    Sole one;
    must(one.connection.execute("CREATE TABLE t(x)"));
    static const sqlite::StatementText insert{"INSERT INTO t VALUES (1)", sqlite::next_slot()};
    CHECK(one.connection.statement(insert));
    auto reading = lent(one.sole.acquire(0ms));
    CHECK(one.connection.statement(insert).error() == errc::read_only);
    one.sole.release(std::move(reading));
    CHECK(one.connection.statement(insert));
}

TEST_CASE("who reads may read inside of it; who writes may not")
{
    Sole one;
    auto outer = lent(one.sole.acquire(0ms));
    auto inner = lent(one.sole.acquire(0ms));
    REQUIRE(inner);
    one.sole.release(std::move(inner));
    CHECK_FALSE(one.sole.available()); // the outer one goes on
    CHECK(one.connection.prepare("CREATE TABLE t(x)").error() == errc::read_only);
    one.sole.release(std::move(outer));
    CHECK(one.sole.available());

    REQUIRE(one.sole.begin_writing());
    CHECK(one.sole.acquire(1h).error() == errc::wrong_thread);
    one.sole.end_writing();
}

TEST_CASE("a thread waits for as long as it may")
{
    Sole one;
    REQUIRE(one.sole.begin_writing());
    {
        Reader impatient(one.sole, 1ms);
        CHECK_FALSE(impatient.got());
        Reader patient(one.sole, 1h);
        one.sole.end_writing();
        CHECK(patient.got());
    }
    CHECK(one.sole.available());
}

TEST_CASE(
    "the turns that were sent away come before the next thread, and threads that waited before the next turn")
{
    Sole one;
    {
        auto reading = lent(one.sole.acquire(0ms));
        CHECK_FALSE(one.sole.begin_writing());
        CHECK_FALSE(must(one.sole.try_acquire()));
        one.sole.release(std::move(reading));
    }
    REQUIRE(one.writes == 1);
    REQUIRE(one.reads == 1);
    // Both are on their way. A thread that is none of the pool's waits for them.
    CHECK_FALSE(must(one.sole.acquire(1ms)));
    REQUIRE(one.sole.begin_writing());
    one.sole.end_writing();
    CHECK_FALSE(must(one.sole.acquire(1ms))); // the other one is still to come
    {
        Reader waiting(one.sole, 1h);
        auto turn = lent(one.sole.try_acquire());
        REQUIRE(turn);
        one.sole.release(std::move(turn));
        CHECK(waiting.got());
        CHECK_FALSE(one.sole.begin_writing());
    }
    CHECK(one.writes == 2);
    // It is kept for that one, unless it has nothing to do.
    CHECK_FALSE(must(one.sole.acquire(1ms)));
    REQUIRE(one.sole.begin_writing());
    one.sole.end_writing();
    CHECK(one.sole.available());
}

TEST_CASE("a turn of reading that has nothing to do keeps nobody waiting")
{
    Sole one;
    auto reading = lent(one.sole.acquire(0ms));
    CHECK_FALSE(must(one.sole.try_acquire()));
    one.sole.release(std::move(reading));
    REQUIRE(one.reads == 1);
    Reader waiting(one.sole, 1h);
    one.sole.nothing_to_read();
    CHECK(waiting.got());
}

TEST_CASE("a thread of the pool does not wait long for a turn that may need that thread")
{
    Sole one;
    one.of_pool = true;
    auto reading = lent(one.sole.acquire(0ms));
    CHECK_FALSE(one.sole.begin_writing());
    one.sole.release(std::move(reading));
    REQUIRE(one.writes == 1);
    reading = lent(one.sole.acquire(1h)); // and nobody begins the turn
    REQUIRE(reading);
    CHECK_FALSE(one.sole.begin_writing()); // there it is
    one.sole.release(std::move(reading));
    CHECK(one.writes == 2);
    CHECK(one.sole.begin_writing());
    one.sole.end_writing();
}

TEST_CASE("when the last thread that was to go first gives up, the turn is begun")
{
    Sole one;
    REQUIRE(one.sole.begin_writing());
    for (int round = 0; round < 100; ++round) {
        const int before = one.writes;
        Reader waiting(one.sole, std::chrono::milliseconds(round % 2));
        test::spin(static_cast<std::size_t>(round) * 200);
        one.sole.end_writing();
        while (!one.sole.begin_writing()) {
            // Whoever was in the way tells of it.
            waiting.leave.open();
            const auto end = std::chrono::steady_clock::now() + test::long_enough;
            while (one.writes == before && std::chrono::steady_clock::now() < end) std::this_thread::yield();
            REQUIRE(one.writes > before);
        }
    }
    one.sole.end_writing();
}

TEST_CASE("many threads and turns have it by turns, and nobody is forgotten")
{
    // A strand: one turn after the other, on a thread of its own.
    std::mutex mutex;
    std::deque<char> posted;
    std::atomic<int> inside{0};
    std::atomic<bool> crowded{false};
    const auto use = [&] {
        if (++inside != 1) crowded = true;
        --inside;
    };
    const auto post = [&](char turn) {
        const std::lock_guard lock(mutex);
        posted.push_back(turn);
    };
    sqlite::Connection connection = must(sqlite::Connection::open_memory());
    SoleConnection sole(
        connection,
        [&](SoleConnection::Turns turns) {
            if (turns.write) post('w');
            if (turns.read) post('r');
        },
        [] { return false; });
    constexpr int wanted = 2000;
    std::atomic<int> written{0};
    std::atomic<int> read{0};
    std::atomic<bool> stop{false};
    post('w');
    post('r');
    std::thread strand([&] {
        while (!stop) {
            char turn = 0;
            {
                const std::lock_guard lock(mutex);
                if (posted.empty()) continue;
                turn = posted.front();
                posted.pop_front();
            }
            if (turn == 'w' && sole.begin_writing()) {
                use();
                ++written;
                sole.end_writing();
                post('w');
            }
            if (turn == 'r') {
                auto got = must(sole.try_acquire());
                if (!got) continue;
                use();
                ++read;
                sole.release(std::move(got));
                post('r');
            }
        }
    });
    std::atomic<int> refused{0};
    std::atomic<int> seen{0};
    std::vector<std::thread> threads;
    for (int n = 0; n < 3; ++n)
        threads.emplace_back([&] {
            while (written < wanted || read < wanted || seen < wanted) {
                auto got = must(sole.acquire(test::long_enough));
                if (!got) {
                    ++refused;
                    return;
                }
                use();
                ++seen;
                sole.release(std::move(got));
            }
        });
    for (auto& thread : threads) thread.join();
    stop = true;
    strand.join();
    CHECK_FALSE(crowded);
    CHECK(refused == 0);
}
