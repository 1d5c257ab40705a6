// What may be tried again is: how often, after which waits, and what ends it.
#include <tenantry/async/retry.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace std::chrono_literals;

namespace {

using TimePoint = TimeSource::TimePoint;

// Goes on by a millisecond whenever it is asked, so that nobody waits for it.
struct HurriedClock {
    [[nodiscard]] TimePoint now() const noexcept { return TimePoint(std::chrono::milliseconds(time++)); }
    mutable std::atomic<int> time = 1000;
};

// Stands still.
struct StoppedClock {
    [[nodiscard]] TimePoint now() const noexcept { return time; }
    TimePoint time{1h};
};

enum class Refusal { taken };
using Failure = std::variant<Refusal, Error>;

// Gives these failures, one a call, and then the number of calls.
struct Flaky {
    explicit Flaky(std::vector<errc> the_failures) : failures(std::move(the_failures)) {}

    Result<std::size_t> operator()()
    {
        const std::size_t call = calls++;
        if (call < failures.size()) return fail(Error(failures[call]).with_tenant("acme"));
        return calls;
    }

    std::vector<errc> failures;
    std::size_t calls = 0;
};

// The same as an operation.
auto async_call(asio::io_context& context, Flaky& flaky)
{
    const auto initiate = [&context, &flaky](auto handler) {
        asio::post(context, [handler = std::move(handler), result = flaky()]() mutable {
            std::move(handler)(std::move(result));
        });
    };
    asio::deferred_t token;
    return asio::async_initiate<asio::deferred_t, void(Result<std::size_t>)>(initiate, token);
}

asio::awaitable<Result<std::size_t>> coroutine_call(Flaky& flaky) { co_return flaky(); }

template <class R>
struct Keeps {
    std::optional<R>& kept;
    void operator()(R result) const { kept.emplace(std::move(result)); }
};

} // namespace

TEST_CASE("what may be tried again is, until it succeeds or fails for good")
{
    const HurriedClock clock;
    const RetryPolicy policy{.clock = TimeSource(clock)};
    Flaky flaky({errc::busy, errc::overloaded, errc::too_many_open, errc::batch_aborted});
    CHECK(test::must(retry(flaky, policy)) == 5);

    for (const errc code :
         {errc::constraint, errc::timeout, errc::cancelled, errc::unknown_outcome, errc::io_error}) {
        Flaky fails({errc::busy, code, errc::busy});
        CHECK(retry(fails, policy).error() == code);
        CHECK(fails.calls == 2);
    }
    Flaky unknown({errc::unknown_outcome});
    CHECK(test::must(retry(unknown, {.idempotent = true, .clock = TimeSource(clock)})) == 2);
    Flaky late({errc::timeout, errc::timeout});
    CHECK(test::must(retry(late, {.also = [](const Error& error) { return error == errc::timeout; },
                                  .clock = TimeSource(clock)})) == 3);
    Flaky never(std::vector<errc>(100, errc::busy));
    CHECK(retry(never, {.tries = 3, .clock = TimeSource(clock)}).error() == errc::busy);
    CHECK(never.calls == 3);
    Flaky seldom(std::vector<errc>(20, errc::busy));
    CHECK(test::must(retry(seldom, {.tries = 0, .longest_wait = 20ms, .clock = TimeSource(clock)})) == 21);
    CHECK_THROWS_AS(retry([]() -> Result<void> { throw std::runtime_error("no luck"); }), std::runtime_error);
}

