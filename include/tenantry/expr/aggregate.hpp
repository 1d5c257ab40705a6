// count, min, max, sum, avg (https://sqlite.org/lang_aggfunc.html).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/fixed_string.hpp>
#include <tenantry/expr/comparison.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry {

namespace detail {

template <FixedString Name>
struct AggregateSyntax {
    static constexpr bool aggregate = true;
    static constexpr Precedence precedence = Precedence::primary;
    template <class Out, class... Args>
    static constexpr void render(Out& out)
    {
        render_call<Args...>(out, Name.view());
    }
};

struct Count : AggregateSyntax<"count"> {
    static constexpr bool never_null = true;
};
struct Min : AggregateSyntax<"min"> {};
struct Max : AggregateSyntax<"max"> {};
struct Sum : AggregateSyntax<"sum"> {};
struct Avg : AggregateSyntax<"avg"> {};

struct CountAll {
    static constexpr bool never_null = true;
    static constexpr bool aggregate = true;
    static constexpr Precedence precedence = Precedence::primary;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text("count(*)");
    }
};

struct CountDistinct {
    static constexpr bool never_null = true;
    static constexpr bool aggregate = true;
    static constexpr Precedence precedence = Precedence::primary;
    template <class Out, class Operand>
    static constexpr void render(Out& out)
    {
        out.text("count(DISTINCT ");
        Operand::render(out);
        out.text(")");
    }
};

template <class E>
constexpr void refuse_nested_aggregate()
{
    static_assert(!std::remove_cvref_t<E>::aggregate, "tenantry: an aggregate function inside another");
}

template <class E>
inline constexpr bool is_number_or_refused = is_number<base_value_t<E>> || is_refused<E>;

} // namespace detail

/// How many rows: `count(*)`.
[[nodiscard]] constexpr auto count() { return detail::compound<detail::CountAll, std::int64_t>(); }

/// How many rows in which it is not NULL.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto count(E&& expression)
{
    detail::refuse_nested_aggregate<E>();
    return detail::compound<detail::Count, std::int64_t>(std::forward<E>(expression));
}

/// How many different values, NULL not counted.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto count_distinct(E&& expression)
{
    detail::refuse_nested_aggregate<E>();
    return detail::compound<detail::CountDistinct, std::int64_t>(std::forward<E>(expression));
}

/// The least value; none where there is no row, or NULL in all of them.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto min(E&& expression)
{
    detail::refuse_nested_aggregate<E>();
    detail::require_order<detail::base_value_t<E>>();
    return detail::compound<detail::Min, std::optional<detail::base_value_t<E>>>(std::forward<E>(expression));
}

/// The greatest value; none where there is no row, or NULL in all of them.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto max(E&& expression)
{
    detail::refuse_nested_aggregate<E>();
    detail::require_order<detail::base_value_t<E>>();
    return detail::compound<detail::Max, std::optional<detail::base_value_t<E>>>(std::forward<E>(expression));
}

/// The sum of numbers; none where there is no row, or NULL in all of them. Integers add up to an int64; where
/// that does not hold it the statement fails with `errc::invalid_sql`.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto sum(E&& expression)
{
    static_assert(detail::is_number_or_refused<E>, "tenantry: sum() is for numbers");
    detail::refuse_nested_aggregate<E>();
    using Number = std::conditional_t<detail::is_integer<detail::base_value_t<E>>, std::int64_t, double>;
    return detail::compound<detail::Sum, std::optional<Number>>(std::forward<E>(expression));
}

/// The mean of numbers; none where there is no row, or NULL in all of them.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto avg(E&& expression)
{
    static_assert(detail::is_number_or_refused<E>, "tenantry: avg() is for numbers");
    detail::refuse_nested_aggregate<E>();
    return detail::compound<detail::Avg, std::optional<double>>(std::forward<E>(expression));
}

} // namespace tenantry
