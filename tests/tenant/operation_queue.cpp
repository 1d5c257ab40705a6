#include <tenantry/tenant/detail/operation_queue.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "support/catch.hpp"

using namespace tenantry;
using detail::OperationQueue;

namespace {

class Named final : public detail::Operation {
public:
    explicit Named(char the_name, bool cancelled = false) : name(the_name), cancelled_(cancelled) {}
    detail::OperationKind kind() const noexcept override { return detail::OperationKind::statement; }
    bool claim() noexcept override { return true; }
    bool cancelled() const noexcept override { return cancelled_; }
    const std::atomic<bool>* cancel_flag() const noexcept override { return nullptr; }
    bool run(sqlite::Connection&) noexcept override { return true; }
    bool succeeded() const noexcept override { return true; }
    void fail_with(Error) noexcept override {}
    void complete(std::string_view) noexcept override {}
    void refuse(Error) noexcept override {}

    const char name;

private:
    const bool cancelled_;
};

OperationQueue::OperationPtr operation(char name, bool cancelled = false)
{
    return std::make_unique<Named>(name, cancelled);
}

char name(const OperationQueue::OperationPtr& operation)
{
    return static_cast<const Named&>(*operation).name;
}

std::string names(const detail::OperationList& operations)
{
    std::string all;
    for (const auto& each : operations) all += name(each);
    return all;
}

} // namespace

TEST_CASE("first in, first out")
{
    OperationQueue queue(10);
    CHECK(queue.empty());
    CHECK_FALSE(queue.pop());
    queue.push(operation('a'));
    queue.push(operation('b'));
    CHECK(queue.size() == 2);
    CHECK(name(queue.pop()) == 'a');
    queue.push(operation('c'));
    CHECK(name(queue.pop()) == 'b');
    CHECK(name(queue.pop()) == 'c');
    CHECK(queue.empty());
}

TEST_CASE("it is full at its limit, and not one before")
{
    OperationQueue queue(2);
    CHECK_FALSE(queue.full());
    queue.push(operation('a'));
    CHECK_FALSE(queue.full());
    queue.push(operation('b'));
    CHECK(queue.full());
    (void)queue.pop();
    CHECK_FALSE(queue.full());
    CHECK(OperationQueue(0).full());
}

TEST_CASE("it is full of bytes, too, but for what is larger than it may be there is room where nobody waits")
{
    const auto large = [](char name, std::size_t bytes) {
        auto made = operation(name);
        made->bytes = bytes;
        return made;
    };
    OperationQueue queue(4, 100);
    CHECK(queue.has_room_for(1000));
    queue.push(large('a', 60));
    CHECK(queue.has_room_for(40));
    CHECK_FALSE(queue.has_room_for(41));
    CHECK_FALSE(queue.has_room_for(static_cast<std::size_t>(-1)));
    queue.push(large('b', 40));
    CHECK(queue.bytes() == 100);
    CHECK_FALSE(queue.has_room_for(0));
    auto first = queue.pop();
    CHECK(queue.has_room_for(60));
    queue.push(large('c', 60));
    queue.put_back(std::move(first)); // keeps its turn, though there is no room
    CHECK(queue.bytes() == 160);
    CHECK_FALSE(queue.has_room_for(0));
    CHECK(queue.take_cancelled().empty());
    CHECK(names(queue.take_all()) == "abc");
    CHECK(queue.bytes() == 0);
    queue.push(large('d', 1000));
    CHECK_FALSE(queue.has_room_for(0));
    (void)queue.pop();
    CHECK(queue.bytes() == 0);
    OperationQueue one(1, 100);
    one.push(large('e', 1));
    CHECK_FALSE(one.has_room_for(1));
}

TEST_CASE("what could not be run yet keeps its turn, in a full queue as well")
{
    OperationQueue queue(2);
    queue.push(operation('a'));
    queue.push(operation('b'));
    auto first = queue.pop();
    queue.push(operation('c'));
    REQUIRE(queue.full());
    queue.put_back(std::move(first));
    CHECK(names(queue.take_all()) == "abc");
}

