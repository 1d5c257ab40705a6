// What becomes of a row when the one it refers to is removed or given another key.
#pragma once

#include <string_view>

namespace tenantry {

/// https://sqlite.org/foreignkeys.html#fk_actions
enum class Action {
    no_action,   ///< refuse, at the end of the statement
    restrict,    ///< refuse at once
    cascade,     ///< remove the row as well, or let it follow
    set_null,    ///< forget the reference
    set_default, ///< refer to the column's default
};

namespace detail {

[[nodiscard]] constexpr std::string_view action_text(Action action) noexcept
{
    switch (action) {
    case Action::no_action: return "NO ACTION";
    case Action::restrict: return "RESTRICT";
    case Action::cascade: return "CASCADE";
    case Action::set_null: return "SET NULL";
    case Action::set_default: return "SET DEFAULT";
    }
    return {};
}

} // namespace detail

} // namespace tenantry
