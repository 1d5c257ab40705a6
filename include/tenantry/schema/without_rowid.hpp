// `WithoutRowid`: a table that is kept in the order of its primary key.
#pragma once

#include <concepts>

#include <tenantry/expr/id.hpp>
#include <tenantry/schema/detail/option.hpp>

namespace tenantry {

/// The rows stand in the index of the primary key and nowhere else (https://sqlite.org/withoutrowid.html): smaller and
/// faster for small rows with keys of their own.
struct WithoutRowid {
    using tenantry_members = detail::Members<>;
    static constexpr bool tenantry_without_rowid = true;

    template <class Table>
    static consteval void rules() noexcept
    {
        constexpr bool assigned = [] {
            if constexpr (has_id<typename Table::row_type>)
                return std::integral<id_value_t<typename Table::row_type>>;
            else
                return false;
        }();
        static_assert(!assigned, "tenantry: in a table WithoutRowid SQLite assigns no ids: take a PrimaryKey "
                                 "of the row's own or an id that is a uuid");
    }
};

} // namespace tenantry
