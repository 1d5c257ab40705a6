// Which operations the calling thread is running, so that a call which would wait for itself is refused.
#pragma once

#include <utility>

namespace tenantry::detail {

/// Whether other threads may wait for the end of what a thread is inside of: see BlockedInside.
enum class Awaited : bool { no, yes };

/// While it lives, the thread that has made it is inside of `what`, known by its address. They nest, and end in the
/// reverse order of their beginning, in their own thread.
class Inside {
public:
    explicit Inside(const void* what, Awaited awaited = Awaited::no) noexcept
        : what_(what), awaited_(awaited), outer_(std::exchange(innermost, this))
    {}
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { innermost = outer_; }

    /// Whether the calling thread is inside of it.
    [[nodiscard]] static bool of(const void* what) noexcept { return is_among(innermost, what); }

    /// Whether the calling thread is inside of something that others may wait for.
    [[nodiscard]] static bool of_awaited() noexcept
    {
        for (const Inside* each = innermost; each != nullptr; each = each->outer_)
            if (each->awaited_ == Awaited::yes) return true;
        return false;
    }

    /// All that the calling thread is inside of, for `is_among`: until it leaves the innermost.
    [[nodiscard]] static const Inside* here() noexcept { return innermost; }

    /// Whether `what` is the innermost one, or one around it.
    [[nodiscard]] static bool is_among(const Inside* innermost_one, const void* what) noexcept
    {
        for (const Inside* each = innermost_one; each != nullptr; each = each->outer_)
            if (each->what_ == what) return true;
        return false;
    }

private:
    const void* const what_;
    const Awaited awaited_;
    const Inside* const outer_;
    static inline thread_local const Inside* innermost = nullptr;
};

} // namespace tenantry::detail
