// "jobs"_n: a name as an argument.
#pragma once

#include <tenantry/core/detail/fixed_string.hpp>

namespace tenantry {

namespace detail {

template <FixedString Name>
struct NameTag {
    static constexpr auto name = Name;
};

template <class T>
inline constexpr bool is_name = false;
template <FixedString Name>
inline constexpr bool is_name<NameTag<Name>> = true;

// The name that as() is given.
template <class T>
struct GivenName {
    static_assert(is_name<T>,
                  "tenantry: as() takes a name, a text with _n behind it: count().as(\"jobs\"_n)");
    static constexpr FixedString name{"?"};
};
template <FixedString Name>
struct GivenName<NameTag<Name>> : NameTag<Name> {};

} // namespace detail

inline namespace literals {

/// A name that a statement's text has in it: `count().as("jobs"_n)`, `on_conflict("one_open"_n)`. It is known to the
/// compiler, as the argument of a template is, and a body that does not know the statement's type needs no `template` for it.
template <FixedString Name>
[[nodiscard]] constexpr detail::NameTag<Name> operator""_n() noexcept
{
    return {};
}

} // namespace literals

} // namespace tenantry
