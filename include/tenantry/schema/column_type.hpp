// `ColumnType<&Person::created, "datetime">`: a column whose type has another text than its field's.
#pragma once

#include <string_view>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>

namespace tenantry {

/// For tables that others have made, whose types are not INTEGER, REAL, TEXT and BLOB alone, and where other programs read
/// the text: "NVARCHAR(120)", "datetime". Only of tables that are `NotStrict`. SQLite takes no more from it than an affinity
/// (https://sqlite.org/datatype3.html#determination_of_column_affinity), and it must be one in which the field's values
/// stay what they are.
template <auto Field, FixedString Type>
struct ColumnType {
    using tenantry_members = detail::Members<Field>;
    static constexpr std::string_view tenantry_column_type = Type.view();

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(
            is_type(Type.view()),
            "tenantry: a column's type is words, perhaps with numbers in parentheses: \"NUMERIC(10,2)\"");
    }

private:
    static constexpr bool is_type(std::string_view text) noexcept
    {
        bool is_in_parentheses = false;
        for (const char c : text) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ' ';
            const bool digit = c >= '0' && c <= '9';
            if (c == '(' && !is_in_parentheses)
                is_in_parentheses = true;
            else if (c == ')' && is_in_parentheses)
                is_in_parentheses = false;
            else if (is_in_parentheses ? !digit && c != ',' && c != ' ' : !letter && !digit)
                return false;
        }
        return !text.empty() && !is_in_parentheses && text.front() != '(' && text.front() != ' ';
    }
};

} // namespace tenantry
