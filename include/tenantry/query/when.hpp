// when(wanted, condition): conditions and assignments of which it is known only at run time whether they are there.
#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/node_list.hpp>
#include <tenantry/expr/detail/of_temporary.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/query/detail/choices.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/when_set.hpp>

namespace tenantry {

namespace detail {

// Where conditions are joined of which some are there: the first of them opens it.
class Joint {
public:
    constexpr Joint(std::string_view opening, std::string_view between, Precedence at_least,
                    Joint* outer = nullptr) noexcept
        : opening_(opening), between_(between), at_least_(at_least), outer_(outer)
    {}

    // Before each condition.
    template <class Out>
    constexpr void next(Out& out)
    {
        if (is_open_) return out.text(between_);
        if (outer_ != nullptr) outer_->next(out);
        out.text(opening_);
        is_open_ = true;
    }

    [[nodiscard]] constexpr bool is_open() const noexcept { return is_open_; }
    [[nodiscard]] constexpr Precedence at_least() const noexcept { return at_least_; }

private:
    std::string_view opening_;
    std::string_view between_;
    Precedence at_least_;
    Joint* outer_;
    bool is_open_ = false;
};

template <class Form, class Out>
constexpr void render_joined(Out& out, Joint& joint)
{
    if constexpr (requires { Form::is_filter; }) {
        Form::render_joined(out, joint);
    } else {
        joint.next(out);
        render_operand<Form>(out, joint.at_least());
    }
}

template <class Form>
struct WhenForm {
    static constexpr bool is_filter = true;

    template <class Out>
    static constexpr void render_joined(Out& out, Joint& joint)
    {
        if (out.choose(1, 1) != 0) detail::render_joined<Form>(out, joint);
    }
};

// A condition that may be left out: empty then.
template <class Condition>
struct When {
    using source = typename Condition::source;
    using form = WhenForm<typename Condition::form>;
    static constexpr bool may_be_empty = true;
    static constexpr bool aggregate = Condition::aggregate;
    static constexpr bool window = is_windowed<Condition>;
    template <class... Keys>
    static constexpr bool grouped = Condition::template grouped<Keys...>;

    std::optional<Condition> condition;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Condition::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        add_choice(to, 1, condition ? 1 : 0);
        if (condition) condition->bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        using Owned = owned_t<decltype(*condition)>;
        return self.condition ? When<Owned>{detail::owned(*std::forward<Self>(self).condition)}
                              : When<Owned>{};
    }
};

template <class Node>
inline constexpr bool may_be_left_out = requires { requires Node::may_be_empty; };

template <bool All, class... Forms>
struct JoinedForm {
    static constexpr bool is_filter = true;

    template <class Out>
    static constexpr void render_joined(Out& out, Joint& outer)
    {
        Joint joint("(", All ? " AND " : " OR ", All ? Precedence::logical_and : Precedence::logical_or,
                    &outer);
        (detail::render_joined<Forms>(out, joint), ...);
        if (joint.is_open()) out.text(")");
    }
};

// Conditions joined by && or ||, as far as they are there.
template <bool All, class... Nodes>
struct Joined : NodeList<Nodes...> {
    using form = JoinedForm<All, typename Nodes::form...>;
    static constexpr bool may_be_empty = (may_be_left_out<Nodes> && ...);

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Joined<All, owned_t<Nodes>...>{{detail::own_part<Self>(self.nodes)}};
    }
};

template <class Form>
struct NegatedForm {
    static constexpr bool is_filter = true;

    template <class Out>
    static constexpr void render_joined(Out& out, Joint& outer)
    {
        Joint joint("NOT (", "", Precedence::logical_or, &outer);
        detail::render_joined<Form>(out, joint);
        if (joint.is_open()) out.text(")");
    }
};

// The opposite of one that may be left out.
template <class Node>
struct Negated {
    using source = typename Node::source;
    using form = NegatedForm<typename Node::form>;
    static constexpr bool may_be_empty = may_be_left_out<Node>;
    static constexpr bool aggregate = Node::aggregate;
    static constexpr bool window = is_windowed<Node>;
    template <class... Keys>
    static constexpr bool grouped = Node::template grouped<Keys...>;

    Node node;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Node::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        node.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Negated<owned_t<decltype(node)>>{detail::own_part<Self>(self.node)};
    }
};

template <class... Forms>
struct FiltersForm {
    static constexpr Position position = Position::where;

    template <class Out>
    static constexpr void render(Out& out)
    {
        Joint joint(" WHERE ", " AND ", Precedence::logical_and);
        (render_joined<Forms>(out, joint), ...);
    }
};

