#pragma once

#include <tenantry/migrate/detail/conditions.hpp>

namespace tenantry::migrate {

TENANTRY_DECL std::string row_key(const TableModel& table)
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

TENANTRY_DECL Affinity affinity_of(std::string_view type)
{
    const std::string name = lowered(type);
    auto has = [&name](std::string_view part) { return name.find(part) != std::string::npos; };
    if (has("int")) return Affinity::integer;
    if (has("char") || has("clob") || has("text")) return Affinity::text;
    if (has("blob") || name.empty() || name == "any") return Affinity::blob;
    if (has("real") || has("floa") || has("doub")) return Affinity::real;
    return Affinity::numeric;
}

TENANTRY_DECL bool same_type(std::string_view a, std::string_view b, bool strict)
{
    if (normal_text(a) == normal_text(b)) return true;
    if (strict || a.empty() || b.empty()) return false;
    auto of = [](std::string_view type) {
        const Affinity affinity = affinity_of(type);
        return affinity == Affinity::integer ? Affinity::numeric : affinity;
    };
    return of(a) == of(b);
}

TENANTRY_DECL Conversion conversion(const ColumnText& live, const ColumnText& wanted)
{
    if (live.meaning.empty() && wanted.meaning.empty()) return {};
    return convert(quoted_name(live.name), live.meaning, affinity_of(live.type) == Affinity::real,
                   wanted.meaning, affinity_of(wanted.type) == Affinity::real);
}

TENANTRY_DECL std::string kept_in(const ColumnText& generated)
{
    const std::string value = '(' + generated.expression + ')';
    std::string kept = value;
    const Affinity affinity = affinity_of(generated.type);
    if (affinity == Affinity::text)
        kept = "CAST(" + value + " AS TEXT)";
    else if (affinity != Affinity::blob)
        kept = kept_as_number(value);
    const std::string collation = generated.collation.empty() ? "binary" : generated.collation;
    return kept + " COLLATE " + quoted_name(collation);
}

TENANTRY_DECL std::string projection(const TableModel& live, const TableModel& wanted)
{
    std::string inner = row_key(live) + " AS \"_tenantry_key\"";
    std::vector<const ColumnText*> generated;
    for (const ColumnText& column : wanted.text.columns) {
        const std::string name = quoted_name(column.name);
        const ColumnText* there = live.column(column.name);
        if (column.generated != Computed::no) {
            generated.push_back(&column);
            if (there != nullptr && there->generated == Computed::no)
                inner.append(", ").append(name).append(" AS ").append(former_name(column.name));
            continue;
        }
        std::string value = there == nullptr ? '(' + column.default_value.value_or("NULL") + ')' : name;
        if (there == nullptr && wanted.is_rowid(column)) // rows keep theirs, or are given numbers
            value = rowid_for(live, wanted).empty() ? "row_number() OVER ()" : rowid_for(live, wanted);
        if (there != nullptr)
            if (const Conversion made = conversion(*there, column); !made.expression.empty())
                value = '(' + made.expression + ')';
        if (affinity_of(column.type) != Affinity::blob &&
            (there == nullptr ||
             !same_type(there->type, column.type, live.text.strict || wanted.text.strict))) {
            if (affinity_of(column.type) == Affinity::numeric)
                value = kept_as_number(value);
            else
                value.insert(0, "CAST(").append(" AS ").append(column.type).append(1, ')');
        }
        // A column of no affinity compares what it holds as it is.
        if (affinity_of(column.type) == Affinity::blob && there != nullptr &&
            affinity_of(there->type) != Affinity::blob)
            value.insert(0, "(+").append(1, ')');
        // As the wanted column compares it.
        const std::string collation = column.collation.empty() ? "binary" : column.collation;
        if (there == nullptr || there->collation != column.collation || value != name)
            value.append(" COLLATE ").append(quoted_name(collation));
        inner.append(", ").append(value).append(" AS ").append(name);
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
                outer.append(", ").append(kept_in(*column)).append(" AS ").append(quoted_name(column->name));
        }
        if (later.size() == generated.size()) break; // in a ring: SQLite does not accept that
        std::string within("(SELECT *");
        within.append(outer).append(" FROM ").append(rows) += ')';
        rows = std::move(within);
        generated = std::move(later);
    }
    return rows;
}

