// How a C++ value becomes an operand: a view stays one, anything else is the query's own.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/detail/of_temporary.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry::detail {

// What refers to texts or bytes that are not its own: pointers, and so what literals are; std::string_view, std::span and
// other views.
template <class V>
inline constexpr bool stays_view = [] {
    using T = std::remove_reference_t<V>;
    if constexpr (std::is_array_v<T>)
        return std::is_const_v<T>; // a literal: an array that can be written to is a buffer
    else
        return std::is_pointer_v<T> || std::ranges::view<std::remove_cv_t<T>> ||
               std::ranges::borrowed_range<std::remove_cv_t<T>>;
}();

// What of a value is bound beside something of type A, which it belongs to (mismatch is none). Of texts and blobs a view.
template <class A, class V>
[[nodiscard]] constexpr auto bound_value(V&& value)
{
    if constexpr (is_text<A>)
        return static_cast<std::string_view>(value);
    else if constexpr (is_blob<A>)
        return std::span<const std::byte>(value);
    else if constexpr (is_integer<A> || IdType<A>)
        return std::decay_t<V>(std::forward<V>(value)); // an integer of any width compares by value
    else if constexpr (std::is_floating_point_v<A>)
        return static_cast<A>(value);
    else
        return A(std::forward<V>(value));
}

// The same as a part of the query, which has no need of the value any more unless that is a view.
template <class A, class V>
[[nodiscard]] constexpr auto make_safe_parameter(V&& value)
{
    using T = std::remove_cvref_t<V>;
    if constexpr ((!is_text<A> && !is_blob<A>) || stays_view<V>)
        return Parameter<decltype(bound_value<A>(std::forward<V>(value)))>{
            bound_value<A>(std::forward<V>(value))};
    else if constexpr (std::same_as<T, std::string> || is_blob<T>)
        return Parameter<T>{std::forward<V>(value)};
    else if constexpr (is_text<A>)
        return Parameter<std::string>{std::string(static_cast<std::string_view>(value))};
    else
        return Parameter<std::vector<std::byte>>{make_owning(std::span<const std::byte>(value))};
}

template <class A, class V>
[[nodiscard]] constexpr auto make_parameter(V&& value)
{
    if constexpr (safe_as_value<V>)
        return make_safe_parameter<A>(std::forward<V>(value));
    else
        return say_temporary(make_safe_parameter<A>(std::forward<V>(value)));
}

// The same for an optional value, by which NULL is bound.
template <class A, class V>
[[nodiscard]] constexpr auto make_safe_optional_parameter(V&& value)
{
    using Inner = decltype(make_safe_parameter<A>(*std::forward<V>(value)).value);
    if (!value) return Parameter<std::optional<Inner>>{std::nullopt};
    return Parameter<std::optional<Inner>>{make_safe_parameter<A>(*std::forward<V>(value)).value};
}

template <class A, class V>
[[nodiscard]] constexpr auto make_optional_parameter(V&& value)
{
    if constexpr (safe_as_value<V>)
        return make_safe_optional_parameter<A>(std::forward<V>(value));
    else
        return say_temporary(make_safe_optional_parameter<A>(std::forward<V>(value)));
}

// `current_timestamp` beside something of type A.
template <class A>
struct Now {
    static constexpr Precedence precedence = Precedence::primary;
    static constexpr bool never_null = true;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(static_text<NowText<A>>);
    }
};

// An operand beside something of type A: an expression as it is, a value as a parameter.
template <class A, class V>
[[nodiscard]] constexpr auto as_operand(V&& operand)
{
    if constexpr (AnyExpression<V>)
        return std::remove_cvref_t<V>(std::forward<V>(operand));
    else if constexpr (std::same_as<std::decay_t<V>, CurrentTimestamp>)
        return compound<Now<A>, A>();
    else
        return make_parameter<A>(std::forward<V>(operand));
}

template <class A, class V>
using operand_t = decltype(as_operand<A>(std::declval<V>()));

// A text expression, or a text.
template <class T>
consteval bool is_text_operand()
{
    if constexpr (AnyExpression<T>)
        return is_text<base_value_t<T>>;
    else
        return std::is_convertible_v<const std::remove_cvref_t<T>&, std::string_view>;
}

// An expression of integers, or an integer.
template <class T>
consteval bool is_integer_operand()
{
    if constexpr (AnyExpression<T>)
        return is_integer<base_value_t<T>>;
    else
        return is_integer<std::remove_cvref_t<T>>;
}

// The type the other operand is measured by: the left one's, if it is an expression.
template <class L, class R>
struct measure {
    using type = base_value_t<L>;
};
template <class L, class R>
    requires(!AnyExpression<L>)
struct measure<L, R> {
    using type = base_value_t<R>;
};

// What becomes of `L op R`: Syntax over both, or Refused. `Value` is the result where neither can be NULL.
template <class Syntax, class Value, class L, class R, Mismatch Why = mismatch<L, R>()>
struct Infix {
    using type = Refused;
};
template <class Syntax, class Value, class L, class R>
struct Infix<Syntax, Value, L, R, Mismatch::none> {
    using measured_by = typename measure<L, R>::type;
    using left = operand_t<measured_by, L>;
    using right = operand_t<measured_by, R>;
    using type = Compound<Syntax, nullable_like<Value, typename left::value_type, typename right::value_type>,
                          left, right>;
};

template <class Result, class L, class R>
[[nodiscard]] constexpr Result make_infix(L&& left, R&& right)
{
    if constexpr (is_refused<Result>) {
        return {};
    } else {
        using A = typename measure<L, R>::type;
        return {{{as_operand<A>(std::forward<L>(left))}, {as_operand<A>(std::forward<R>(right))}}};
    }
}

} // namespace tenantry::detail
