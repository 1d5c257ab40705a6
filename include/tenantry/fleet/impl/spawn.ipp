#pragma once

#include <tenantry/fleet/detail/spawn.hpp>

#include <utility>

#include <tenantry/fleet/detail/core.hpp>

namespace tenantry::detail {

TENANTRY_DECL void spawn_on(const std::shared_ptr<FleetPort>& fleet, std::function<void()> task)
{
    FleetCore::of(fleet)->spawn(std::move(task));
}

TENANTRY_DECL Error not_taken(std::exception_ptr thrown) noexcept
{
    return FleetCore::not_taken(std::move(thrown));
}

} // namespace tenantry::detail
