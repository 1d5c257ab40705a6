// What the calling thread is in the middle of, so that a call which would wait for itself is refused.
#pragma once

#include <utility>

namespace tenantry::async {

/// While it lives, the thread that has made it is inside of `what`, known by its address. They nest, and end in the
/// reverse order of their beginning, in their own thread.
class Inside {
public:
    explicit Inside(const void* what) noexcept : what_(what), outer_(std::exchange(innermost, this)) {}
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { innermost = outer_; }

    /// Whether the calling thread is inside of it.
    [[nodiscard]] static bool of(const void* what) noexcept
    {
        for (const Inside* each = innermost; each != nullptr; each = each->outer_)
            if (each->what_ == what) return true;
        return false;
    }

private:
    const void* const what_;
    const Inside* const outer_;
    static inline thread_local const Inside* innermost = nullptr;
};

} // namespace tenantry::async
