#include <tenantry/async/detail/promise.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include "support/catch.hpp"

using namespace tenantry;
namespace asio = boost::asio;
using detail::Promise;

TEST_CASE("the handler is posted with its result, never called from complete()")
{
    asio::io_context context;
    std::optional<Result<int>> got;
    Promise<int> promise([&](Result<int> result) { got = std::move(result); }, context.get_executor());
    CHECK(promise.pending());
    promise.complete(5);
    CHECK_FALSE(promise.pending());
    CHECK_FALSE(got);
    context.run();
    REQUIRE(got);
    CHECK(*got == 5);
}

TEST_CASE("only the first result counts")
{
    asio::io_context context;
    int calls = 0;
    Promise<int> promise([&](Result<int> result) { calls += *result; }, context.get_executor());
    promise.complete(1);
    promise.complete(10);
    context.run();
    CHECK(calls == 1);
}

TEST_CASE("a promise that is given up answers all the same")
{
    asio::io_context context;
    std::optional<Result<void>> got;
    {
        const Promise<void> promise([&](Result<void> result) { got = std::move(result); },
                                    context.get_executor());
    }
    context.run();
    REQUIRE(got);
    CHECK(got->error() == errc::cancelled);
}

TEST_CASE("work is counted on the handler's executor until it was called")
{
    asio::io_context context;
    asio::io_context fallback;
    bool called = false;
    auto promise = std::make_unique<Promise<void>>(
        asio::bind_executor(context.get_executor(), [&](Result<void>) { called = true; }),
        fallback.get_executor());
    std::thread completer([&] { promise->complete({}); });
    context.run(); // returns only because the work is done
    completer.join();
    CHECK(called);
}

TEST_CASE("the handler runs in its strand")
{
    asio::thread_pool pool(2);
    auto strand = asio::make_strand(pool);
    std::atomic<bool> inside{false};
    {
        Promise<void> promise(
            asio::bind_executor(strand, [&](Result<void>) { inside = strand.running_in_this_thread(); }),
            pool.get_executor());
        promise.complete({});
    }
    pool.join();
    CHECK(inside);
}

namespace {

// Counts what is allocated through it and not given back.
template <class T>
struct CountingAllocator {
    using value_type = T;
    int* balance;
    int* total;

    CountingAllocator(int* the_balance, int* the_total) : balance(the_balance), total(the_total) {}
    template <class U>
    CountingAllocator(const CountingAllocator<U>& other) : balance(other.balance), total(other.total)
    {}
    T* allocate(std::size_t n)
    {
        ++*balance;
        ++*total;
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* pointer, std::size_t n)
    {
        --*balance;
        std::allocator<T>().deallocate(pointer, n);
    }
    friend bool operator==(const CountingAllocator&, const CountingAllocator&) = default;
};

} // namespace

TEST_CASE("memory comes from the handler's allocator and is back before the handler is called")
{
    asio::io_context context;
    int balance = 0;
    int total = 0;
    int balance_in_handler = -1;
    {
        Promise<void> promise(asio::bind_allocator(CountingAllocator<void*>(&balance, &total),
                                                   [&](Result<void>) { balance_in_handler = balance; }),
                              context.get_executor());
        CHECK(balance == 1);
        promise.complete({});
    }
    context.run();
    CHECK(total >= 1);
    CHECK(balance_in_handler == 0);
    CHECK(balance == 0);
}

TEST_CASE("cancellation sets the flag and wakes who keeps the operation")
{
    struct Keeper : detail::Waker {
        int woken = 0;
        void wake(asio::cancellation_type) noexcept override { ++woken; }
    };
    asio::io_context context;
    asio::cancellation_signal signal;
    const auto keeper = std::make_shared<Keeper>();
    Promise<void> promise(asio::bind_cancellation_slot(signal.slot(), [](Result<void>) {}),
                          context.get_executor(), keeper);
    REQUIRE(promise.cancel_flag() != nullptr);
    CHECK_FALSE(promise.cancelled());
    SECTION("terminal") { signal.emit(asio::cancellation_type::terminal); }
    SECTION("partial") { signal.emit(asio::cancellation_type::partial); }
    SECTION("total") { signal.emit(asio::cancellation_type::total); }
    CHECK(promise.cancelled());
    CHECK(promise.cancel_flag()->load());
    CHECK(keeper->woken == 1);
    promise.complete({});
    context.run();
    CHECK_FALSE(signal.slot().has_handler());
}

TEST_CASE("an execution context may end before what is to be delivered into it")
{
    const auto witness = std::make_shared<int>(0);
    auto context = std::make_unique<asio::io_context>();
    int calls = 0;
    Promise<int> promise([witness, &calls](Result<int>) { ++calls; }, context->get_executor());
    CHECK(witness.use_count() == 2);

    SECTION("unclaimed: the handler goes with the context")
    {
        context.reset();
        CHECK(witness.use_count() == 1);
        CHECK_FALSE(promise.claim());
        promise.complete(1);
    }
    SECTION("claimed: the context waits")
    {
        REQUIRE(promise.claim());
        std::thread runner([&] { promise.complete(1); });
        context.reset();
        runner.join();
        CHECK(witness.use_count() == 1);
    }
    SECTION("claimed and let go of: it is as before")
    {
        REQUIRE(promise.claim());
        CHECK(promise.unclaim());
        CHECK(promise.pending());
        context.reset();
        CHECK(witness.use_count() == 1);
        CHECK_FALSE(promise.claim());
    }
    SECTION("delivered and never run")
    {
        promise.complete(1);
        context.reset();
        CHECK(witness.use_count() == 1);
    }
    CHECK(calls == 0);
}

TEST_CASE("the context's end and the result may come at the same moment")
{
    for (int round = 0; round < 2000; ++round) {
        auto context = std::make_unique<asio::io_context>();
        const auto witness = std::make_shared<int>(0);
        auto promise = std::make_unique<Promise<int>>([witness](Result<int>) {}, context->get_executor());
        std::atomic<bool> go{false};
        std::thread runner([&] {
            while (!go) {}
            if (round % 3 == 0) (void)promise->post([] {});
            if (round % 5 == 0 && (!promise->claim() || !promise->unclaim())) return;
            if (round % 2 == 0 && !promise->claim()) return;
            promise->complete(1);
        });
        go = true;
        context.reset();
        runner.join();
        promise.reset();
        REQUIRE(witness.use_count() == 1);
    }
}

TEST_CASE("a promise can post into its context and go on waiting")
{
    asio::io_context context;
    int posted = 0;
    int completed = 0;
    Promise<void> promise([&](Result<void>) { ++completed; }, context.get_executor());
    CHECK(promise.post([&] {
        ++posted;
        CHECK(promise.executor() == asio::any_io_executor(context.get_executor()));
        promise.complete({});
    }));
    context.run();
    CHECK(posted == 1);
    CHECK(completed == 1);
    CHECK_FALSE(promise.post([] {}));
}
