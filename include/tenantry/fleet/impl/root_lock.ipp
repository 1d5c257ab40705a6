#pragma once

#include <tenantry/fleet/detail/root_lock.hpp>

#include <cerrno>

namespace tenantry::detail {

TENANTRY_DECL Result<RootLock> RootLock::take(const std::filesystem::path& root, bool alone, bool make)
{
    const auto path = root / file_name;
    RootLock lock(open_file(path, make ? OpenFor::writing : OpenFor::reading));
    if (!lock.file_ && !make && errno == ENOENT) return lock;
    if (!lock.file_) return fail(system_error(errno, "opening", path));
    if (const int number = try_lock(lock.file_, !alone); number != 0) {
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
    if (file_) unlock(file_);
    file_ = Descriptor(-1);
}

} // namespace tenantry::detail
