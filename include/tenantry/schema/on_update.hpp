// `OnUpdate<&Task::project, Action::cascade>`: what happens to a row when the key it refers to changes.
#pragma once

#include <string_view>

#include <tenantry/schema/action.hpp>
#include <tenantry/schema/detail/reference_action.hpp>

namespace tenantry {

/// For a foreign key, a member `Id<Other>` or `std::optional<Id<Other>>`. Without it: `Action::no_action`.
template <auto Field, Action What>
struct OnUpdate : detail::ReferenceAction<OnUpdate<Field, What>, Field, What> {
    static constexpr std::string_view tenantry_event = " ON UPDATE ";
};

} // namespace tenantry
