#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <tenantry/sqlite/detail/constraint_text.hpp>

namespace tenantry::detail {

TENANTRY_DECL ConstraintKind constraint_kind(int code, std::string_view words) noexcept
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE: return ConstraintKind::unique;
    case SQLITE_CONSTRAINT_PRIMARYKEY: return ConstraintKind::primary_key;
    case SQLITE_CONSTRAINT_FOREIGNKEY: return ConstraintKind::foreign_key;
    case SQLITE_CONSTRAINT_CHECK: return ConstraintKind::check;
    case SQLITE_CONSTRAINT_NOTNULL: return ConstraintKind::not_null;
    case SQLITE_CONSTRAINT_TRIGGER:
        return words == "FOREIGN KEY constraint failed" ? ConstraintKind::foreign_key
                                                        : ConstraintKind::trigger;
    case SQLITE_CONSTRAINT_ROWID: return ConstraintKind::rowid;
    case SQLITE_CONSTRAINT_DATATYPE:
    case SQLITE_MISMATCH: return ConstraintKind::datatype;
    default: return (code & 0xff) == SQLITE_CONSTRAINT ? ConstraintKind::other : ConstraintKind::none;
    }
}

inline bool table_has_column(sqlite3* db, const std::string& table, const std::string& column) noexcept
{
    return db == nullptr || sqlite3_table_column_metadata(db, nullptr, table.c_str(), column.c_str(), nullptr,
                                                          nullptr, nullptr, nullptr, nullptr) == SQLITE_OK;
}

// "users.first, users.last". There may be dots and commas in the names: the table is there, and each column begins with it.
inline void read_columns(sqlite3* db, std::string_view text, Constraint& constraint)
{
    for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.', dot + 1)) {
        std::string table(text.substr(0, dot));
        const std::string divider = ", " + table + ".";
        std::string_view rest = text.substr(dot + 1);
        std::size_t end = rest.find(divider);
        if (!table_has_column(db, table, std::string(rest.substr(0, end)))) continue;
        constraint.table = std::move(table);
        for (; end != std::string_view::npos; end = rest.find(divider)) {
            constraint.columns.emplace_back(rest.substr(0, end));
            rest.remove_prefix(end + divider.size());
        }
        constraint.columns.emplace_back(rest);
        return;
    }
}

TENANTRY_DECL Constraint constraint_of(sqlite3* db, int code, std::string_view words)
{
    Constraint constraint;
    constraint.kind = constraint_kind(code, words);
    const auto after = [words](std::string_view begin) {
        const std::size_t at = words.find(begin);
        return at == std::string_view::npos ? std::string_view() : words.substr(at + begin.size());
    };
    switch (constraint.kind) {
    case ConstraintKind::unique:
    case ConstraintKind::primary_key:
    case ConstraintKind::rowid:
        if (std::string_view index = after("constraint failed: index '"); !index.empty())
            constraint.name = index.substr(0, index.size() - 1);
        else
            read_columns(db, after("constraint failed: "), constraint);
        break;
    case ConstraintKind::not_null: read_columns(db, after("constraint failed: "), constraint); break;
    case ConstraintKind::check: constraint.name = after("constraint failed: "); break;
    case ConstraintKind::datatype: // "cannot store TEXT value in INTEGER column users.age"
        read_columns(db, after(" column "), constraint);
        break;
    default: break;
    }
    return constraint;
}

} // namespace tenantry::detail
