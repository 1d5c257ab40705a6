#pragma once

#include <tenantry/fleet/detail/root_lock.hpp>

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

namespace tenantry::detail {

TENANTRY_DECL Result<RootLock> RootLock::take(const std::filesystem::path& root, bool alone, bool make)
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
        return fail(errc::busy,
                    alone
                        ? "'" + root.string() +
                              "' is open in another fleet, of this process or of another one: a sole owner "
                              "(FleetOptions::sole_owner) must be alone"
                        : "'" + root.string() +
                              "' has a sole owner (FleetOptions::sole_owner), which is open in this process "
                              "or in another one: nobody else can open it meanwhile");
    }
    return lock;
}

TENANTRY_DECL void RootLock::release() noexcept
{
    // By name, since a child process that is just being started may have a copy of the descriptor.
    if (file_) ::flock(file_.number(), LOCK_UN);
    file_ = Descriptor(-1);
}

} // namespace tenantry::detail
