// What an expression is, and the two nodes that everything is made of: a bound value, and an operator or
// function with its operands.
#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/form.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/detail/pack.hpp>
#include <tenantry/expr/name.hpp>

namespace tenantry {

/// A node of a typed SQL expression: `col<&Job::status>`, `col<&Job::status> == JobStatus::done`, `count()`.
///
/// A node is a value. It has
/// - `value_type`: the C++ type of its result; an optional where it can be NULL;
/// - `source`: the row whose table its first column belongs to, or void;
/// - `form`: its type without values and scopes; the SQL text is made of it;
/// - `aggregate`: whether there is an aggregate function in it;
/// - `window` (where it is left out: false): whether there is a window function in it;
/// - `bind(to)`: hands its values to `to.add(value)`, in the order of the text;
/// - `visit(visitor)`, static: names its columns (`visitor.template column<C>()`) and the types of its
///   values (`visitor.template value<V>()`), for checks at compile time;
/// - `grouped<Form...>`: whether it has one value in a group of rows made by expressions of those forms;
/// - `may_be_null<Missing>`, if it is not `value_type` alone that says it: whether it can be NULL where the rows
///   of some sources may be missing, those of left joins;
/// - `own(node)`, static, if it holds anything: the same node owning what it borrows, of the same form.
template <class T>
concept Expression = requires { typename T::tenantry_expression; };

namespace detail {

template <class T>
concept AnyExpression = Expression<std::remove_cvref_t<T>>;

// For operators: not a requires-clause, since clang looks at the return type before that, and it would work out
// types for every == in sight.
template <class... Operands>
using IfExpression = std::enable_if_t<(AnyExpression<Operands> || ...), int>;

// Whether there is a window function in it, or in one of some nodes.
template <class... Nodes>
inline constexpr bool is_windowed = (is_windowed<Nodes> || ...);
template <class Node>
inline constexpr bool is_windowed<Node> = requires { requires std::remove_cvref_t<Node>::window; };

// For clauses that come before window functions are computed.
template <class Node>
constexpr void refuse_window_function()
{
    static_assert(
        !is_windowed<Node>,
        "tenantry: a window function is computed after where(), group_by() and having(): it may stand in "
        "select() and order_by() only; to choose by its result, select from a query that has it");
}

template <class T>
struct optional_traits {
    static constexpr bool is_optional = false;
    using value = T;
};
template <class T>
struct optional_traits<std::optional<T>> {
    static constexpr bool is_optional = true;
    using value = T;
};

template <class T>
inline constexpr bool is_optional = optional_traits<T>::is_optional;

template <class T>
using unwrapped = typename optional_traits<T>::value;

template <class T>
using with_optional = std::optional<unwrapped<T>>;

// T, made optional if one of the operands can be NULL
template <class T, class... Operands>
using nullable_like = std::conditional_t<(is_optional<Operands> || ...), with_optional<T>, T>;

// Whether an expression can be NULL where the rows of some sources may be missing.
template <class E, class Missing>
inline constexpr bool may_be_null = is_optional<typename E::value_type>;
template <class E, class Missing>
    requires(Missing::any && requires { E::template may_be_null<Missing>; })
inline constexpr bool may_be_null<E, Missing> = E::template may_be_null<Missing>;

// An expression that has a name in the result of a select.
template <FixedString Name, class E>
struct Named;
template <class N, class E>
using named_t = Named<GivenName<N>::name, E>;

// What a wrong expression becomes after its error has been said: a node that everything accepts, so that
// the first message is the only one.
struct Refused {
    using tenantry_expression = void;
    using value_type = bool;
    using source = void;
    using form = ParameterForm;
    static constexpr bool aggregate = false;
    template <class...>
    static constexpr bool grouped = true;

    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

template <class T>
inline constexpr bool is_refused = std::same_as<std::remove_cvref_t<T>, Refused>;

// What a value that may borrow becomes when it has to live on by itself.
template <class T>
struct Owning {
    using type = T;
};
template <>
struct Owning<std::string_view> {
    using type = std::string;
};
template <>
struct Owning<std::span<const std::byte>> {
    using type = std::vector<std::byte>;
};
template <class T>
struct Owning<std::optional<T>> {
    using type = std::optional<typename Owning<T>::type>;
};
template <class T>
using owning_t = typename Owning<T>::type;

template <class V>
constexpr owning_t<std::remove_cvref_t<V>> make_owning(V&& value)
{
    using T = std::remove_cvref_t<V>;
    if constexpr (std::same_as<T, std::span<const std::byte>>)
        return owning_t<T>(value.begin(), value.end());
    else if constexpr (is_optional<T> && !std::same_as<T, owning_t<T>>)
        return value ? owning_t<T>(make_owning(*value)) : owning_t<T>();
    else
        return owning_t<T>(std::forward<V>(value));
}

// A value that is bound by its codec. T is a view where the query was given one.
template <class T>
struct Parameter {
    using tenantry_expression = void;
    using value_type = T;
    using source = void;
    using form = ParameterForm;
    static constexpr bool aggregate = false;
    template <class...>
    static constexpr bool grouped = true;

