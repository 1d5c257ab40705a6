// Every short sequence of what can happen to a queue of operations, and long ones by chance, against a plain list.
#include <tenantry/tenant/detail/operation_queue.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace tenantry;
using detail::OperationQueue;
using TimePoint = detail::Operation::Clock::time_point;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t most = 3;
constexpr std::size_t most_bytes = 100;
constexpr milliseconds patience{2};

// What is known of one that waits.
struct Known {
    int number = 0;
    std::size_t bytes = 0;
    std::optional<TimePoint> deadline{};
    std::optional<milliseconds> lock_found{}; // for so long it was held when this one met it
    bool cancelled = false;
};

class Numbered final : public detail::Operation {
public:
    explicit Numbered(const Known& known) : number(known.number)
    {
        limits.deadline = known.deadline;
        bytes = known.bytes;
    }
    detail::OperationKind kind() const noexcept override { return detail::OperationKind::statement; }
    bool claim() noexcept override { return true; }
    bool cancelled() const noexcept override { return is_cancelled; }
    const std::atomic<bool>* cancel_flag() const noexcept override { return nullptr; }
    bool run(sqlite::Connection&) noexcept override { return true; }
    bool succeeded() const noexcept override { return true; }
    void fail_with(Error) noexcept override {}
    void complete(std::string_view) noexcept override {}
    void refuse(Error) noexcept override {}

    const int number;
    bool is_cancelled = false;
};

enum class Event {
    push,
    push_with_deadline,
    push_large,
    pop,
    put_back, // what was popped last
    cancel,   // the last one
    take_cancelled,
    pass_time, // and take those that are late
    wait_for_lock,
    lock_was_had,
    take_all,
    count_
};

// A queue and the list that it must be like.
class Pair {
public:
    // What of it is not alike, or nothing.
    std::string happen(Event event)
    {
        apply(event);
        if (!wrong_.empty()) return wrong_;
        expect(queue_.size() == list_.size() && queue_.empty() == list_.empty(), "size");
        expect(queue_.full() == (list_.size() >= most), "full");
        std::size_t bytes = 0;
        std::size_t deadlines = 0;
        std::optional<TimePoint> first;
        for (const auto& each : list_) {
            bytes += each.bytes;
            if (!each.deadline) continue;
            ++deadlines;
            first = first ? std::min(*first, *each.deadline) : *each.deadline;
        }
        expect(queue_.bytes() == bytes, "bytes");
        expect(queue_.deadlines() == deadlines && queue_.next_deadline() == first, "deadlines");
        for (const std::size_t size : {std::size_t{0}, std::size_t{40}, std::size_t{200}})
            expect(queue_.has_room_for(size) ==
                       (list_.size() < most &&
                        (list_.empty() || (bytes < most_bytes && bytes + size <= most_bytes))),
                   "room");
        const auto* const next = static_cast<const Numbered*>(queue_.next());
        expect((next == nullptr) == list_.empty() &&
                   (next == nullptr || next->number == list_.front().number),
               "next");
        return wrong_;
    }

private:
    void expect(bool alike, const char* what)
    {
        if (!alike && wrong_.empty()) wrong_ = what;
    }

    void push(std::size_t bytes, std::optional<TimePoint> deadline)
    {
        if (queue_.full()) return;
        list_.push_back({.number = serial_++, .bytes = bytes, .deadline = deadline});
        auto operation = std::make_unique<Numbered>(list_.back());
        last_ = operation.get();
        queue_.push(std::move(operation));
    }

    template <class Meant>
    std::vector<Known> remove(Meant meant)
    {
        std::vector<Known> removed;
        std::vector<Known> kept;
        for (const auto& each : list_) (meant(each) ? removed : kept).push_back(each);
        list_ = std::move(kept);
        return removed;
    }

