// How many files the process may have open.
#pragma once

#include <cstddef>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry {

/// How many descriptors the process may have (the soft limit of `RLIMIT_NOFILE`).
[[nodiscard]] std::size_t descriptor_limit() noexcept;

/// Raises the soft limit to the hard one, and gives what it is now. For the beginning of a program, before its fleets
/// are opened; the library never does so by itself. A program that uses `select` must not.
Result<std::size_t> raise_descriptor_limit();

namespace detail {

/// What an open tenant takes: three for its writer and two for a reader, or two for the one connection of a sole
/// owner's; one for its directory; and one more that is left for the program.
inline constexpr std::size_t descriptors_of_tenant = 7;
inline constexpr std::size_t descriptors_of_sole = 4;

/// How many tenants may be open where the process may have so many descriptors.
[[nodiscard]] std::size_t tenants_for(std::size_t descriptors,
                                      std::size_t each = descriptors_of_tenant) noexcept;

} // namespace detail

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/core/impl/descriptors.ipp>
#endif
