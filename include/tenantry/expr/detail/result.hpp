// Operands of which one becomes the result, as in coalesce and case_: the type they have in common.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/expr/detail/operand.hpp>

namespace tenantry::detail {

// The type of a value that stands by itself.
template <class V>
struct plain_value {
    using type = V;
};
template <class V>
    requires is_integer<V>
struct plain_value<V> {
    using type = std::int64_t;
};
template <std::floating_point V>
struct plain_value<V> {
    using type = double;
};
template <class V>
    requires(std::is_convertible_v<const V&, std::string_view> && !std::same_as<V, std::nullptr_t>)
struct plain_value<V> {
    using type = std::string;
};
template <class V>
    requires is_blob<V>
struct plain_value<V> {
    using type = std::vector<std::byte>;
};
template <>
struct plain_value<CurrentTimestamp> {
    using type = Timestamp;
};
template <KeyType V>
struct plain_value<V> {
    using type = typename V::id_type;
};
template <class V>
using plain_value_t = typename plain_value<V>::type;

// Whether a value that stands by itself is one that can be bound.
template <class V>
inline constexpr bool is_plain_value = !IdType<V> && sqlite::Bindable<plain_value_t<V>>;

// Both A and B, which belong together.
template <class A, class B>
struct joined {
    using type = A;
};
template <class A, class B>
    requires(!std::same_as<A, B> && is_number<A> && is_number<B>)
struct joined<A, B> {
    using type = std::conditional_t<is_integer<A> && is_integer<B>, std::int64_t, double>;
};
template <class A, class B>
    requires(!std::same_as<A, B> && is_blob<A> && is_blob<B>)
struct joined<A, B> {
    using type = std::vector<std::byte>;
};

// What a result of type So (void: none yet) becomes with one more operand, or Refused.
template <class So, class V>
consteval auto with_operand()
{
    using Value = unwrapped<std::decay_t<V>>;
    if constexpr (is_refused<So> || is_refused<V>) {
        return std::type_identity<Refused>{};
    } else if constexpr (AnyExpression<V>) {
        using Base = base_value_t<V>;
        if constexpr (std::is_void_v<So>)
            return std::type_identity<Base>{};
        else if constexpr (expression_mismatch<So, Base>() == Mismatch::none)
            return std::type_identity<typename joined<So, Base>::type>{};
        else
            return std::type_identity<Refused>{};
    } else if constexpr (std::same_as<Value, std::nullopt_t>) {
        return std::type_identity<So>{};
    } else if constexpr (std::is_void_v<So>) {
        return std::type_identity<std::conditional_t<is_plain_value<Value>, plain_value_t<Value>, Refused>>{};
    } else if constexpr (value_mismatch<So, Value>() != Mismatch::none) {
        return std::type_identity<Refused>{};
    } else if constexpr (is_integer<So>) {
        return std::type_identity<typename joined<So, Value>::type>{};
    } else {
        return std::type_identity<So>{};
    }
}

template <class So, class... Operands>
struct result_of {
    using type = So;
};
template <class So, class First, class... Rest>
struct result_of<So, First, Rest...>
    : result_of<typename decltype(with_operand<So, First>())::type, Rest...> {};

// The type of operands that stand beside each other, void where all are nullopt, Refused where they do not belong
// together.
template <class... Operands>
using common_result_t = typename result_of<void, Operands...>::type;

template <class V>
inline constexpr bool can_be_null = [] {
    if constexpr (AnyExpression<V>)
        return is_optional<typename std::remove_cvref_t<V>::value_type>;
    else
        return is_optional<std::decay_t<V>> || std::same_as<std::decay_t<V>, std::nullopt_t>;
}();

template <class T, bool Nullable>
using made_nullable = std::conditional_t<Nullable, with_optional<T>, T>;

// An operand of a result of type A.
template <class A, class V>
[[nodiscard]] constexpr auto result_operand(V&& operand)
{
    if constexpr (AnyExpression<V>)
        return std::remove_cvref_t<V>(std::forward<V>(operand));
    else if constexpr (std::same_as<std::decay_t<V>, std::nullopt_t>)
        return Parameter<std::nullopt_t>{std::nullopt};
    else if constexpr (is_optional<std::decay_t<V>>)
        return make_optional_parameter<A>(std::forward<V>(operand));
    else
        return as_operand<A>(std::forward<V>(operand));
}

// One that stands by itself: a function's argument.
template <class V>
[[nodiscard]] constexpr auto argument(V&& operand)
{
    return result_operand<common_result_t<V>>(std::forward<V>(operand));
}

template <class V>
inline constexpr bool is_argument = AnyExpression<V> || !is_refused<common_result_t<V>>;

} // namespace tenantry::detail
