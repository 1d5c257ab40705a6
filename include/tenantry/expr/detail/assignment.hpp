// `col<&Job::status> = JobStatus::running`: what update().set() takes.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/detail/owned.hpp>

namespace tenantry {

namespace detail {

// A column and what it shall become.
template <class Column, class Value>
struct Assignment {
    using column = Column;
    using tenantry_assignment = void;

    struct form {
        template <class Out>
        static constexpr void render(Out& out)
        {
            out.template name<Column::member>();
            out.text(" = ");
            Value::form::render(out);
        }
    };

    Value value;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Column::visit(visitor);
        Value::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        value.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Assignment<Column, owned_t<Value>>{detail::own_part<Self>(self.value)};
    }
};

template <class T>
concept AnyAssignment = requires { typename std::remove_cvref_t<T>::tenantry_assignment; };

[[gnu::cold, gnu::noinline]] inline Error does_not_fit(std::string_view column)
{
    std::string text("an integer that is assigned to column '");
    text.append(column).append("' is beyond the range of its type");
    return Error(errc::invalid_argument, std::move(text));
}

// An integer that may be too big for the column it is assigned to: it would be stored and never read again.
template <class Column, class T>
struct FittedParameter : Parameter<T> {
    static constexpr bool owns_values = true;

    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        using Target = unwrapped<typename Column::value_type>;
        if (!std::in_range<Target>(without_null(this->value))) [[unlikely]]
            to.refuse(does_not_fit(field_name<row_of<Column::member>, member_index<Column::member>>));
        else
            to.add(this->value);
    }

private:
    template <class V>
    static constexpr unwrapped<V> without_null(const V& v)
    {
        if constexpr (is_optional<V>)
            return v ? *v : unwrapped<V>{};
        else
            return v;
    }
};

template <class T, class V>
inline constexpr bool always_fits = [] {
    if constexpr (is_integer<T> && is_integer<V>)
        return std::in_range<T>(std::numeric_limits<V>::min()) &&
               std::in_range<T>(std::numeric_limits<V>::max());
    else
        return true;
}();

template <class Base, class C>
consteval Mismatch assigned_constant_mismatch()
{
    if constexpr (constant_mismatch<Base, C>() == Mismatch::none && is_integer<Base>)
        return std::in_range<Base>(C::value) ? Mismatch::none : Mismatch::beyond;
    else
        return constant_mismatch<Base, C>();
}

// The column's declared type and the value's.
template <class Field, class V>
consteval Mismatch assignment_mismatch()
{
    using Value = std::decay_t<V>;
    using Base = unwrapped<Field>;
    if constexpr (is_refused<V>)
        return Mismatch::said;
    else if constexpr (is_constant<Value>)
        return assigned_constant_mismatch<Base, Value>();
    else if constexpr (AnyExpression<V>)
        return expression_mismatch<Base, base_value_t<V>>() == Mismatch::none && !is_optional<Field> &&
                       is_optional<typename Value::value_type>
                   ? Mismatch::nullable
                   : expression_mismatch<Base, base_value_t<V>>();
    else if constexpr (std::same_as<Value, std::nullptr_t>)
        return Mismatch::null;
    else if constexpr (is_optional<Field> && std::same_as<Value, std::nullopt_t>)
        return Mismatch::none;
    else if constexpr (is_optional<Field> && is_optional<Value>)
        return value_mismatch<Base, unwrapped<Value>>();
    else
        return value_mismatch<Base, Value>();
}

template <class Column, class V>
[[nodiscard]] constexpr auto assigned_value(V&& value)
{
    using Base = unwrapped<typename Column::value_type>;
    using Value = std::decay_t<V>;
    if constexpr (AnyExpression<V>)
        return std::remove_cvref_t<V>(std::forward<V>(value));
    else if constexpr (std::same_as<Value, CurrentTimestamp>)
        return as_operand<Base>(value);
    else if constexpr (std::same_as<Value, std::nullopt_t>)
        return Parameter<std::optional<Base>>{std::nullopt};
    else if constexpr (!always_fits<Base, unwrapped<Value>>)
        return FittedParameter<Column, Value>{{value}};
    else if constexpr (is_optional<Value>)
        return make_optional_parameter<Base>(std::forward<V>(value));
    else
        return make_parameter<Base>(std::forward<V>(value));
}

template <class Column, class V, Mismatch Why = assignment_mismatch<typename Column::value_type, V>()>
struct AssignmentOf {
    using type = Assignment<Column, Refused>;
};
template <class Column, class V>
struct AssignmentOf<Column, V, Mismatch::none> {
    using type = Assignment<Column, decltype(assigned_value<Column>(std::declval<V>()))>;
};

template <class Column, class V>
using assignment_t = typename AssignmentOf<Column, V>::type;

template <class Column, class V>
[[nodiscard]] constexpr assignment_t<Column, V> assign(V&& value)
{
    constexpr Mismatch why = assignment_mismatch<typename Column::value_type, V>();
    refuse_assignment<why, Column, V>();
    if constexpr (AnyExpression<V>)
        static_assert(
            !std::remove_cvref_t<V>::aggregate && !is_windowed<V>,
            "tenantry: a column is assigned an aggregate or window function: what it is computed of is "
            "said by a select: scalar(select(...))");
    if constexpr (why == Mismatch::none)
        return {assigned_value<Column>(std::forward<V>(value))};
    else
        return {};
}

} // namespace detail

} // namespace tenantry
