// A value that no column stands beside, as a parameter: those of raw SQL, and the parts of a key.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry::detail {

// What it is bound as.
template <class T>
consteval auto bare_type()
{
    if constexpr (sqlite::Bindable<T> && !std::is_pointer_v<T> && !is_text<T> && !is_blob<T>)
        return std::type_identity<T>{};
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
        return std::type_identity<std::string>{};
    else if constexpr (std::is_convertible_v<const T&, std::span<const std::byte>>)
        return std::type_identity<std::vector<std::byte>>{};
    else
        return std::type_identity<void>{};
}
template <class T>
using bare_type_t = typename decltype(bare_type<std::decay_t<T>>())::type;

template <class V>
[[nodiscard]] constexpr auto bare_parameter(V&& value)
{
    using T = std::decay_t<V>;
    if constexpr (is_optional<T>)
        return make_optional_parameter<bare_type_t<typename T::value_type>>(std::forward<V>(value));
    else
        return make_parameter<bare_type_t<T>>(std::forward<V>(value));
}

template <class V>
using bare_parameter_t = decltype(bare_parameter(std::declval<V>()));

template <class V>
inline constexpr bool is_bare_value =
    !AnyExpression<V> && !std::is_void_v<bare_type_t<unwrapped<std::decay_t<V>>>>;

} // namespace tenantry::detail
