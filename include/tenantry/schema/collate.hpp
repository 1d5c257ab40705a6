// `Collate<&User::name, "nocase">`: how the texts of a column are compared and sorted.
#pragma once

#include <cstddef>
#include <string_view>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

/// The collation of a column (https://sqlite.org/datatype3.html#collation): "binary", "nocase" (ASCII only), "rtrim",
/// or one that every connection has registered. Comparisons, ORDER BY, UNIQUE and indexes of the column go by it.
template <auto Field, FixedString Collation>
struct Collate {
    using tenantry_members = detail::Members<Field>;
    static constexpr std::string_view tenantry_collation = Collation.view();

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(sqlite::Codec<field_of<Field>>::storage == sqlite::Storage::text,
                      "tenantry: Collate is for a column of text");
        static_assert(!Collation.view().empty(), "tenantry: a collation has a name");
    }

    template <class S, class Table>
    static constexpr void column(detail::TextSink& out, std::size_t i) noexcept
    {
        if (!tenantry_members::contains(i)) return;
        out.text(" COLLATE ");
        out.identifier(Collation.view());
    }
};

} // namespace tenantry
