// `Generated<&Line::total, total>`: a column that SQLite works out from others.
#pragma once

#include <concepts>
#include <cstddef>

#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/detail/declared_expression.hpp>
#include <tenantry/schema/detail/option.hpp>

namespace tenantry {

/// Worked out whenever it is read.
struct Virtual {};
/// Worked out when the row is written, and kept.
struct Stored {};

/// A generated column (https://sqlite.org/gencol.html). `Value` is a constant,
/// `inline constexpr auto total = col<&Line::price> * col<&Line::count>;`. It is read as every other; an insert or
/// update of a row leaves it out.
template <auto Field, const auto& Value, class Kept = Virtual>
struct Generated {
    using tenantry_members = detail::Members<Field>;
    static constexpr bool tenantry_generated = true;

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(std::same_as<Kept, Virtual> || std::same_as<Kept, Stored>,
                      "tenantry: a generated column is Virtual or Stored");
        static_assert(!is_primary_key<Table>(member_index<Field>),
                      "tenantry: a column of the primary key cannot be generated");
        static_assert(!has_default<Table>(member_index<Field>),
                      "tenantry: a generated column has no default");
        if constexpr (detail::check_declared<Value, detail::DeclarationRules<typename Table::row_type>>())
            static_cast<void>(detail::check_declared_value<Value, field_of<Field>>());
    }

    template <class S, class Table>
    static constexpr void column(detail::TextSink& out, std::size_t i)
    {
        if (!tenantry_members::contains(i)) return;
        out.text(" AS (");
        detail::render_expression<S, Value>(out);
        out.text(std::same_as<Kept, Stored> ? ") STORED" : ")");
    }
};

} // namespace tenantry
