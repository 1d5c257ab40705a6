// `ColumnName<&Setting::key, "setting_key">`: a column whose name is not the member's.
#pragma once

#include <string_view>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>

namespace tenantry {

/// For databases that have their names already, and for names that C++ has not. The member stays the spelling of the
/// column in every query.
template <auto Field, FixedString Name>
struct ColumnName {
    using tenantry_members = detail::Members<Field>;
    static constexpr std::string_view tenantry_column_name = Name.view();

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(!Name.view().empty() && Name.view().find('\0') == std::string_view::npos,
                      "tenantry: a column's name is not empty and has no zero in it");
    }
};

} // namespace tenantry
