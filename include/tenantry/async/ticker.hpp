// A thread that calls a function now and then.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace tenantry::async {

/// A thread of its own and no timer on an executor: that would keep the caller's context at work for as long as there
/// is a next time, which is for ever.
class Ticker {
public:
    Ticker() = default;
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;
    ~Ticker() { stop(); }

    /// Calls `tick` every so often from now on, until `stop`. Once. It must not throw and should not block.
    void start(std::chrono::milliseconds every, std::function<void()> tick)
    {
        thread_ = std::thread([this, every, tick = std::move(tick)] {
            std::unique_lock lock(mutex_);
            while (!changed_.wait_for(lock, every, [this] { return stopped_; })) {
                lock.unlock();
                tick();
                lock.lock();
            }
        });
    }

    /// Returns when `tick` is not running and will not be called any more. Not to be called by `tick`.
    void stop() noexcept
    {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
            changed_.notify_all();
        }
        if (thread_.joinable()) thread_.join();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;
    std::thread thread_;
};

} // namespace tenantry::async