TENANTRY_DECL std::string duplicates(const TableModel& live, const TableModel& wanted,
                                     const std::vector<std::string>& parts, std::string_view where)
{
    std::string partition;
    std::string set;
    for (const std::string& part : parts) {
        const auto tokens = sql_tokens(part);
        const ColumnText* column = tokens.size() == 1 ? wanted.column(name_of(tokens.front())) : nullptr;
        partition += (partition.empty() ? "" : ", ") + part;
        if (column != nullptr)
            partition += " COLLATE " + quoted_name(column->collation.empty() ? "binary" : column->collation);
        set += (set.empty() ? "" : " AND ") + std::string("(") + part + ") IS NOT NULL";
    }
    if (!where.empty()) set += " AND (" + std::string(where) + ')';
    return "SELECT \"_tenantry_key\" FROM (SELECT \"_tenantry_key\", count(*) OVER (PARTITION BY " +
           partition + ") AS \"_tenantry_count\" FROM " + projection(live, wanted) + " WHERE " + set +
           ") WHERE \"_tenantry_count\" > 1";
}

TENANTRY_DECL std::string dangling_rows(const TableModel& live, const TableModel& wanted,
                                        const ConstraintText& constraint, const TableModel* other_live,
                                        const TableModel* other)
{
    std::string set;
    std::string same;
    for (std::size_t i = 0; i < constraint.columns.size(); ++i) {
        const std::string column = "\"_tenantry_row\"." + quoted_name(constraint.columns[i]);
        set += (i == 0 ? "" : " AND ") + column + " IS NOT NULL";
        if (i < constraint.others.size())
            same += (i == 0 ? "\"_tenantry_other\"." : " AND \"_tenantry_other\".") +
                    quoted_name(constraint.others[i]) + " = " + column;
    }
    std::string text =
        "SELECT \"_tenantry_key\" FROM " + projection(live, wanted) + " AS \"_tenantry_row\" WHERE " + set;
    const TableModel* named = other != nullptr ? other : other_live;
    const bool there =
        other_live != nullptr && !same.empty() &&
        std::ranges::all_of(constraint.others, [&](const auto& c) { return named->column(c) != nullptr; });
    if (there)
        text += " AND NOT EXISTS (SELECT 1 FROM " +
                (other != nullptr ? projection(*other_live, *other) : quoted_name(other_live->name)) +
                " AS \"_tenantry_other\" WHERE " + same + ')';
    return text;
}

TENANTRY_DECL std::string does_not_fit(const std::string& column, std::string_view type, bool strict)
{
    const std::string name = lowered(type);
    const Affinity affinity = affinity_of(type);
    // Byte for byte, whatever the column's own collation takes for the same.
    const std::string as_it_is = " = " + column + " COLLATE BINARY";
    const std::string exact =
        " BETWEEN -9007199254740992 AND 9007199254740992"; // 2^53: what a double can tell apart
    const std::string kind = "typeof(" + column + ')';
    if (affinity == Affinity::integer)
        return "NOT (" + kind + " IN ('null', 'integer') OR (" + kind + " = 'real' AND CAST(CAST(" + column +
               " AS INTEGER) AS REAL) = " + column + " AND " + column + exact + ") OR (" + kind +
               " = 'text' AND CAST(CAST(" + column + " AS INTEGER) AS TEXT)" + as_it_is + "))";
    if (affinity == Affinity::text)
        return "NOT (" + kind + " IN ('null', 'text', 'integer') OR (" + kind + " = 'real' AND CAST(CAST(" +
               column + " AS TEXT) AS REAL) = " + column + "))";
    if (affinity == Affinity::real)
        return "NOT (" + kind + " IN ('null', 'real') OR (" + kind + " = 'integer' AND " + column + exact +
               ") OR (" + kind + " = 'text' AND CAST(CAST(" + column + " AS REAL) AS TEXT)" + as_it_is + "))";
    // Text that reads as a number becomes one: it must read back the same.
    if (affinity == Affinity::numeric)
        return kind + " = 'text' AND CAST(" + column + " AS NUMERIC) = CAST(" + column +
               " AS TEXT) AND CAST(CAST(" + column + " AS NUMERIC) AS TEXT) <> " + column + " COLLATE BINARY";
    if (strict && name == "blob") return kind + " NOT IN ('null', 'blob')";
    return {}; // everything is stored as it is
}

} // namespace tenantry::migrate
