// rename_key(col<&Setting::key> = "colour"): an update that gives rows another primary key.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/assignment.hpp>

namespace tenantry {

namespace detail {

// An assignment to a column of the primary key that is meant.
template <class Assigned>
struct KeyAssignment : Assigned {
    static constexpr bool renames_key = true;

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        auto assignment = Assigned::own(std::forward<Self>(self));
        return KeyAssignment<decltype(assignment)>{std::move(assignment)};
    }
};

template <class Assigned>
inline constexpr bool is_key_assignment = requires { requires std::remove_cvref_t<Assigned>::renames_key; };

} // namespace detail

/// An assignment for `update<Row>().set(...)` that gives a row another primary key, one that is not an `Id`:
/// `update<Setting>("theme").set(rename_key(col<&Setting::key> = "colour"))`. Rows that refer to it follow by
/// `WhenChanged<Action::cascade>` of their `ForeignKey`, and keep it from being renamed without that. Keys that a program has read still mean
/// the old name.
template <class A>
[[nodiscard]] constexpr auto rename_key(A&& assignment)
{
    constexpr bool sound = detail::AnyAssignment<A> && !detail::is_key_assignment<A>;
    static_assert(sound, "tenantry: rename_key() takes an assignment to a column of the primary key: "
                         "rename_key(col<&Setting::key> = \"colour\")");
    if constexpr (sound)
        return detail::KeyAssignment<std::remove_cvref_t<A>>{std::forward<A>(assignment)};
    else
        return std::remove_cvref_t<A>(std::forward<A>(assignment));
}

} // namespace tenantry
