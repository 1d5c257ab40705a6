// What in a schema makes a statement that fails leave something behind, or take its neighbours with it.
#pragma once

#include <tenantry/schema/schema_info.hpp>

namespace tenantry::detail {

/// Where a statement's failure may be more than its own; plain schemas have neither, and pay for neither.
struct WriteHazards {
    bool leaves_part = false; ///< as `SchemaInfo::failures_leave_part`
    bool rolls_back = false;  ///< as `SchemaInfo::triggers_roll_back`
};

/// As far as the declaration says. What it does not know of (a newer program's trigger) is found where it fails.
[[nodiscard]] constexpr WriteHazards write_hazards(const SchemaInfo& schema) noexcept
{
    return {schema.failures_leave_part, schema.triggers_roll_back};
}

} // namespace tenantry::detail