// Conditions joined by &&, some of which may be left out. Also the WHERE made of them.
template <class... Nodes>
struct Filters : NodeList<Nodes...> {
    using tenantry_filters = void;
    using form = FiltersForm<typename Nodes::form...>;
    static constexpr bool may_be_empty = (may_be_left_out<Nodes> && ...);

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Filters<owned_t<Nodes>...>{{detail::own_part<Self>(self.nodes)}};
    }
};

template <Expression E>
[[nodiscard]] constexpr Filters<E> as_filters(E condition)
{
    return {{{{std::move(condition)}}}};
}
template <class... Nodes>
[[nodiscard]] constexpr Filters<Nodes...> as_filters(Filters<Nodes...> filters)
{
    return filters;
}

template <class... A, class... B>
[[nodiscard]] constexpr Filters<A..., B...> join_filters(Filters<A...>&& a, Filters<B...>&& b)
{
    return std::move(a.nodes).apply([&](A&&... left) {
        return std::move(b.nodes).apply([&](B&&... right) {
            return Filters<A..., B...>{{{{std::move(left)}..., {std::move(right)}...}}};
        });
    });
}

// All of it as one node among others.
template <Expression E>
[[nodiscard]] constexpr E as_filter_node(E condition)
{
    return condition;
}
template <class Node>
[[nodiscard]] constexpr Node as_filter_node(Filters<Node> filters)
{
    return static_cast<PackLeaf<0, Node>&&>(filters.nodes).value;
}
template <class A, class B, class... Rest>
[[nodiscard]] constexpr Joined<true, A, B, Rest...> as_filter_node(Filters<A, B, Rest...> filters)
{
    return {{std::move(filters.nodes)}};
}

template <class Node>
[[nodiscard]] constexpr Joined<false, Node> as_alternatives(Node node)
{
    return {{{{std::move(node)}}}};
}
template <class... Nodes>
[[nodiscard]] constexpr Joined<false, Nodes...> as_alternatives(Joined<false, Nodes...> joined)
{
    return joined;
}
template <class... A, class... B>
[[nodiscard]] constexpr auto join_alternatives(Joined<false, A...>&& a, Joined<false, B...>&& b)
{
    return std::move(a.nodes).apply([&](A&&... left) {
        return std::move(b.nodes).apply([&](B&&... right) {
            using Either = Joined<false, A..., B...>;
            return Filters<Either>{{{{Either{{{{std::move(left)}..., {std::move(right)}...}}}}}}};
        });
    });
}

template <class... Operands>
using IfFilters = std::enable_if_t<(AnyFilters<Operands> || ...), int>;

template <class L, class R>
inline constexpr bool are_filters = (AnyFilters<L> || (AnyExpression<L> && is_condition<L>())) &&
                                    (AnyFilters<R> || (AnyExpression<R> && is_condition<R>()));

template <class E>
constexpr bool check_filter()
{
    constexpr bool sound = AnyExpression<E> || AnyFilters<E>;
    static_assert(
        sound,
        "tenantry: when() takes a condition, when(wanted, col<&Job::cost> > 5), or for set() an assignment");
    if constexpr (AnyExpression<E>) {
        static_assert(is_condition<E>(),
                      "tenantry: when() takes a condition: a comparison, or a column of bool");
    }
    return sound;
}

// What when() makes of a condition or assignment, which is there or not.
template <class E>
[[nodiscard]] constexpr auto empty_when()
{
    if constexpr (AnyAssignment<E>) {
        return WhenSet<std::remove_cvref_t<E>>{};
    } else if constexpr (check_filter<E>()) {
        using Node = When<decltype(as_filter_node(std::declval<const std::remove_cvref_t<E>&>()))>;
        return Filters<Node>{{{{Node{}}}}};
    } else {
        return Refused{};
    }
}
template <class A, class E>
constexpr void fill_when(WhenSet<A>& to, E&& assignment)
{
    to.assignment.emplace(std::forward<E>(assignment));
}
template <class Node, class E>
constexpr void fill_when(Filters<Node>& to, E&& condition)
{
    auto& place = static_cast<PackLeaf<0, Node>&>(to.nodes).value.condition;
    if constexpr (AnyExpression<E>)
        place.emplace(std::forward<E>(condition));
    else
        place.emplace(as_filter_node(std::forward<E>(condition)));
}
template <class E>
constexpr void fill_when(Refused&, E&&)
{}

