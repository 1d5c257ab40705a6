// Numbers that nobody can guess and that do not repeat.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

/// A random number from the operating system, never 0.
[[nodiscard]] std::uint64_t random_number();

/// Sixteen hexadecimal digits.
[[nodiscard]] std::string hex(std::uint64_t number);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/core/impl/random.ipp>
#endif
