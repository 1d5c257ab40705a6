// `Unique<&User::email>`: no two rows have the same values in these columns.
#pragma once

#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>

namespace tenantry {

/// A UNIQUE constraint. NULLs are distinct from each other (https://sqlite.org/lang_createtable.html#uniqueconst).
template <auto... Fields>
struct Unique {
    using tenantry_members = detail::Members<Fields...>;
    static constexpr bool tenantry_unique = true;

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(sizeof...(Fields) > 0, "tenantry: a unique constraint names at least one column");
    }

    template <class S, class Table>
    static constexpr void constraint(detail::TextSink& out) noexcept
    {
        out.text("UNIQUE (");
        detail::render_columns<Table>(out, tenantry_members::indices());
        out.text(")");
    }
};

} // namespace tenantry
