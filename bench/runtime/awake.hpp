// Keeps the processors from going to sleep while something is measured.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sched.h>

namespace bench {

/// Where one client waits for one thread, processors have nothing to do between two steps, and go to sleep. In a virtual
/// machine waking one takes tens of microseconds, several times what is to be measured, and how often that happens is a
/// matter of luck. So each has something to do that gives way to everything else. It is the same for both sides. Not for
/// where processors are busy anyway: a thread that waits for one is not put on another that does only this.
class KeepAwake {
public:
    KeepAwake()
    {
        const unsigned processors = std::thread::hardware_concurrency();
        for (unsigned n = 0; n < processors; ++n) threads_.emplace_back([this] { spin(); });
    }
    KeepAwake(const KeepAwake&) = delete;
    KeepAwake& operator=(const KeepAwake&) = delete;
    ~KeepAwake()
    {
        over_ = true;
        for (auto& thread : threads_) thread.join();
    }

private:
    void spin() noexcept
    {
        const sched_param parameters{};
        if (::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &parameters) != 0) return;
        while (!over_) {}
    }

    std::atomic<bool> over_{false};
    std::vector<std::thread> threads_;
};

} // namespace bench
