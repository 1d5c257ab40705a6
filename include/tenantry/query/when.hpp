// when(wanted, condition): conditions of which it is known only at run time whether they are there.
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/query/choices.hpp>
#include <tenantry/query/clause.hpp>

namespace tenantry {

namespace detail {

template <class Form>
struct WhenForm {
    static constexpr bool is_optional = true;
    using condition = Form;
};

// A condition that may be left out: empty then.
template <class Condition>
struct When {
    using source = typename Condition::source;
    using form = WhenForm<typename Condition::form>;
    using condition_type = Condition;

    std::optional<Condition> condition;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Condition::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        tell_choice(to, 1, condition ? 1 : 0);
        if (condition) condition->bind(to);
    }
    [[nodiscard]] constexpr auto owned() const
    {
        using Owned = decltype(condition->owned());
        return condition ? When<Owned>{condition->owned()} : When<Owned>{};
    }
};

template <class Form>
inline constexpr bool is_when_form = requires { Form::is_optional; };

template <class... Forms>
struct FiltersForm {
    static constexpr Position position = Position::where;

    template <class Out>
    static constexpr void render(Out& out)
    {
        bool first = true;
        (render_one<Forms>(out, first), ...);
    }

private:
    template <class Form, class Out>
    static constexpr void render_one(Out& out, bool& first)
    {
        if constexpr (is_when_form<Form>) {
            if (out.choose(1, 1) == 0) return;
            render_condition<typename Form::condition>(out, first);
        } else {
            render_condition<Form>(out, first);
        }
    }

    template <class Form, class Out>
    static constexpr void render_condition(Out& out, bool& first)
    {
        out.text(first ? " WHERE " : " AND ");
        first = false;
        render_operand<Form>(out, Precedence::logical_and);
    }
};

// Conditions joined by &&, some of which may be left out. Also the WHERE made of them.
template <class... Nodes>
struct Filters {
    using tenantry_filters = void;
    using source = first_type_t<typename Nodes::source...>;
    using form = FiltersForm<typename Nodes::form...>;
    static constexpr bool may_be_empty = (is_when_form<typename Nodes::form> && ...);

    Pack<Nodes...> nodes;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        (Nodes::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        nodes.bind(to);
    }
    [[nodiscard]] constexpr auto owned() const
    {
        return nodes.apply(
            [](const Nodes&... node) { return Filters<decltype(node.owned())...>{{{node.owned()}...}}; });
    }
};

template <class E>
[[nodiscard]] constexpr Filters<E> as_filters(const E& condition)
    requires AnyExpression<E>
{
    return {{{condition}}};
}
template <class... Nodes>
[[nodiscard]] constexpr Filters<Nodes...> as_filters(const Filters<Nodes...>& filters)
{
    return filters;
}

template <class... A, class... B>
[[nodiscard]] constexpr Filters<A..., B...> join_filters(const Filters<A...>& a, const Filters<B...>& b)
{
    return a.nodes.apply([&](const A&... left) {
        return b.nodes.apply([&](const B&... right) { return Filters<A..., B...>{{{left}..., {right}...}}; });
    });
}

template <class... Operands>
using IfFilters = std::enable_if_t<(AnyFilters<Operands> || ...), int>;

template <class E>
constexpr bool check_filter()
{
    constexpr bool sound = AnyExpression<E>;
    static_assert(sound, "tenantry: when() takes a condition: when(wanted, col<&Job::cost> > 5)");
    if constexpr (sound) {
        static_assert(is_condition<E>(),
                      "tenantry: when() takes a condition: a comparison, or a column of bool");
        static_assert(!std::remove_cvref_t<E>::aggregate,
                      "tenantry: where() chooses rows before they are grouped: aggregate functions belong in "
                      "having()");
    }
    return sound;
}

} // namespace detail

/// A condition of where() that is left out of the statement, not only of its result, unless it is wanted:
/// `where(when(only_open, col<&Job::status> == JobStatus::pending) && col<&Job::cost> > 5)`. It is joined to others
/// with &&. Values are bound as ever, and each combination of conditions that comes up keeps its prepared
/// statement (up to 64 of them a query; further ones are prepared each time).
template <class E>
[[nodiscard]] constexpr auto when(bool wanted, E&& condition)
{
    if constexpr (detail::check_filter<E>()) {
        using Node = detail::When<std::remove_cvref_t<E>>;
        Node node;
        if (wanted) node.condition.emplace(std::forward<E>(condition));
        return detail::Filters<Node>{{{std::move(node)}}};
    } else {
        return detail::Refused{};
    }
}

/// The same for a value that may be there: `when(filter.module, [](const auto& module) { return col<&Job::module> ==
/// module; })`. The value, an lvalue, must outlive the query.
template <class T, class Make>
    requires std::invocable<Make&, const T&>
[[nodiscard]] constexpr auto when(const std::optional<T>& value, Make&& make)
{
    using E = std::remove_cvref_t<std::invoke_result_t<Make&, const T&>>;
    if constexpr (detail::check_filter<E>()) {
        using Node = detail::When<E>;
        Node node;
        if (value) node.condition.emplace(make(*value));
        return detail::Filters<Node>{{{std::move(node)}}};
    } else {
        return detail::Refused{};
    }
}
template <class T, class Make>
    requires std::invocable<Make&, const T&>
auto when(const std::optional<T>&& value, Make&& make) = delete;

/// Both, as far as they are there.
template <class L, class R, detail::IfFilters<L, R> = 0>
[[nodiscard]] constexpr auto operator&&(const L& left, const R& right)
{
    constexpr bool sound = (detail::AnyFilters<L> || detail::is_condition<L>()) &&
                           (detail::AnyFilters<R> || detail::is_condition<R>()) &&
                           (detail::AnyFilters<L> || detail::AnyExpression<L>) &&
                           (detail::AnyFilters<R> || detail::AnyExpression<R>);
    static_assert(sound, "tenantry: && joins conditions: comparisons, or columns of bool");
    if constexpr (sound)
        return detail::join_filters(detail::as_filters(left), detail::as_filters(right));
    else
        return detail::Refused{};
}

/// What would be left of one of two?
template <class L, class R, detail::IfFilters<L, R> = 0>
[[nodiscard]] constexpr detail::Refused operator||(const L&, const R&)
{
    static_assert(
        detail::always_false<L>,
        "tenantry: when() leaves a condition out of those that are joined with &&: it has no place beside "
        "|| and !; put the || into it");
    return {};
}
template <class E, detail::IfFilters<E> = 0>
[[nodiscard]] constexpr detail::Refused operator!(const E&)
{
    static_assert(
        detail::always_false<E>,
        "tenantry: when() leaves a condition out of those that are joined with &&: it has no place beside "
        "|| and !; put the || into it");
    return {};
}

} // namespace tenantry