    T value;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template value<T>();
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        to.add(value);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Parameter<owning_t<T>>{make_owning(std::forward<Self>(self).value)};
    }
};

// Among what rows are grouped by: all columns of a source, whose row is the same in the group.
template <class Source>
struct EveryColumn;

// Whether what values are bound to does not bind them but looks whether they are those of GROUP BY: it asks for
// `visit(node)`, and is given nothing of what is computed before groups are made, or in another statement.
template <class Parameters>
inline constexpr bool checks_groups = requires { Parameters::tenantry_checks_groups; };

// Whether what visits does not name what is in the keys of groups: it asks for `is_key<Node>()`.
template <class Visitor>
inline constexpr bool looks_for_keys = requires { typename Visitor::tenantry_looks_for_keys; };

// An operator or function with its operands; `Value` is the type of its result. Syntax is an empty type: see
// Form. If it has `aggregate = true` it is an aggregate function.
template <class Syntax, class Value, class... Args>
struct Compound {
    using tenantry_expression = void;
    using value_type = Value;
    using source = first_type_t<typename Args::source...>;
    using form = Form<Syntax, typename Args::form...>;
    static constexpr bool is_aggregate_function = requires { requires Syntax::aggregate; };
    static constexpr bool aggregate = is_aggregate_function || (Args::aggregate || ...);
    static constexpr bool window = is_windowed<Args...>;
    template <class... Keys>
    static constexpr bool parts_grouped = sizeof...(Args) > 0 && (Args::template grouped<Keys...> && ...);
    template <class... Keys>
    static constexpr bool grouped =
        is_aggregate_function || ((std::same_as<form, Keys> || ...) && !is_volatile_expression<form>) ||
        parts_grouped<Keys...>;
    // NULL comes of NULL, unless Syntax says otherwise: `never_null`, `null_if_all` of its operands are, or a
    // `null_of<Missing, Args...>` of its own.
    template <class Missing>
    static constexpr bool may_be_null = [] {
        if constexpr (requires { Syntax::never_null; })
            return false;
        else if constexpr (requires { Syntax::template null_of<Missing, Args...>; })
            return is_optional<Value> || Syntax::template null_of<Missing, Args...>;
        else if constexpr (requires { Syntax::null_if_all; })
            return (detail::may_be_null<Args, Missing> && ...);
        else
            return is_optional<Value> || (detail::may_be_null<Args, Missing> || ...);
    }();

    Pack<Args...> args;

    /// Under a name of its own in the result: see `Named`.
    template <class N>
    [[nodiscard]] constexpr named_t<N, Compound> as(N) const&
    {
        return {*this};
    }
    template <class N>
    [[nodiscard]] constexpr named_t<N, Compound> as(N) &&
    {
        return {std::move(*this)};
    }

    template <class Visitor>
    static constexpr void visit([[maybe_unused]] Visitor& visitor)
    {
        if constexpr (looks_for_keys<Visitor>)
            if constexpr (Visitor::template is_key<Compound>()) return;
        (Args::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        if constexpr (checks_groups<Parameters>)
            to.visit(*this);
        else
            args.bind(to);
    }
    template <class Parameters>
    constexpr void bind_parts(Parameters& to) const
    {
        args.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Compound<Syntax, Value, owned_t<Args>...>{detail::own_part<Self>(self.args)};
    }
};

template <class Syntax, class Value, class... Args>
[[nodiscard]] constexpr auto compound(Args&&... args)
{
    return Compound<Syntax, Value, std::remove_cvref_t<Args>...>{{{std::forward<Args>(args)}...}};
}

} // namespace detail

} // namespace tenantry
