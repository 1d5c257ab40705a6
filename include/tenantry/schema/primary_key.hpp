// `PrimaryKey<&Setting::key>`: for rows without an `Id<Row>` member, which is the primary key by itself.
#pragma once

#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

/// The columns that identify a row, in this order.
template <auto... Fields>
struct PrimaryKey {
    using tenantry_members = detail::Members<Fields...>;
    static constexpr bool tenantry_primary_key = true;

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(sizeof...(Fields) > 0, "tenantry: a primary key names at least one column");
        static_assert((!sqlite::is_nullable<field_of<Fields>> && ...),
                      "tenantry: a column of the primary key cannot be optional");
    }

    template <class S, class Table>
    static constexpr void constraint(detail::TextSink& out) noexcept
        requires(sizeof...(Fields) > 1)
    {
        out.text("PRIMARY KEY (");
        detail::render_columns<Table>(out, tenantry_members::indices());
        out.text(")");
    }
};

} // namespace tenantry