// The same, which says that what made it was a temporary.
template <class A>
[[nodiscard]] constexpr auto made_by_temporary(WhenSet<A>&& made)
{
    return say_temporary(std::move(made));
}
template <class Node>
[[nodiscard]] constexpr auto made_by_temporary(Filters<Node>&& made)
{
    return Filters<OfTemporary<Node>>{
        {{{say_temporary(static_cast<PackLeaf<0, Node>&&>(made.nodes).value)}}}};
}
[[nodiscard]] constexpr Refused made_by_temporary(Refused&&) { return {}; }

template <class T>
concept AnyColumn = AnyExpression<T> && requires { std::remove_cvref_t<T>::member; };

} // namespace detail

/// A condition of where() or having() that is left out of the statement, not only of its result, unless it is wanted:
/// `where(when(only_open, col<&Job::status> == JobStatus::pending) && col<&Job::cost> > 5)`. It is joined to others
/// with && and ||, and negated with !: what is left out is left out of what it is joined to, so that
/// `a || when(false, b)` is `a`, and where nothing is left there is no condition. Values are bound as ever, and each
/// combination of conditions that comes up keeps its prepared statement (up to 64 of them a query; further ones are
/// prepared each time).
///
/// The same for an assignment, in the set() of an update: `set(when(rename, col<&Job::name> = name))`.
template <class E>
[[nodiscard]] constexpr auto when(bool wanted, E&& what)
{
    auto made = detail::empty_when<E>();
    if (wanted) detail::fill_when(made, std::forward<E>(what));
    return made;
}

/// The same for a value that may be there: `when(filter.module, [](const auto& module) { return col<&Job::module> ==
/// module; })`. What is made is the query's own, unless it is made of views: those of an optional that is a temporary are
/// copied, those of another are views of its value.
template <class T, class Make>
    requires std::invocable<Make&, const T&>
[[nodiscard]] constexpr auto when(const std::optional<T>& value, Make&& make)
{
    auto made = detail::empty_when<std::invoke_result_t<Make&, const T&>>();
    if (value) detail::fill_when(made, make(*value));
    if constexpr (detail::safe_as_temporary<Make>)
        return made;
    else
        return detail::made_by_temporary(std::move(made));
}
template <class T, class Make>
    requires std::invocable<Make&, const T&>
[[nodiscard]] constexpr auto when(const std::optional<T>&& value, Make&& make)
{
    auto made = detail::owned(when(std::as_const(value), make));
    if constexpr (detail::safe_as_temporary<Make>)
        return made;
    else
        return detail::made_by_temporary(std::move(made));
}

/// For set(): a column that is assigned the value if it is there. `when(patch.note, col<&Job::note>)`, where `patch.note`
/// is an optional of an optional, assigns NULL if it holds nullopt.
template <class T, detail::AnyColumn Column>
[[nodiscard]] constexpr auto when(const std::optional<T>& value, const Column& column)
{
    auto made = detail::empty_when<decltype(column = *value)>();
    if (value) detail::fill_when(made, column = *value);
    return made;
}

/// Both, as far as they are there.
template <class L, class R, detail::IfFilters<L, R> = 0>
[[nodiscard]] constexpr auto operator&&(L&& left, R&& right)
{
    constexpr bool sound = detail::are_filters<L, R>;
    static_assert(sound, "tenantry: && joins conditions: comparisons, or columns of bool");
    if constexpr (sound)
        return detail::join_filters(detail::as_filters(std::forward<L>(left)),
                                    detail::as_filters(std::forward<R>(right)));
    else
        return detail::Refused{};
}

/// One of them, as far as they are wanted: the other where one is left out, and no condition where both are left out.
template <class L, class R, detail::IfFilters<L, R> = 0>
[[nodiscard]] constexpr auto operator||(L&& left, R&& right)
{
    constexpr bool sound = detail::are_filters<L, R>;
    static_assert(sound, "tenantry: || joins conditions: comparisons, or columns of bool");
    if constexpr (sound)
        return detail::join_alternatives(
            detail::as_alternatives(detail::as_filter_node(std::forward<L>(left))),
            detail::as_alternatives(detail::as_filter_node(std::forward<R>(right))));
    else
        return detail::Refused{};
}

/// The opposite, if it is there.
template <class E, detail::IfFilters<E> = 0>
[[nodiscard]] constexpr auto operator!(E&& filters)
{
    using Node = detail::Negated<decltype(detail::as_filter_node(std::forward<E>(filters)))>;
    return detail::Filters<Node>{{{{Node{detail::as_filter_node(std::forward<E>(filters))}}}}};
}

} // namespace tenantry
