// `arg<"since">(time)`: a value for the parameter :since of a raw statement.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/query/detail/bare_value.hpp>

namespace tenantry {

namespace detail {

// An array that can be written to is a text that may be gone before the statement is made.
template <class V>
using argument_value_t = std::conditional_t<std::is_array_v<std::remove_reference_t<V>> && !stays_view<V>,
                                            std::string, std::decay_t<V>>;

template <FixedString Name, class V>
struct NamedArgument {
    static constexpr std::string_view name = Name.view();
    V value;
};

template <class>
inline constexpr bool is_named_argument = false;
template <FixedString Name, class V>
inline constexpr bool is_named_argument<NamedArgument<Name, V>> = true;

// What is wrong with arguments by name.
enum class NameFault { none, unknown, twice, missing };

// Which argument each parameter gets, in the order of the parameters' numbers.
template <std::size_t Parameters>
struct NameMatch {
    NameFault fault = NameFault::none;
    std::array<std::size_t, Parameters> argument{};
};

template <std::size_t Parameters, std::size_t Arguments>
consteval NameMatch<Parameters> match_names(const std::array<std::string_view, Parameters>& parameters,
                                            const std::array<std::string_view, Arguments>& arguments)
{
    NameMatch<Parameters> match;
    const auto fault = [&](NameFault what) {
        match.fault = what;
        return match;
    };
    for (std::size_t i = 0; i < Arguments; ++i) {
        for (std::size_t j = i + 1; j < Arguments; ++j)
            if (arguments[i] == arguments[j]) return fault(NameFault::twice);
        bool known = false;
        for (const std::string_view name : parameters)
            known = known || (!name.empty() && name.substr(1) == arguments[i]);
        if (!known) return fault(NameFault::unknown);
    }
    for (std::size_t p = 0; p < Parameters; ++p) {
        bool found = false;
        for (std::size_t i = 0; i < Arguments; ++i) {
            if (parameters[p].empty() || parameters[p].substr(1) != arguments[i]) continue;
            match.argument[p] = i;
            found = true;
        }
        if (!found) return fault(NameFault::missing);
    }
    return match;
}

} // namespace detail

/// The value of a named parameter of `sql<...>`, without the character before the name: `:since`, `@since` and
/// `$since` are `arg<"since">(value)`. Arguments by name come in any order; all are by name or none is.
template <FixedString Name, class V>
[[nodiscard]] constexpr auto arg(V&& value)
{
    return detail::NamedArgument<Name, detail::argument_value_t<V>>{std::forward<V>(value)};
}

} // namespace tenantry
