// A directory that is kept open so that one cheap system call says whether anything in it has changed.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <sys/vfs.h>
#endif

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/last_change.hpp>

namespace tenantry::detail {

/// An open directory, and when it last changed: something in it was made, removed, renamed or replaced, or it was
/// itself.
///
/// Only where the file system is known to give all of that a new time, on this machine: ext2 to ext4, btrfs and tmpfs. POSIX
/// does not ask for it, and on xfs two neighbouring directories change places (RENAME_EXCHANGE) and keep their times.
/// There, wherever else, and where no descriptor is left, it is false and says nothing. Thread-safe, except for
/// `close`.
class WatchedDirectory {
public:
    using Time = LastChange::Time;

    explicit WatchedDirectory(const std::filesystem::path& directory) : file_(opened(directory)) {}

    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(file_); }

    /// 0 where it is not to be had.
    [[nodiscard]] Time changed() const noexcept
    {
        struct stat found{};
        if (::fstat(file_.number(), &found) != 0) return Time(0);
#if defined(__linux__)
        return change_time(found.st_ctim);
#else
        return Time(0);
#endif
    }

    /// The clock that changes get their times of, in the same ticks; it costs no system call.
    [[nodiscard]] static Time now() noexcept
    {
        timespec now{};
#if defined(__linux__)
        ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
#else
        ::clock_gettime(CLOCK_REALTIME, &now);
#endif
        return change_time(now);
    }

    /// Waits for changes that are under way. A change sets the time first and the new name later, and a slow disk or another
    /// process may come between: code that checks names must wait here after it has read the time. False: failed.
    ///
    /// Names change under a lock of their directory, which listing it asks for, too: that of this one for what is in
    /// it, and that of the one above for its own.
    [[nodiscard]] bool wait_for_changes() const noexcept
    {
        const Descriptor above(uninterrupted(
            [&] { return ::openat(file_.number(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
        return above && list_some(file_) && list_some(above);
    }

    /// Whether it is the directory under this name.
    [[nodiscard]] bool is_at(const std::filesystem::path& directory) const
    {
        struct stat found{};
        return ::fstat(file_.number(), &found) == 0 &&
               file_identity(directory) == FileIdentity{found.st_dev, found.st_ino};
    }

    void close() noexcept { Descriptor closing(std::move(file_)); }

private:
    [[nodiscard]] static Descriptor opened(const std::filesystem::path& directory)
    {
#if defined(__linux__)
        Descriptor file(open_file(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct statfs system{};
        if (file && ::fstatfs(file.number(), &system) == 0) {
            constexpr std::uint32_t ext = 0xEF53; // see statfs(2)
            constexpr std::uint32_t btrfs = 0x9123683E;
            constexpr std::uint32_t tmpfs = 0x01021994;
            const auto kind = static_cast<std::uint32_t>(system.f_type);
            if (kind == ext || kind == btrfs || kind == tmpfs) return file;
        }
#else
        (void)directory;
#endif
        return Descriptor(-1);
    }

    // What is there does not matter, nor where the last time ended.
    [[nodiscard]] static bool list_some(const Descriptor& directory) noexcept
    {
#if defined(__linux__)
        alignas(std::uint64_t) char entries[512]; // more than the longest
        return ::syscall(SYS_getdents64, directory.number(), entries, sizeof(entries)) >= 0;
#else
        (void)directory;
        return false;
#endif
    }

    Descriptor file_;
};

} // namespace tenantry::detail
