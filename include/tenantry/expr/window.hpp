// partition_by(a).order_by(b).rows(preceding(2), current_row): the rows that a window function is computed of.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/node_list.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/frame.hpp>
#include <tenantry/expr/order.hpp>

namespace tenantry {

namespace detail {

// NodeListForms of what PARTITION BY and ORDER BY name.
template <class Partition, class Order, class FrameText>
struct WindowForm;
template <class... Partition, class... Order, class FrameText>
struct WindowForm<NodeListForm<Partition...>, NodeListForm<Order...>, FrameText> {
    template <class Out>
    static constexpr void render(Out& out)
    {
        constexpr bool parts = sizeof...(Partition) > 0;
        constexpr bool ordered = sizeof...(Order) > 0;
        out.text(" OVER (");
        if constexpr (parts) {
            out.text("PARTITION BY ");
            render_list<Partition...>(out);
        }
        if constexpr (ordered) {
            out.text(parts ? " ORDER BY " : "ORDER BY ");
            render_list<Order...>(out);
        }
        if constexpr (!std::same_as<FrameText, DefaultFrame>) {
            if constexpr (parts || ordered) out.text(" ");
            FrameText::render(out);
        }
        out.text(")");
    }
};

// The type of the only value that rows are ordered by; void where it is not one.
template <class Order>
struct only_order {
    using type = void;
};
template <class E, Direction Way, Nulls Where>
struct only_order<NodeList<Ordered<E, Way, Where>>> {
    using type = base_value_t<E>;
};

template <class Partition, class Order, class FrameOf>
struct Window {
    using source = first_type_t<typename Partition::source, typename Order::source>;
    using form = WindowForm<typename Partition::form, typename Order::form, typename FrameOf::form>;
    using frame_type = FrameOf;
    static constexpr bool aggregate = Partition::aggregate || Order::aggregate;
    static constexpr bool window = is_windowed<Partition, Order>;
    template <class... Keys>
    static constexpr bool grouped = Partition::template grouped<Keys...> && Order::template grouped<Keys...>;

    Partition partition;
    Order order;
    FrameOf frame;

    /// Each group of rows that are equal in these has a window of its own.
    template <class... E>
    [[nodiscard]] constexpr auto partition_by(E&&... by) const
    {
        constexpr bool sound = sizeof...(E) > 0 && (AnyExpression<E> && ...);
        static_assert(sound, "tenantry: partition_by() takes columns or expressions");
        static_assert(Partition::size == 0,
                      "tenantry: partition_by() is there already: give it all columns at once");
        if constexpr (sound) {
            using New = NodeList<std::remove_cvref_t<E>...>;
            return Window<New, Order, FrameOf>{New{{{std::forward<E>(by)}...}}, order, frame};
        } else {
            return *this;
        }
    }

    /// The order of rows in it.
    template <class... T>
    [[nodiscard]] constexpr auto order_by(T&&... by) const
    {
        constexpr bool sound = sizeof...(T) > 0 && (OrderingOrExpression<T> && ...);
        static_assert(sound,
                      "tenantry: order_by() takes columns or expressions, or asc() and desc() of them");
        static_assert(Order::size == 0, "tenantry: order_by() is there already: give it all columns at once");
        static_assert(!FrameOf::is_given, "tenantry: a window's frame comes after its order_by()");
        if constexpr (sound) {
            using New = NodeList<decltype(as_ordering(std::forward<T>(by)))...>;
            return Window<Partition, New, FrameOf>{partition, New{{{as_ordering(std::forward<T>(by))}...}},
                                                   frame};
        } else {
            return *this;
        }
    }

    /// From so many rows before to so many after: `rows(preceding(2), current_row)`. Without an end: to the current
    /// row.
    template <class Start, class End = Bound<FrameEnd::current_row>>
    [[nodiscard]] constexpr auto rows(Start start, End end = {}) const
    {
        return framed<FrameUnit::rows>(start, end);
    }

    /// The same, counted in groups of rows that are equal in order.
    template <class Start, class End = Bound<FrameEnd::current_row>>
    [[nodiscard]] constexpr auto groups(Start start, End end = {}) const
    {
        static_assert(Order::size > 0,
                      "tenantry: groups() are of rows that are equal in order_by(): say the order");
        return framed<FrameUnit::groups>(start, end);
    }