TEST_CASE("the cancelled ones are taken out and the others keep their order")
{
    OperationQueue queue(10);
    for (const char c : std::string("aBcDEf")) queue.push(operation(c, c < 'a'));
    CHECK(names(queue.take_cancelled()) == "BDE");
    CHECK(queue.take_cancelled().empty());
    CHECK(names(queue.take_all()) == "acf");
    CHECK(queue.empty());
}

TEST_CASE("who waits for a lock waits from when he began to, and only he is taken out whose time is up")
{
    using namespace std::chrono_literals;
    detail::Operation::Clock::time_point now{};
    OperationQueue queue(10);
    const auto tried_for = [&](std::chrono::milliseconds time) {
        std::string late;
        for (const auto end = now + time; now < end;) late += names(queue.wait_for_lock(now += 5ms, 80ms));
        return late;
    };
    queue.push(operation('a'));
    CHECK(queue.wait_for_lock(now, 80ms).empty());
    CHECK(tried_for(35ms).empty());
    queue.push(operation('b'));
    queue.push(operation('c'));
    CHECK(tried_for(40ms).empty()); // 'b' and 'c' meet it first after 5ms of these
    CHECK(tried_for(5ms) == "a");
    CHECK(tried_for(35ms).empty());
    queue.push(operation('d'));
    CHECK(tried_for(5ms) == "bc");
    CHECK(tried_for(75ms).empty());
    CHECK(tried_for(5ms) == "d");
}

TEST_CASE(
    "a lock that could be had in between is another one, and what was not looked at is not taken for held")
{
    using namespace std::chrono_literals;
    detail::Operation::Clock::time_point now{};
    OperationQueue queue(10);
    queue.push(operation('a'));
    queue.push(operation('b'));
    for (int round = 0; round < 10; ++round) {
        for (int n = 0; n < 7; ++n) REQUIRE(queue.wait_for_lock(now += 10ms, 80ms).empty());
        queue.lock_was_had();
        now += 1h;
    }
    for (int round = 0; round < 8; ++round) REQUIRE(queue.wait_for_lock(now += 1h, 80ms).empty());
    CHECK(names(queue.wait_for_lock(now += 1h, 80ms)) == "ab");
    // Whoever may not wait does not, and whoever may wait for ever does.
    queue.push(operation('c'));
    CHECK(names(queue.wait_for_lock(now, 0ms)) == "c");
    queue.push(operation('d'));
    for (int n = 0; n < 10; ++n)
        REQUIRE(queue.wait_for_lock(now += 1h, std::chrono::milliseconds::max()).empty());
}

TEST_CASE("those whose deadline has passed are taken out, and the next deadline is known")
{
    using namespace std::chrono_literals;
    const detail::Operation::Clock::time_point begin{};
    const auto due = [&](char name, std::chrono::milliseconds at) {
        auto made = operation(name);
        made->limits.deadline = begin + at;
        return made;
    };
    OperationQueue queue(10);
    CHECK_FALSE(queue.next_deadline());
    queue.push(due('a', 30ms));
    queue.push(operation('b'));
    queue.push(due('c', 10ms));
    queue.push(due('d', 20ms));
    CHECK(queue.deadlines() == 3);
    CHECK(queue.next_deadline() == begin + 10ms);
    CHECK(queue.take_late(begin + 9ms).empty());
    CHECK(names(queue.take_late(begin + 20ms)) == "cd");
    CHECK(queue.next_deadline() == begin + 30ms);
    auto first = queue.pop();
    CHECK(queue.deadlines() == 0);
    CHECK_FALSE(queue.next_deadline());
    queue.put_back(std::move(first));
    CHECK(queue.deadlines() == 1);
    CHECK(names(queue.take_all()) == "ab");
    CHECK(queue.deadlines() == 0);
}
