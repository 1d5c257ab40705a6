// A function over a window: what `.over()` of aggregate and window functions gives.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/aggregate_call.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/detail/result.hpp>
#include <tenantry/expr/window.hpp>

namespace tenantry::detail {

template <class Call, class Window>
struct OverForm {
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out>
    static constexpr void render(Out& out)
    {
        Call::render(out);
        Window::render(out);
    }
};

// Its type: that of the call, but an optional only where an argument is one, or where there may be no row in the frame.
template <class Call, class Window>
consteval auto window_value()
{
    using Value = typename Call::value_type;
    constexpr WindowNull null = Call::function::window_null;
    if constexpr (null == WindowNull::of_argument)
        return std::type_identity<
            made_nullable<unwrapped<Value>, Call::null_argument || Call::is_filtered ||
                                                !Window::frame_type::has_current_row>>{};
    else
        return std::type_identity<Value>{};
}

template <class Call, class WindowOf>
struct Windowed {
    using tenantry_expression = void;
    using value_type = typename decltype(window_value<Call, WindowOf>())::type;
    using source = first_type_t<typename Call::source, typename WindowOf::source>;
    using form = OverForm<typename Call::form, typename WindowOf::form>;
    // Window functions are computed of groups where rows are grouped.
    static constexpr bool aggregate = Call::aggregates_inside || WindowOf::aggregate;
    static constexpr bool window = true;
    template <class... Keys>
    static constexpr bool grouped =
        (std::same_as<form, Keys> || ...) ||
        (Call::template grouped_inside<Keys...> && WindowOf::template grouped<Keys...>);
    template <class Missing>
    static constexpr bool may_be_null =
        is_optional<value_type> ||
        (Call::function::window_null != WindowNull::never && Call::template missing_argument<Missing>);

    Call call;
    WindowOf over;

    /// Under a name of its own in the result: see `Named`.
    template <class N>
    [[nodiscard]] constexpr named_t<N, Windowed> as(N) const&
    {
        return {*this};
    }
    template <class N>
    [[nodiscard]] constexpr named_t<N, Windowed> as(N) &&
    {
        return {std::move(*this)};
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        static_assert(!Call::windows_inside && !is_windowed<WindowOf>,
                      "tenantry: a window function inside another: select from a query that has it");
        Call::visit_inside(visitor);
        WindowOf::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        // Over a window an aggregate function is of groups.
        if constexpr (requires { call.bind_inside(to); })
            call.bind_inside(to);
        else
            call.bind(to);
        over.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Windowed<owned_t<decltype(call)>, owned_t<decltype(over)>>{detail::own_part<Self>(self.call),
                                                                          detail::own_part<Self>(self.over)};
    }
};

template <class Call>
[[nodiscard]] constexpr Windowed<Call, WholeWindow> windowed(Call call)
{
    return {std::move(call), {}};
}

template <class Call, class WindowOf>
[[nodiscard]] constexpr auto windowed(Call call, WindowOf window)
{
    static_assert(
        is_window<WindowOf>,
        "tenantry: over() takes a window: partition_by(a).order_by(b), with rows(), range() or groups()");
    if constexpr (is_window<WindowOf>)
        return Windowed<Call, WindowOf>{std::move(call), std::move(window)};
    else
        return Refused{};
}

} // namespace tenantry::detail