    /// The same, measured by the one value that rows are ordered by, a number or a time:
    /// `order_by(col<&Job::created_at>).range(preceding(std::chrono::hours(1)), current_row)`.
    template <class Start, class End = Bound<FrameEnd::current_row>>
    [[nodiscard]] constexpr auto range(Start start, End end = {}) const
    {
        return framed<FrameUnit::range>(start, end);
    }

    /// The frame without the current row; without it and those that are equal to it in order; without those only.
    [[nodiscard]] constexpr auto exclude_current_row() const
    {
        return excluding<FrameExclude::current_row>();
    }
    [[nodiscard]] constexpr auto exclude_group() const { return excluding<FrameExclude::group>(); }
    [[nodiscard]] constexpr auto exclude_ties() const { return excluding<FrameExclude::ties>(); }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Partition::visit(visitor);
        Order::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        partition.bind(to);
        order.bind(to);
        frame.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Window<owned_t<decltype(partition)>, owned_t<decltype(order)>, FrameOf>{
            detail::own_part<Self>(self.partition), detail::own_part<Self>(self.order), self.frame};
    }

private:
    template <FrameUnit Unit, class Start, class End>
    [[nodiscard]] constexpr auto framed(const Start& start, const End& end) const
    {
        constexpr bool bounds = is_bound<Start> && is_bound<End>;
        static_assert(bounds,
                      "tenantry: a window's frame goes from one of unbounded_preceding, preceding(n), "
                      "current_row, following(n) and unbounded_following to another");
        static_assert(!FrameOf::is_given, "tenantry: a window has a frame already");
        if constexpr (bounds) {
            constexpr bool forward = Start::end <= End::end && Start::end != FrameEnd::unbounded_following &&
                                     End::end != FrameEnd::unbounded_preceding;
            static_assert(forward, "tenantry: a window's frame ends before it begins");
            auto first = resolved<Unit>(start);
            auto last = resolved<Unit>(end);
            using New = Frame<Unit, FrameExclude::nothing, decltype(first), decltype(last)>;
            return Window<Partition, Order, New>{partition, order, New{first, last}};
        } else {
            return *this;
        }
    }

    template <FrameUnit Unit, class Bound>
    [[nodiscard]] static constexpr auto resolved(const Bound& bound)
    {
        using By = typename only_order<Order>::type;
        if constexpr (Unit != FrameUnit::range) {
            return counted_bound(bound);
        } else {
            constexpr bool sound = std::is_void_v<typename Bound::offset_type> || !std::is_void_v<By>;
            static_assert(sound,
                          "tenantry: range() with an offset measures one value: give order_by() exactly one");
            if constexpr (sound)
                return measured_bound<By>(bound);
            else
                return FrameBound<Bound::end, void>{};
        }
    }

    template <FrameExclude What>
    [[nodiscard]] constexpr auto excluding() const
    {
        static_assert(FrameOf::is_given,
                      "tenantry: a window excludes rows of its frame: say rows(), range() or groups() first");
        if constexpr (FrameOf::is_given) {
            auto without = frame.template excluding<What>();
            return Window<Partition, Order, decltype(without)>{partition, order, without};
        } else {
            return *this;
        }
    }
};

using WholeWindow = Window<NodeList<>, NodeList<>, DefaultFrame>;

template <class T>
inline constexpr bool is_window = false;
template <class Partition, class Order, class FrameOf>
inline constexpr bool is_window<Window<Partition, Order, FrameOf>> = true;

} // namespace detail

/// A window for each group of rows that are equal in these.
template <class... E>
[[nodiscard]] constexpr auto partition_by(E&&... by)
{
    return detail::WholeWindow{}.partition_by(std::forward<E>(by)...);
}

/// A window of all rows in an order. Without a frame it reaches from the first row to the current one and those that
/// are equal to it in order.
template <class... T>
[[nodiscard]] constexpr auto order_by(T&&... by)
{
    return detail::WholeWindow{}.order_by(std::forward<T>(by)...);
}

} // namespace tenantry
