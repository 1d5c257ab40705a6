// Options of a fleet that mean nothing, or exclude each other.
#pragma once

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/options.hpp>

namespace tenantry::detail {

/// errc::invalid_argument, and what to change, where the options do not go together.
[[nodiscard]] Result<void> check_options(const FleetOptions& options);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/check_options.ipp>
#endif
