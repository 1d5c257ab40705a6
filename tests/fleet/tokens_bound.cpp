// What a handler is bound to: its executor and its allocator.
#include <tenantry/fleet/fleet.hpp>

#include <atomic>
#include <memory>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/every_operation.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::each_operation;
using test::each_refused_operation;
using test::OneTenant;

TEST_CASE("a handler is called on the executor it is bound to")
{
    OneTenant open;
    asio::thread_pool pool(2);
    auto strand = asio::make_strand(pool);
    const auto check = [&](const char* name, auto operation) {
        INFO(name);
        test::Door called;
        bool there = false;
        std::move(operation)(asio::bind_executor(strand, [&](const auto&) {
            there = strand.running_in_this_thread();
            called.open();
        }));
        REQUIRE(called.wait());
        CHECK(there);
    };
    each_operation(open, check);
    each_refused_operation(open, check);
}

TEST_CASE("a handler is never called from within the call that begins its operation")
{
    OneTenant open;
    asio::io_context context;
    // Begun in a thread of the handler's own context, where calling it at once would be possible.
    const auto check = [&](const char* name, auto operation) {
        INFO(name);
        bool initiating = false;
        int called = 0;
        int inside = 0;
        asio::post(context, [&] {
            initiating = true;
            std::move(operation)(asio::bind_executor(context.get_executor(), [&](const auto&) {
                ++called;
                if (initiating) ++inside;
            }));
            initiating = false;
        });
        context.restart();
        context.run_for(test::long_enough);
        CHECK(called == 1);
        CHECK(inside == 0);
    };
    each_operation(open, check);
    each_refused_operation(open, check);
}

TEST_CASE("work is counted on the handler's executor while its operation lasts")
{
    OneTenant open;
    each_operation(open, [&](const char* name, auto operation) {
        INFO(name);
        asio::io_context context;
        bool called = false;
        std::move(operation)(
            asio::bind_executor(context.get_executor(), [&](const auto&) { called = true; }));
        context.run(); // would return at once
        CHECK(called);
    });
}

namespace {

template <class T>
struct CountingAllocator {
    using value_type = T;
    std::atomic<int>* balance;
    std::atomic<int>* total;

    CountingAllocator(std::atomic<int>* the_balance, std::atomic<int>* the_total)
        : balance(the_balance), total(the_total)
    {}
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

TEST_CASE("what is allocated for a handler comes from its allocator, and is back before it is called")
{
    OneTenant open;
    const auto check = [](const char* name, auto operation) {
        INFO(name);
        std::atomic<int> balance{0};
        std::atomic<int> total{0};
        asio::io_context context;
        int balance_in_handler = -1;
        std::move(operation)(asio::bind_allocator(
            CountingAllocator<void*>(&balance, &total),
            asio::bind_executor(context.get_executor(), [&](const auto&) { balance_in_handler = balance; })));
        context.run();
        CHECK(total > 0);
        CHECK(balance_in_handler == 0);
        CHECK(balance == 0);
    };
    each_operation(open, check);
    each_refused_operation(open, check);
}
