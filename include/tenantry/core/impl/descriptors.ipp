#pragma once

#include <tenantry/core/descriptors.hpp>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <system_error>

#include <sys/resource.h>

namespace tenantry {

TENANTRY_DECL std::size_t descriptor_limit() noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    constexpr auto most = std::numeric_limits<std::size_t>::max();
    return limit.rlim_cur == RLIM_INFINITY ? most : static_cast<std::size_t>(limit.rlim_cur);
}

TENANTRY_DECL Result<std::size_t> raise_descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return descriptor_limit();
    }
    return fail(errc::io_error,
                "raising the limit of descriptors: " + std::generic_category().message(errno));
}

TENANTRY_DECL std::size_t detail::tenants_for(std::size_t descriptors, std::size_t each) noexcept
{
    constexpr std::size_t programs_own = 64;
    constexpr std::size_t sensible = 4096; // memory is the bound beyond
    if (descriptors <= programs_own + each) return 1;
    return std::min((descriptors - programs_own) / each, sensible);
}

} // namespace tenantry
