// row_number, rank, dense_rank, percent_rank, cume_dist, ntile, lag, lead, first_value, last_value, nth_value
// (https://sqlite.org/windowfunctions.html#builtins).
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/detail/result.hpp>
#include <tenantry/expr/over.hpp>

namespace tenantry {

namespace detail {

template <FixedString Name, WindowNull Null>
struct WindowFunction {
    static constexpr Precedence precedence = Precedence::primary;
    static constexpr WindowNull window_null = Null;

    template <class Out, class... Args>
    static constexpr void render(Out& out)
    {
        render_call<Args...>(out, Name.view());
    }
};

// Nothing yet: a window has to be said.
template <class Function, class Value, class... Args>
struct WindowCall {
    using tenantry_expression = void;
    using value_type = Value;
    using source = first_type_t<typename Args::source...>;
    using form = Form<Function, typename Args::form...>;
    using function = Function;
    static constexpr bool aggregate = false;
    static constexpr bool window = true;
    static constexpr bool is_filtered = false;
    template <class...>
    static constexpr bool grouped = true;

    static constexpr bool aggregates_inside = (Args::aggregate || ...);
    static constexpr bool windows_inside = is_windowed<Args...>;
    template <class... Keys>
    static constexpr bool grouped_inside = (Args::template grouped<Keys...> && ...);
    static constexpr bool null_argument = (is_optional<typename Args::value_type> || ...);
    template <class Missing>
    static constexpr bool missing_argument = (detail::may_be_null<Args, Missing> || ...);

    Pack<Args...> args;

    /// Over which rows, and in which order: `rank().over(order_by(desc(col<&Job::cost>)))`.
    template <class... WindowOf>
    [[nodiscard]] constexpr auto over(WindowOf&&... rows) const
    {
        static_assert(sizeof...(WindowOf) <= 1,
                      "tenantry: over() takes one window: over(partition_by(a).order_by(b))");
        return windowed(*this, std::remove_cvref_t<WindowOf>(std::forward<WindowOf>(rows))...);
    }

