#pragma once

#include <array>
#include <cstddef>

#include <tenantry/core/constraint.hpp>

namespace tenantry {

TENANTRY_DECL std::string_view to_string(ConstraintKind kind) noexcept
{
    switch (kind) {
    case ConstraintKind::none: return "none";
    case ConstraintKind::unique: return "unique";
    case ConstraintKind::primary_key: return "primary_key";
    case ConstraintKind::foreign_key: return "foreign_key";
    case ConstraintKind::check: return "check";
    case ConstraintKind::not_null: return "not_null";
    case ConstraintKind::trigger: return "trigger";
    case ConstraintKind::rowid: return "rowid";
    case ConstraintKind::datatype: return "datatype";
    case ConstraintKind::other: return "other";
    }
    return "unknown";
}

} // namespace tenantry

namespace tenantry::detail {

TENANTRY_DECL const Constraint& bare_constraint(ConstraintKind kind) noexcept
{
    static const std::array<Constraint, static_cast<std::size_t>(ConstraintKind::other) + 1> all = [] {
        std::array<Constraint, static_cast<std::size_t>(ConstraintKind::other) + 1> made{};
        for (std::size_t i = 0; i < made.size(); ++i) made[i].kind = static_cast<ConstraintKind>(i);
        return made;
    }();
    return all[static_cast<std::size_t>(kind)];
}

} // namespace tenantry::detail
