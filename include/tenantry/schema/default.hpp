// `Default<&Job::status, JobStatus::pending>`: the value a column has where an insert names none.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <tenantry/core/enum_names.hpp>
#include <tenantry/expr/constant.hpp>
#include <tenantry/expr/current_timestamp.hpp>
#include <tenantry/expr/detail/literal.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/declared_expression.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry {

namespace detail {

// Whether a default fits the column's type. A class that is stored as an integer or a text takes one as well:
// a duration its count.
template <class Field, auto Value>
consteval bool default_fits() noexcept
{
    using Column = unwrapped<Field>;
    using Given = std::remove_cv_t<decltype(Value)>;
    if constexpr (std::same_as<Given, CurrentTimestamp>)
        return is_time_column<Column>;
    else if constexpr (std::same_as<Given, bool> || std::is_enum_v<Given>)
        return std::same_as<Column, Given>;
    else if constexpr (std::same_as<Column, bool> || std::is_enum_v<Column>)
        return false;
    else if constexpr (detail::PlainInteger<Given>) {
        if constexpr (detail::PlainInteger<Column>)
            return std::in_range<Column>(Value) && std::in_range<std::int64_t>(Value);
        else if constexpr (std::floating_point<Column>)
            return std::in_range<std::int64_t>(Value);
        else
            return (sqlite::Codec<Column>::storage == sqlite::Storage::integer ||
                    sqlite::Codec<Column>::storage == sqlite::Storage::real) &&
                   std::in_range<std::int64_t>(Value);
    } else if constexpr (std::same_as<Given, RealConstant>)
        return sqlite::Codec<Column>::storage == sqlite::Storage::real;
    else if constexpr (is_fixed_string<Given>)
        return sqlite::Codec<Column>::storage == sqlite::Storage::text;
    else
        return false;
}

// An expression is worked out whenever a row is inserted without the column.
template <class Part>
struct DefaultExpression;
template <const auto& Node>
struct DefaultExpression<ExpressionPart<Node>> {
    template <class Field>
    static consteval bool check() noexcept
    {
        if constexpr (check_declared<Node, ConstantRules>())
            return check_declared_value<Node, Field>();
        else
            return false;
    }
    template <class S>
    static constexpr void render(TextSink& out)
    {
        out.put('(');
        render_expression<S, Node>(out);
        out.put(')');
    }
};

template <class S, class Field, auto Value>
constexpr void render_default(TextSink& out)
{
    using Column = unwrapped<Field>;
    using Given = std::remove_cv_t<decltype(Value)>;
    if constexpr (std::same_as<Given, CurrentTimestamp>)
        NowText<Column>::render(out);
    else if constexpr (is_expression_part<Given>)
        DefaultExpression<Given>::template render<S>(out);
    else
        ConstantText<Value>::render(out);
}

} // namespace detail

/// A number, a bool, an enumerator, a text, `current_timestamp`, or `Expr<constant>` for an expression that names no
/// columns. Insert with `insert(row).defaults(col<&Job::status>)` to leave the value to it.
template <auto Field, detail::ConstantValue Value>
struct Default {
    using tenantry_members = detail::Members<Field>;
    static constexpr bool tenantry_default = true;

    template <class Table>
    static consteval void rules() noexcept
    {
        using Given = std::remove_cv_t<decltype(Value.value)>;
        if constexpr (detail::is_expression_part<Given>)
            static_cast<void>(detail::DefaultExpression<Given>::template check<field_of<Field>>());
        else
            check_value();
    }

    template <class S, class Table>
    static constexpr void column(detail::TextSink& out, std::size_t i)
    {
        if (!tenantry_members::contains(i)) return;
        out.text(" DEFAULT ");
        detail::render_default<S, field_of<Field>, Value.value>(out);
    }

private:
    static consteval void check_value() noexcept
    {
        constexpr bool fits = detail::default_fits<field_of<Field>, Value.value>();
        static_assert(fits, "tenantry: this default is not a value of its column");
        if constexpr (fits) {
            if constexpr (std::same_as<std::remove_cv_t<decltype(Value.value)>, detail::RealConstant>)
                static_assert(detail::decimal_of(Value.value.value()).exact,
                              "tenantry: a default of a floating-point column has at most 15 decimal digits");
            if constexpr (std::is_enum_v<std::remove_cv_t<decltype(Value.value)>>)
                static_assert(!enum_name(Value.value).empty(),
                              "tenantry: this default is not a value of its column");
        }
    }
};

} // namespace tenantry
