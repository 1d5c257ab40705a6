// Who may have a fleet's root open: any number of fleets side by side, or one that owns it.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::detail {

/// A lock of the operating system's on a file of the root's, which has no other purpose: it ends with the process,
/// however that ends. It is of the open file (https://man7.org/linux/man-pages/man2/flock.2.html), so that two fleets
/// of one process are two as well.
class RootLock {
public:
    static constexpr std::string_view file_name = "tenantry.lock";

    /// `alone`: as the root's sole owner. errc::busy if another fleet, here or in another process, is in the way; does
    /// not wait. `make`: where there is no such file it is made; else nobody has ever had the root open, or it is a copy.
    [[nodiscard]] static Result<RootLock> take(const std::filesystem::path& root, bool alone,
                                               bool make = true)
    {
        const auto path = root / file_name;
        const int flags = (make ? O_RDWR | O_CREAT : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC;
        RootLock lock(Descriptor(open_file(path.c_str(), flags, 0600)));
        if (!lock.file_ && !make && errno == ENOENT) return lock;
        if (!lock.file_) return fail(system_error(errno, "opening", path));
        const int how = (alone ? LOCK_EX : LOCK_SH) | LOCK_NB;
        while (::flock(lock.file_.number(), how) != 0) {
            const int number = errno;
            if (number == EINTR) continue;
            if (number != EWOULDBLOCK) return fail(system_error(number, "locking", path));
            return fail(
                errc::busy,
                alone ? "'" + root.string() +
                            "' is open in another fleet, of this process or of another one: a sole owner "
                            "(FleetOptions::sole_owner) must be alone"
                      : "'" + root.string() +
                            "' has a sole owner (FleetOptions::sole_owner), which is open in this process "
                            "or in another one: nobody else can open it meanwhile");
        }
        return lock;
    }

    RootLock(RootLock&&) noexcept = default;
    RootLock& operator=(RootLock&&) = delete;
    ~RootLock() { release(); }

    /// The second time it does nothing.
    void release() noexcept
    {
        // By name, since a child process that is just being started may have a copy of the descriptor.
        if (file_) ::flock(file_.number(), LOCK_UN);
        file_ = Descriptor(-1);
    }

private:
    explicit RootLock(Descriptor file) noexcept : file_(std::move(file)) {}

    Descriptor file_;
};

} // namespace tenantry::detail
