// Finds a deadlock of threads that wait for each other before the last of them begins to wait.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include <tenantry/async/detail/inside.hpp>

namespace tenantry::async {

/// While it lives the thread that has made it waits for something, known by its address, which whoever is `Inside` of that
/// may keep it from. Of interest, and of any cost, only where the thread is itself inside of what others may wait for: two
/// such threads, or more of them in a circle, would wait for ever.
class BlockedInside {
public:
    /// `what` may be null: the thread waits for nothing.
    explicit BlockedInside(const void* what) : what_(what)
    {
        if (what == nullptr || !Inside::of_awaited()) return;
        inside_ = Inside::here();
        Waiting& waiting = all();
        const std::lock_guard lock(waiting.mutex);
        for_itself_ = leads_back(waiting);
        if (for_itself_) return;
        waiting.threads.push_back(this);
        listed_ = true;
    }
    BlockedInside(const BlockedInside&) = delete;
    BlockedInside& operator=(const BlockedInside&) = delete;
    ~BlockedInside()
    {
        if (!listed_) return;
        Waiting& waiting = all();
        const std::lock_guard lock(waiting.mutex);
        std::erase(waiting.threads, this);
    }

    /// The thread must not wait: what it waits for waits for what the thread is inside of.
    [[nodiscard]] bool is_for_itself() const noexcept { return for_itself_; }

    /// Whether what the thread waits for has not begun. It has: nobody can keep the thread waiting from then on but whoever is
    /// at work on it. From any thread, while this lives.
    void waits(bool on) noexcept
    {
        if (listed_) waits_.store(on, std::memory_order_release);
    }

private:
    struct Waiting {
        std::mutex mutex;
        std::vector<const BlockedInside*> threads;
    };

    [[nodiscard]] static Waiting& all()
    {
        static Waiting waiting;
        return waiting;
    }

    // Whether somebody who is inside of `what` waits for this thread, directly or through others.
    [[nodiscard]] bool leads_back(const Waiting& waiting) const
    {
        std::vector<const void*> awaited{what_};
        for (std::size_t n = 0; n < awaited.size(); ++n)
            for (const BlockedInside* const other : waiting.threads) {
                if (!other->waits_.load(std::memory_order_acquire)) continue;
                if (!Inside::is_among(other->inside_, awaited[n])) continue;
                if (Inside::is_among(inside_, other->what_)) return true;
                if (std::find(awaited.begin(), awaited.end(), other->what_) == awaited.end())
                    awaited.push_back(other->what_);
            }
        return false;
    }

    const void* const what_;
    const Inside* inside_ = nullptr; // the thread is, as long as it waits
    std::atomic<bool> waits_{true};
    bool listed_ = false;
    bool for_itself_ = false;
};

} // namespace tenantry::async
