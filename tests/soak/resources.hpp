// What a process holds, so that a test can see that it was given back.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <thread>

#include <malloc.h>
#include <sqlite3.h>

#include "support/descriptors.hpp"
#include "support/door.hpp"

namespace tenantry::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool heap_is_counted = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool heap_is_counted = false; // by the sanitizers, at the end of the process
#else
inline constexpr bool heap_is_counted = true;
#endif
#else
inline constexpr bool heap_is_counted = true;
#endif

struct Resources {
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    std::int64_t sqlite_bytes = 0; ///< https://sqlite.org/c3ref/memory_highwater.html
    std::size_t heap_bytes = 0;    ///< 0 where it is not counted

    [[nodiscard]] static Resources now()
    {
        Resources found{.descriptors = open_descriptors(),
                        .threads = threads_now(),
                        .sqlite_bytes = sqlite3_memory_used()};
        if (heap_is_counted) {
            const auto heap = ::mallinfo2();
            found.heap_bytes = heap.uordblks + heap.hblkhd;
        }
        return found;
    }

    [[nodiscard]] static std::size_t threads_now()
    {
        const std::filesystem::directory_iterator tasks("/proc/self/task");
        return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
    }

    /// A thread that was joined may be listed for a moment longer.
    static void wait_for_threads(std::size_t count)
    {
        const auto until = std::chrono::steady_clock::now() + long_enough;
        while (threads_now() > count && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    }
};

} // namespace tenantry::test
