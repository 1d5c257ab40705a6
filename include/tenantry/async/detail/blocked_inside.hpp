// Finds a deadlock of threads that wait for each other before the last of them begins to wait.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include <tenantry/async/detail/inside.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

/// While it lives the thread that has made it waits for something, known by its address, which a thread `Inside` of that
/// may keep it from. Of interest, and of any cost, only where the thread is itself inside of what others may wait for: two
/// such threads, or more of them in a circle, would wait for ever.
class BlockedInside {
public:
    /// `what` may be null: the thread waits for nothing.
    explicit BlockedInside(const void* what);
    BlockedInside(const BlockedInside&) = delete;
    BlockedInside& operator=(const BlockedInside&) = delete;
    ~BlockedInside();

    /// The thread must not wait: what it waits for waits for what the thread is inside of.
    [[nodiscard]] bool is_for_itself() const noexcept { return for_itself_; }

    /// Says whether what the thread waits for has still to begin. Once it has begun, only the thread that is at work on it can
    /// keep this one waiting. From any thread, while this lives.
    void waits(bool on) noexcept;

private:
    struct Waiting {
        std::mutex mutex;
        std::vector<const BlockedInside*> threads;
    };

    [[nodiscard]] static Waiting& all();

    // Whether somebody who is inside of `what` waits for this thread, directly or through others.
    [[nodiscard]] bool leads_back(const Waiting& waiting) const;

    const void* const what_;
    const Inside* inside_ = nullptr; // the thread is, as long as it waits
    std::atomic<bool> waits_{true};
    bool listed_ = false;
    bool for_itself_ = false;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/async/impl/blocked_inside.ipp>
#endif
