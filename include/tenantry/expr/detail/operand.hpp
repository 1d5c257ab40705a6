// How a C++ value becomes an operand: borrowed where the caller keeps it, owned where it was a temporary.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry::detail {

// V is a value of a class of its own memory that was given away.
template <class V>
inline constexpr bool is_given = std::is_class_v<std::remove_cvref_t<V>> && !std::is_lvalue_reference_v<V>;

// A value beside something of type A, which it belongs to (mismatch is none).
template <class A, class V>
[[nodiscard]] constexpr auto make_parameter(V&& value)
{
    using T = std::decay_t<V>;
    if constexpr (is_text<A>) {
        if constexpr (is_given<V> && !std::same_as<T, std::string_view>) {
            if constexpr (std::same_as<T, std::string>)
                return Parameter<std::string>{std::forward<V>(value)};
            else
                return Parameter<std::string>{std::string(static_cast<std::string_view>(value))};
        } else {
            return Parameter<std::string_view>{static_cast<std::string_view>(value)};
        }
    } else if constexpr (is_blob<A>) {
        if constexpr (is_given<V> && std::same_as<T, std::vector<std::byte>>)
            return Parameter<T>{std::forward<V>(value)};
        else if constexpr (is_given<V> && is_blob<T> && !std::same_as<T, std::span<const std::byte>>)
            return Parameter<T>{value};
        else
            return Parameter<std::span<const std::byte>>{std::span<const std::byte>(value)};
    } else if constexpr (is_integer<A> || IdType<A>) {
        return Parameter<T>{std::forward<V>(value)}; // an integer of any width compares by value
    } else if constexpr (std::is_floating_point_v<A>) {
        return Parameter<A>{static_cast<A>(value)};
    } else {
        return Parameter<A>{A(std::forward<V>(value))};
    }
}

// The same for an optional value, by which NULL is bound.
template <class A, class V>
[[nodiscard]] constexpr auto make_optional_parameter(V&& value)
{
    using Inner = decltype(make_parameter<A>(*std::forward<V>(value)).value);
    if (!value) return Parameter<std::optional<Inner>>{std::nullopt};
    return Parameter<std::optional<Inner>>{make_parameter<A>(*std::forward<V>(value)).value};
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