    template <class Visitor>
    static constexpr void visit(Visitor&)
    {
        static_assert(always_false<Visitor>,
                      "tenantry: a window function says over which rows: row_number().over(order_by(...))");
    }
    template <class Visitor>
    static constexpr void visit_inside([[maybe_unused]] Visitor& visitor)
    {
        (Args::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        args.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return WindowCall<Function, Value, owned_t<Args>...>{detail::own_part<Self>(self.args)};
    }
};

template <FixedString Name, class Value, WindowNull Null, class... Args>
[[nodiscard]] constexpr auto window_function(Args&&... args)
{
    return WindowCall<WindowFunction<Name, Null>, Value, std::remove_cvref_t<Args>...>{
        {{std::forward<Args>(args)}...}};
}

// lag and lead
template <FixedString Name, class E, class N>
[[nodiscard]] constexpr auto neighbour(E&& expression, N offset)
{
    static_assert(is_integer<N>, "tenantry: lag() and lead() take a number of rows");
    if constexpr (is_integer<N>)
        return window_function<Name, with_optional<base_value_t<E>>, WindowNull::declared>(
            std::forward<E>(expression),
            count_parameter<0>(offset, "the offset of lag() or lead() is negative"));
    else
        return Refused{};
}

template <FixedString Name, class E, class N, class Otherwise>
[[nodiscard]] constexpr auto neighbour(E&& expression, N offset, Otherwise&& otherwise)
{
    static_assert(is_integer<N>, "tenantry: lag() and lead() take a number of rows");
    using Result = common_result_t<E, Otherwise>;
    static_assert(
        is_refused<E> || is_refused<Otherwise> || !is_refused<Result>,
        "tenantry: what lag() and lead() give where there is no such row is of the expression's type");
    if constexpr (is_integer<N> && !is_refused<Result>) {
        constexpr bool nullable = can_be_null<E> || can_be_null<Otherwise>;
        return window_function<Name, made_nullable<Result, nullable>, WindowNull::declared>(
            std::forward<E>(expression),
            count_parameter<0>(offset, "the offset of lag() or lead() is negative"),
            result_operand<Result>(std::forward<Otherwise>(otherwise)));
    } else {
        return Refused{};
    }
}

} // namespace detail

/// The number of the row in its window, from 1.
[[nodiscard]] constexpr auto row_number()
{
    return detail::window_function<"row_number", std::int64_t, detail::WindowNull::never>();
}

/// The number of the first row that is equal to it in order; there are gaps behind equal ones.
[[nodiscard]] constexpr auto rank()
{
    return detail::window_function<"rank", std::int64_t, detail::WindowNull::never>();
}

/// The number of its group of equal rows; without gaps.
[[nodiscard]] constexpr auto dense_rank()
{
    return detail::window_function<"dense_rank", std::int64_t, detail::WindowNull::never>();
}

/// (rank - 1) / (rows - 1): from 0 to 1.
[[nodiscard]] constexpr auto percent_rank()
{
    return detail::window_function<"percent_rank", double, detail::WindowNull::never>();
}

/// Which part of the rows are before it in order or equal to it: up to 1.
[[nodiscard]] constexpr auto cume_dist()
{
    return detail::window_function<"cume_dist", double, detail::WindowNull::never>();
}

/// The number of its part when the window is divided into so many parts as equal in size as can be. A number that is
/// not positive is `errc::invalid_argument` when the query runs.
template <class N>
[[nodiscard]] constexpr auto ntile(N parts)
{
    static_assert(detail::is_integer<N>, "tenantry: ntile() takes a number of parts");
    if constexpr (detail::is_integer<N>)
        return detail::window_function<"ntile", std::int64_t, detail::WindowNull::never>(
            detail::count_parameter<1>(parts, "the number of parts of ntile() is not positive"));
    else
        return detail::Refused{};
}

/// The expression of the row before, or of one so many rows before; NULL, or what is given, where there is none.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto lag(E&& expression)
{
    return detail::window_function<"lag", detail::with_optional<detail::base_value_t<E>>,
                                   detail::WindowNull::declared>(std::forward<E>(expression));
}
template <detail::AnyExpression E, class N, class... Otherwise>
[[nodiscard]] constexpr auto lag(E&& expression, N offset, Otherwise&&... otherwise)
{
    return detail::neighbour<"lag">(std::forward<E>(expression), offset,
                                    std::forward<Otherwise>(otherwise)...);
}

/// The expression of the row behind, or of one so many rows behind; NULL, or what is given, where there is none.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto lead(E&& expression)
{
    return detail::window_function<"lead", detail::with_optional<detail::base_value_t<E>>,
                                   detail::WindowNull::declared>(std::forward<E>(expression));
}
template <detail::AnyExpression E, class N, class... Otherwise>
[[nodiscard]] constexpr auto lead(E&& expression, N offset, Otherwise&&... otherwise)
{
    return detail::neighbour<"lead">(std::forward<E>(expression), offset,
                                     std::forward<Otherwise>(otherwise)...);
}

/// The expression of the frame's first row.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto first_value(E&& expression)
{
    return detail::window_function<"first_value", typename std::remove_cvref_t<E>::value_type,
                                   detail::WindowNull::of_argument>(std::forward<E>(expression));
}

/// The expression of the frame's last row: without a frame that is the current one, or one that is equal to it.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto last_value(E&& expression)
{
    return detail::window_function<"last_value", typename std::remove_cvref_t<E>::value_type,
                                   detail::WindowNull::of_argument>(std::forward<E>(expression));
}

/// The expression of the frame's n-th row, from 1; NULL where there is none. A number that is not positive is
/// `errc::invalid_argument` when the query runs.
template <detail::AnyExpression E, class N>
[[nodiscard]] constexpr auto nth_value(E&& expression, N n)
{
    static_assert(detail::is_integer<N>, "tenantry: nth_value() takes the number of a row");
    if constexpr (detail::is_integer<N>)
        return detail::window_function<"nth_value", detail::with_optional<detail::base_value_t<E>>,
                                       detail::WindowNull::declared>(
            std::forward<E>(expression),
            detail::count_parameter<1>(n, "the row of nth_value() is not positive"));
    else
        return detail::Refused{};
}

} // namespace tenantry