    void same(const detail::OperationList& taken, const std::vector<Known>& removed)
    {
        auto known = removed.begin();
        bool alike = taken.size() == removed.size();
        for (const auto& operation : taken)
            alike = alike && static_cast<const Numbered&>(*operation).number == (known++)->number;
        expect(alike, "who was taken out, in which order");
        for (const auto& operation : taken)
            if (operation.get() == last_) last_ = nullptr;
    }

    void apply(Event event)
    {
        switch (event) {
        case Event::push: return push(10, std::nullopt);
        case Event::push_with_deadline: return push(10, now_ + milliseconds(2));
        case Event::push_large: return push(90, std::nullopt);
        case Event::pop: {
            auto operation = queue_.pop();
            expect((operation == nullptr) == list_.empty(), "whether there is one");
            if (!operation) return;
            expect(static_cast<const Numbered&>(*operation).number == list_.front().number, "the first");
            if (operation.get() == last_) last_ = nullptr;
            popped_ = {std::move(operation), list_.front()};
            list_.erase(list_.begin());
            return;
        }
        case Event::put_back:
            if (!popped_.first) return;
            list_.insert(list_.begin(), popped_.second);
            queue_.put_back(std::exchange(popped_.first, nullptr));
            return;
        case Event::cancel:
            if (last_ == nullptr) return;
            std::exchange(last_, nullptr)->is_cancelled = true;
            list_.back().cancelled = true;
            return;
        case Event::take_cancelled:
            return same(queue_.take_cancelled(), remove([](const Known& each) { return each.cancelled; }));
        case Event::pass_time:
            now_ += milliseconds(1);
            return same(queue_.take_late(now_),
                        remove([&](const Known& each) { return each.deadline && *each.deadline <= now_; }));
        case Event::wait_for_lock:
            if (tried_) lock_held_ += std::min(duration_cast<milliseconds>(now_ - *tried_), milliseconds(1));
            tried_ = now_;
            for (auto& each : list_)
                if (!each.lock_found) each.lock_found = lock_held_;
            return same(queue_.wait_for_lock(now_, patience),
                        remove([&](const Known& each) { return lock_held_ - *each.lock_found >= patience; }));
        case Event::lock_was_had:
            queue_.lock_was_had();
            tried_.reset();
            for (auto& each : list_) each.lock_found.reset();
            popped_.second.lock_found.reset();
            return;
        case Event::take_all: return same(queue_.take_all(), std::exchange(list_, {}));
        case Event::count_: return;
        }
    }

    OperationQueue queue_{most, most_bytes};
    std::vector<Known> list_;
    std::pair<OperationQueue::OperationPtr, Known> popped_;
    Numbered* last_ = nullptr; // the one that was pushed last, while it waits
    int serial_ = 0;
    TimePoint now_{};
    std::optional<TimePoint> tried_; // when the lock was found held, if it could not be had since
    milliseconds lock_held_{};
    std::string wrong_;
};

constexpr int events = static_cast<int>(Event::count_);

} // namespace

TEST_CASE("after every sequence of four events the queue is what the list is")
{
    constexpr int length = 4;
    int sequences = 1;
    for (int n = 0; n < length; ++n) sequences *= events;
    for (int sequence = 0; sequence < sequences; ++sequence) {
        Pair pair;
        std::string said;
        int rest = sequence;
        for (int n = 0; n < length && said.empty(); ++n, rest /= events)
            said = pair.happen(static_cast<Event>(rest % events));
        if (!said.empty()) FAIL("sequence " << sequence << ": " << said);
    }
    CHECK(sequences == 14641);
}

TEST_CASE("after long sequences by chance the queue is what the list is")
{
    for (unsigned seed = 0; seed < 50; ++seed) {
        std::mt19937 random(seed);
        Pair pair;
        for (int n = 0; n < 400; ++n) {
            const auto said = pair.happen(static_cast<Event>(static_cast<int>(random() % events)));
            if (!said.empty()) FAIL("seed " << seed << ", event " << n << ": " << said);
        }
    }
    CHECK(events == 11);
}
