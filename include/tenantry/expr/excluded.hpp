// `excluded(col<&Setting::value>)`: what was to be inserted, in the do_update of an upsert.
#pragma once

#include <concepts>
#include <type_traits>

#include <tenantry/expr/column.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry {

namespace detail {

template <class>
inline constexpr bool is_column = false;
template <auto Member>
inline constexpr bool is_column<Column<Member>> = true;

// What an insert has besides its table where it says what becomes of a row in the way: the row that is kept out.
template <class Row>
struct ExcludedRow {};

// https://sqlite.org/lang_upsert.html
template <class Named>
struct Excluded {
    using tenantry_expression = void;
    using value_type = typename Named::value_type;
    using source = typename Named::source;
    using form = Excluded;
    static constexpr bool aggregate = false;
    static constexpr Precedence precedence = Precedence::primary;
    template <class... Keys>
    static constexpr bool grouped = false;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Named::visit(visitor);
        visitor.template excluded<row_of<Named::member>>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text("excluded.");
        out.template name<Named::member>();
    }
};

} // namespace detail

/// The value that the row in the way kept out: only in `on_conflict(...).do_update(...)`.
template <class C>
[[nodiscard]] constexpr auto excluded(const C&)
{
    static_assert(detail::is_column<C>,
                  "tenantry: excluded() takes a column: excluded(col<&Setting::value>)");
    if constexpr (detail::is_column<C>)
        return detail::Excluded<C>{};
    else
        return detail::Refused{};
}

} // namespace tenantry
