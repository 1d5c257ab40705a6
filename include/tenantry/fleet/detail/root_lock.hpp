// Which fleets may have a root open: any number of fleets side by side, or one that owns it.
#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
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
                                               bool make = true);

    RootLock(RootLock&&) noexcept = default;
    RootLock& operator=(RootLock&&) = delete;
    ~RootLock() { release(); }

    /// The second time it does nothing.
    void release() noexcept;

private:
    explicit RootLock(Descriptor file) noexcept : file_(std::move(file)) {}

    Descriptor file_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/root_lock.ipp>
#endif
