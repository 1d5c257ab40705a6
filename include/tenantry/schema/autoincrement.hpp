// `Autoincrement`: ids that are never given twice.
#pragma once

#include <concepts>

#include <tenantry/expr/id.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

/// The id of a row that was removed is not assigned to another one (https://sqlite.org/autoinc.html). It costs a second
/// table to be written with each insert.
struct Autoincrement {
    using tenantry_members = detail::Members<>;
    static constexpr bool tenantry_autoincrement = true;

    template <class Table>
    static consteval void rules() noexcept
    {
        constexpr bool assigned = [] {
            if constexpr (has_id<typename Table::row_type>)
                return std::integral<id_value_t<typename Table::row_type>>;
            else
                return false;
        }();
        static_assert(assigned, "tenantry: Autoincrement is for tables whose key is an Id<Row> that SQLite "
                                "assigns, an integer");
    }
};

} // namespace tenantry
