// How threads of a test wait for each other: never by sleeping, never for ever.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace tenantry::test {

/// Long enough for a loaded machine under a sanitizer; only a broken program waits so long.
inline constexpr std::chrono::seconds long_enough{60};

/// Shut until somebody opens it.
class Door {
public:
    void open()
    {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

    /// False: nobody has opened it.
    [[nodiscard]] bool wait()
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, long_enough, [this] { return open_; });
    }

    [[nodiscard]] bool is_open()
    {
        const std::lock_guard lock(mutex_);
        return open_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

/// Opens for everybody once so many are there.
class Meeting {
public:
    explicit Meeting(std::size_t expected) : expected_(expected) {}

    /// False: the others did not come.
    [[nodiscard]] bool attend()
    {
        std::unique_lock lock(mutex_);
        ++here_;
        changed_.notify_all();
        return changed_.wait_for(lock, long_enough, [this] { return here_ >= expected_; });
    }

private:
    const std::size_t expected_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t here_ = 0;
};

/// Passes a little time, so that many rounds meet many moments. Nothing may depend on how much.
inline void spin(std::size_t turns)
{
    for (std::atomic<std::size_t> left{turns}; left > 0; --left) {}
}

} // namespace tenantry::test
