// Runs tasks on a fleet's executor, for operations that are functions of their own.
#pragma once

#include <exception>
#include <functional>
#include <memory>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/detail/port.hpp>

namespace tenantry::detail {

/// `FleetCore::spawn`: runs `task` on the executor, unless the fleet was shut down before: then it is destroyed uncalled. It
/// answers those who wait for it, also where something throws. Throws what the executor does, and the task is destroyed
/// uncalled.
void spawn_on(const std::shared_ptr<FleetPort>& fleet, std::function<void()> task);

/// What those who wait for a task are answered where spawning it has thrown.
[[nodiscard]] Error not_taken(std::exception_ptr thrown) noexcept;

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/spawn.ipp>
#endif
