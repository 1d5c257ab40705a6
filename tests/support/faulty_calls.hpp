// System calls that fail when they are told to. Of the whole program that includes this, in one of its sources.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/descriptors.hpp"

namespace tenantry::test {

/// The n-th call of a kind fails once, with EIO or what is said, whoever makes it: `open`, `mkdir`, `write` (to a file, no
/// pipe), `fsync` or `rename`.
class FaultyCalls {
public:
    static void fail(std::string_view call, int nth, int error = EIO) noexcept
    {
        error_ = error;
        databases_moved_ = 0;
        failed_ = false;
        armed_ = call;
        left_ = nth;
    }

    /// True: one has failed.
    static bool heal() noexcept
    {
        left_ = 0;
        return failed_;
    }

    /// How many databases the program had open itself while something was renamed, since `fail`.
    static std::size_t databases_moved() noexcept { return databases_moved_; }

    static bool fails(std::string_view call)
    {
        if (left_ == 0 || looking_) return false;
        if (call == "rename") {
            looking_ = true;
            databases_moved_ += open_descriptors("main.db");
            looking_ = false;
        }
        if (call != armed_ || --left_ != 0) return false;
        failed_ = true;
        errno = error_;
        return true;
    }

private:
    // One thread tells and waits for what another one does.
    static inline std::string_view armed_;
    static inline std::atomic<int> left_{0};
    static inline std::atomic<int> error_{EIO};
    static inline std::atomic<bool> failed_{false};
    static inline std::atomic<std::size_t> databases_moved_{0};
    static inline thread_local bool looking_ = false;
};

} // namespace tenantry::test

// What the program and its libraries call instead of the C library's.

extern "C" int open(const char* path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = va_arg(arguments, unsigned);
    va_end(arguments);
    if (tenantry::test::FaultyCalls::fails("open")) return -1;
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

extern "C" int openat(int directory, const char* path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = va_arg(arguments, unsigned);
    va_end(arguments);
    if (tenantry::test::FaultyCalls::fails("open")) return -1;
    return static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
}

extern "C" int mkdir(const char* path, mode_t mode) noexcept
{
    if (tenantry::test::FaultyCalls::fails("mkdir")) return -1;
    return static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

extern "C" ssize_t write(int file, const void* bytes, size_t count)
{
    struct stat found{};
    if (::fstat(file, &found) == 0 && S_ISREG(found.st_mode) && tenantry::test::FaultyCalls::fails("write"))
        return -1;
    return ::syscall(SYS_write, file, bytes, count);
}

extern "C" int fsync(int file)
{
    if (tenantry::test::FaultyCalls::fails("fsync")) return -1;
    return static_cast<int>(::syscall(SYS_fsync, file));
}

extern "C" int renameat(int from, const char* old_path, int to, const char* new_path) noexcept
{
    if (tenantry::test::FaultyCalls::fails("rename")) return -1;
    return static_cast<int>(::syscall(SYS_renameat2, from, old_path, to, new_path, 0));
}
