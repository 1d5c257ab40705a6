// The queries that find the rows which stand in the way of a change.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/migrate/model.hpp>

namespace tenantry::migrate {

/// An expression for what a row is known by: the primary key as SQL literals, or the rowid.
[[nodiscard]] inline std::string row_key(const TableModel& table)
{
    if (const ConstraintText* key = table.primary_key()) {
        std::string text;
        for (const std::string& column : key->columns)
            text += (text.empty() ? "quote(" : " || ', ' || quote(") + quoted_name(column) + ')';
        return text;
    }
    const std::string rowid = table.rowid();
    return rowid.empty() ? "'?'" : rowid;
}

/// A subquery of the rows of `live` as they would be in `wanted`, each with its key: what is new has its default,
/// what is generated its value.
[[nodiscard]] inline std::string projection(const TableModel& live, const TableModel& wanted)
{
    std::string inner = row_key(live) + " AS \"_tenantry_key\"";
    std::vector<const ColumnText*> generated;
    for (const ColumnText& column : wanted.text.columns) {
        const std::string name = quoted_name(column.name);
        if (column.generated != Computed::no) {
            generated.push_back(&column);
            continue;
        }
        const ColumnText* there = live.column(column.name);
        if (there == nullptr)
            inner += ", (" + column.default_value.value_or("NULL") + ") AS " + name;
        else if (normal_text(there->type) != normal_text(column.type) && !column.type.empty() &&
                 !same_name(column.type, "any"))
            inner.append(", CAST(")
                .append(name)
                .append(" AS ")
                .append(column.type)
                .append(") AS ")
                .append(name);
        else
            inner += ", " + name;
    }
    std::string rows = "(SELECT " + inner + " FROM " + quoted_name(live.name) + ')';
    // One generated column may be made of another: those first that are made of what is there.
    while (!generated.empty()) {
        std::string outer;
        std::vector<const ColumnText*> later;
        for (const ColumnText* column : generated) {
            const auto tokens = sql_tokens(column->expression);
            const bool waits = std::ranges::any_of(generated, [&](const ColumnText* other) {
                return other != column && mentions(tokens, other->name);
            });
            if (waits)
                later.push_back(column);
            else
                outer.append(", (")
                    .append(column->expression)
                    .append(") AS ")
                    .append(quoted_name(column->name));
        }
        if (later.size() == generated.size()) break; // in a ring: SQLite does not accept that
        std::string within("(SELECT *");
        within.append(outer).append(" FROM ").append(rows) += ')';
        rows = std::move(within);
        generated = std::move(later);
    }
    return rows;
}

/// Selects the keys of rows of which another has the same `parts`; NULL is the same as nothing.
[[nodiscard]] inline std::string duplicates(const TableModel& live, const TableModel& wanted,
                                            const std::vector<std::string>& parts, std::string_view where)
{
    std::string partition;
    std::string set;
    for (const std::string& part : parts) {
        const auto tokens = sql_tokens(part);
        const ColumnText* column = tokens.size() == 1 ? wanted.column(name_of(tokens.front())) : nullptr;
        partition += (partition.empty() ? "" : ", ") + part;
        if (column != nullptr && !column->collation.empty())
            partition += " COLLATE " + quoted_name(column->collation);
        set += (set.empty() ? "" : " AND ") + std::string("(") + part + ") IS NOT NULL";
    }
    if (!where.empty()) set += " AND (" + std::string(where) + ')';
    return "SELECT \"_tenantry_key\" FROM (SELECT \"_tenantry_key\", count(*) OVER (PARTITION BY " +
           partition + ") AS \"_tenantry_count\" FROM " + projection(live, wanted) + " WHERE " + set +
           ") WHERE \"_tenantry_count\" > 1";
}

/// A condition that is true of values of `column` that would not be the same in a column of `type`; empty where
/// every value is. What SQLite converts and can convert back is the same (https://sqlite.org/datatype3.html).
[[nodiscard]] inline std::string does_not_fit(const std::string& column, std::string_view type, bool strict)
{
    const std::string name = lowered(type);
    auto has = [&name](std::string_view part) { return name.find(part) != std::string::npos; };
    const std::string exact =
        " BETWEEN -9007199254740992 AND 9007199254740992"; // 2^53: what a double can tell apart
    const std::string kind = "typeof(" + column + ')';
    if (has("int"))
        return "NOT (" + kind + " IN ('null', 'integer') OR (" + kind + " = 'real' AND CAST(CAST(" + column +
               " AS INTEGER) AS REAL) = " + column + " AND " + column + exact + ") OR (" + kind +
               " = 'text' AND CAST(CAST(" + column + " AS INTEGER) AS TEXT) = " + column + "))";
    if (has("char") || has("clob") || has("text"))
        return "NOT (" + kind + " IN ('null', 'text', 'integer') OR (" + kind + " = 'real' AND CAST(CAST(" +
               column + " AS TEXT) AS REAL) = " + column + "))";
    if (has("real") || has("floa") || has("doub"))
        return "NOT (" + kind + " IN ('null', 'real') OR (" + kind + " = 'integer' AND " + column + exact +
               ") OR (" + kind + " = 'text' AND CAST(CAST(" + column + " AS REAL) AS TEXT) = " + column +
               "))";
    if (strict && name == "blob") return kind + " NOT IN ('null', 'blob')";
    return {}; // everything is stored as it is
}

} // namespace tenantry::migrate