TEST_CASE(
    "waits become longer, by chance between half and all of what they may be, and end with the time there is")
{
    const StoppedClock clock;
    const Error busy(errc::busy);
    detail::Backoff backoff(
        {.tries = 0, .first_wait = 8ms, .longest_wait = 50ms, .clock = TimeSource(clock)});
    bool differ = false;
    std::optional<TimePoint> last;
    for (const auto most : {8ms, 16ms, 32ms, 50ms, 50ms, 50ms, 50ms, 50ms, 50ms}) {
        const auto next = backoff.next(busy);
        REQUIRE(next);
        CHECK(*next - clock.time >= most / 2);
        CHECK(*next - clock.time <= most);
        differ = differ || (last && most == 50ms && *next != *last);
        last = next;
        CHECK(backoff.until(*next) > 0ns);
        CHECK(backoff.until(clock.time) == 0ns);
    }
    CHECK(differ);

    // Who would have to wait beyond it is not kept waiting.
    Flaky flaky({errc::busy});
    CHECK(retry(flaky, {.first_wait = 10s, .longest_wait = 10s, .within = 4s, .clock = TimeSource(clock)})
              .error() == errc::busy);
    CHECK(flaky.calls == 1);

    // However long or short: nothing overflows.
    const auto longest = std::chrono::milliseconds::max();
    detail::Backoff patient({.first_wait = longest, .longest_wait = longest, .within = longest});
    const auto never = patient.next(busy);
    REQUIRE(never);
    CHECK(*never > clock.time + 1000h);
    detail::Backoff hasty({.first_wait = -5ms, .longest_wait = -1ms, .clock = TimeSource(clock)});
    CHECK(hasty.next(busy) == clock.time);
}

TEST_CASE("operations and coroutines are tried again without a thread that waits")
{
    const HurriedClock clock;
    asio::io_context context;
    const RetryPolicy policy{.clock = TimeSource(clock)};
    std::optional<Result<std::size_t>> result;
    const auto begin = [&](auto function, const RetryPolicy& with) {
        result.reset();
        async_retry(std::move(function), with,
                    asio::bind_executor(context, Keeps<Result<std::size_t>>{result}));
        CHECK_FALSE(result);
        context.run();
        context.restart();
        REQUIRE(result);
    };
    Flaky operation({errc::busy, errc::batch_aborted});
    begin([&] { return async_call(context, operation); }, policy);
    CHECK(test::must(*result) == 3);
    Flaky coroutine({errc::busy, errc::batch_aborted});
    begin([&] { return coroutine_call(coroutine); }, policy);
    CHECK(test::must(*result) == 3);
    Flaky fails({errc::busy, errc::constraint});
    begin([&] { return async_call(context, fails); }, policy);
    CHECK(result->error() == errc::constraint);
    CHECK(result->error().tenant() == "acme");
    Flaky enough(std::vector<errc>(9, errc::busy));
    begin([&] { return async_call(context, enough); }, {.tries = 4, .clock = TimeSource(clock)});
    CHECK(result->error() == errc::busy);
    CHECK(enough.calls == 4);

    // What is thrown: out of the beginning, and later on it is the answer.
    int calls = 0;
    const auto throws = [&]() -> asio::awaitable<Result<std::size_t>> {
        if (calls++ > 0) throw std::runtime_error("no luck");
        return coroutine_call(enough);
    };
    enough.calls = 0;
    begin(throws, policy);
    CHECK(result->error() == errc::body_failed);
    CHECK_THAT(std::string(result->error().message()), ContainsSubstring("no luck"));
    CHECK_THROWS_AS(begin(throws, policy), std::runtime_error);
    const auto ended = []() -> asio::awaitable<Result<std::size_t>> {
        must(Result<void>(fail(errc::no_such_row)));
        co_return 1U;
    };
    begin(ended, policy);
    CHECK(result->error() == errc::no_such_row);

    // In a coroutine, by name or awaited by must().
    Flaky awaited({errc::busy});
    const auto waits = [&]() -> asio::awaitable<void> {
        const auto call = [&] { return async_call(context, awaited); };
        const auto tried = co_await async_retry(call, policy);
        CHECK(test::must(tried) == 2);
        awaited.calls = 0;
        const auto again = co_await must(async_retry(call, policy));
        CHECK(again == 2);
    };
    bool done = false;
    asio::co_spawn(context, waits(), [&](std::exception_ptr thrown) { done = thrown == nullptr; });
    context.run();
    CHECK(done);
}

