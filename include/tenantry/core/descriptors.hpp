// How many files the process may have open.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <string>
#include <system_error>

#include <sys/resource.h>

#include <tenantry/core/error.hpp>

namespace tenantry {

/// How many descriptors the process may have (the soft limit of `RLIMIT_NOFILE`).
[[nodiscard]] inline std::size_t descriptor_limit() noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    constexpr auto most = std::numeric_limits<std::size_t>::max();
    return limit.rlim_cur == RLIM_INFINITY ? most : static_cast<std::size_t>(limit.rlim_cur);
}

/// Raises the soft limit to the hard one, and gives what it is now. For the beginning of a program, before its fleets
/// are opened; the library never does so by itself. A program that uses `select` must not.
inline Result<std::size_t> raise_descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return descriptor_limit();
    }
    return fail(errc::io_error,
                "raising the limit of descriptors: " + std::generic_category().message(errno));
}

namespace detail {

/// What an open tenant takes: three for its writer and two for a reader, or two for the one connection of a sole
/// owner's; one for its directory; and one more that is left for the program.
inline constexpr std::size_t descriptors_of_tenant = 7;
inline constexpr std::size_t descriptors_of_sole = 4;

/// How many tenants may be open where the process may have so many descriptors.
[[nodiscard]] inline std::size_t tenants_for(std::size_t descriptors,
                                             std::size_t each = descriptors_of_tenant) noexcept
{
    constexpr std::size_t programs_own = 64;
    constexpr std::size_t sensible = 4096; // memory is the bound beyond
    if (descriptors <= programs_own + each) return 1;
    return std::min((descriptors - programs_own) / each, sensible);
}

} // namespace detail

} // namespace tenantry
