// coalesce, ifnull, nullif, iif.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/result.hpp>
#include <tenantry/expr/logic.hpp>

namespace tenantry {

namespace detail {

struct Coalesce : FunctionSyntax<"coalesce"> {
    static constexpr bool null_if_all = true;
};

struct Iif : FunctionSyntax<"iif"> {
    template <class Missing, class Condition, class Then, class Else>
    static constexpr bool null_of = may_be_null<Then, Missing> || may_be_null<Else, Missing>;
};

} // namespace detail

/// The first of them that is not NULL: `coalesce(sum(col<&Job::cost>), 0)`. It can be NULL only if all of them can.
template <class First, class... Rest>
    requires(detail::AnyExpression<First> || (detail::AnyExpression<Rest> || ...))
[[nodiscard]] constexpr auto coalesce(First&& first, Rest&&... rest)
{
    static_assert(sizeof...(Rest) > 0, "tenantry: coalesce() takes two operands at least");
    using Result = detail::common_result_t<First, Rest...>;
    constexpr bool said = detail::is_refused<First> || (detail::is_refused<Rest> || ...);
    static_assert(said || !detail::is_refused<Result>,
                  "tenantry: coalesce() and ifnull() choose among values of one type");
    if constexpr (detail::is_refused<Result>) {
        return detail::Refused{};
    } else {
        constexpr bool nullable = detail::can_be_null<First> && (detail::can_be_null<Rest> && ...);
        return detail::compound<detail::Coalesce, detail::made_nullable<Result, nullable>>(
            detail::result_operand<Result>(std::forward<First>(first)),
            detail::result_operand<Result>(std::forward<Rest>(rest))...);
    }
}

/// The same of two.
template <class E, class V>
    requires(detail::AnyExpression<E> || detail::AnyExpression<V>)
[[nodiscard]] constexpr auto ifnull(E&& expression, V&& otherwise)
{
    return coalesce(std::forward<E>(expression), std::forward<V>(otherwise));
}

/// NULL where both are equal, else the first: `nullif(col<&User::name>, "")`.
template <detail::AnyExpression E, class V>
[[nodiscard]] constexpr auto nullif(E&& expression, V&& nothing)
{
    constexpr detail::Mismatch why = detail::mismatch<E, V>();
    detail::refuse_comparison<why, E, V>();
    if constexpr (why == detail::Mismatch::none) {
        using A = detail::base_value_t<E>;
        return detail::compound<detail::FunctionSyntax<"nullif">, std::optional<A>>(
            std::forward<E>(expression), detail::as_operand<A>(std::forward<V>(nothing)));
    } else {
        return detail::Refused{};
    }
}

/// One value where a condition holds, and another where it does not or is NULL.
template <detail::AnyExpression Condition, class Then, class Else>
[[nodiscard]] constexpr auto iif(Condition&& condition, Then&& then, Else&& otherwise)
{
    using Result = detail::common_result_t<Then, Else>;
    constexpr bool said =
        detail::is_refused<Condition> || detail::is_refused<Then> || detail::is_refused<Else>;
    static_assert(detail::is_condition<Condition>(),
                  "tenantry: iif() asks a condition: a comparison, or a column of bool");
    static_assert(said || !(detail::is_refused<Result> || std::is_void_v<Result>),
                  "tenantry: both results of iif() are of one type");
    if constexpr (said || detail::is_refused<Result> || std::is_void_v<Result>) {
        return detail::Refused{};
    } else {
        constexpr bool nullable = detail::can_be_null<Then> || detail::can_be_null<Else>;
        return detail::compound<detail::Iif, detail::made_nullable<Result, nullable>>(
            std::forward<Condition>(condition), detail::result_operand<Result>(std::forward<Then>(then)),
            detail::result_operand<Result>(std::forward<Else>(otherwise)));
    }
}

} // namespace tenantry