TEST_CASE("an error type of the program's own is tried again for the Error in it, and a refusal is an answer")
{
    const HurriedClock clock;
    const RetryPolicy policy{.clock = TimeSource(clock)};
    int calls = 0;
    const auto refuses = [&]() -> Result<void, Failure> {
        if (calls++ == 0) return fail(errc::busy);
        return fail(Refusal::taken);
    };
    const auto blocking = retry(refuses, policy);
    REQUIRE_FALSE(blocking);
    CHECK(std::holds_alternative<Refusal>(blocking.error()));
    CHECK(calls == 2);

    asio::io_context context;
    calls = 0;
    const auto coroutine = [&]() -> asio::awaitable<Result<void, Failure>> { co_return refuses(); };
    std::optional<Result<void, Failure>> result;
    async_retry(coroutine, policy, asio::bind_executor(context, Keeps<Result<void, Failure>>{result}));
    context.run();
    REQUIRE(result);
    CHECK(std::holds_alternative<Refusal>(result->error()));
    CHECK(calls == 2);
}

TEST_CASE("cancelling of every type ends the wait, and the try that runs")
{
    const auto type = GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial,
                               asio::cancellation_type::total);
    const StoppedClock clock;
    const RetryPolicy policy{.clock = TimeSource(clock)};
    asio::io_context context;
    asio::cancellation_signal caller;
    std::optional<Result<std::size_t>> result;
    const auto handler = [&] {
        return asio::bind_executor(
            context, asio::bind_cancellation_slot(caller.slot(), Keeps<Result<std::size_t>>{result}));
    };
    Flaky flaky(std::vector<errc>(9, errc::busy));
    SECTION("while it waits")
    {
        async_retry([&] { return async_call(context, flaky); }, policy, handler());
        REQUIRE(context.run_one() == 1); // the first try; the clock lets no second one come
        REQUIRE_FALSE(result);
        caller.emit(type);
        context.run();
        REQUIRE(result);
        CHECK(result->error() == errc::cancelled);
        CHECK(result->error().tenant() == "acme");
        CHECK_THAT(std::string(result->error().message()), ContainsSubstring("busy"));
        CHECK(flaky.calls == 1);
    }
    SECTION("between a try and the wait")
    {
        async_retry([&] { return async_call(context, flaky); }, policy, handler());
        caller.emit(type); // the operation does not hear of it
        context.run();
        REQUIRE(result);
        CHECK(result->error() == errc::cancelled);
        CHECK(flaky.calls == 1);
    }
    SECTION("while it is tried")
    {
        asio::steady_timer forever(context, TimePoint::max());
        const auto waits = [&]() -> asio::awaitable<Result<std::size_t>> {
            co_await forever.async_wait(asio::use_awaitable);
            co_return 1U;
        };
        async_retry(waits, policy, handler());
        context.poll();
        REQUIRE_FALSE(result);
        caller.emit(type);
        context.run();
        REQUIRE(result);
        CHECK(result->error() == errc::cancelled);
    }
}

TEST_CASE("a context that ends while a retry waits takes the function and the handler with it")
{
    const auto owned = std::make_shared<int>(1);
    const StoppedClock clock;
    Flaky flaky(std::vector<errc>(9, errc::busy));
    {
        asio::io_context context;
        const auto function = [&, owned] { return async_call(context, flaky); };
        async_retry(
            function, {.clock = TimeSource(clock)},
            asio::bind_executor(context, [owned](const Result<std::size_t>&) { FAIL("was called"); }));
        context.run_one();
        context.poll();
        CHECK(owned.use_count() > 1);
    }
    CHECK(owned.use_count() == 1);
    CHECK(flaky.calls == 1);
}
