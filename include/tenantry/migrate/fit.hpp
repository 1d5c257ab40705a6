// Can a program write and read its rows in a schema that is not quite its own?
#pragma once

#include <string>
#include <vector>

#include <tenantry/migrate/conditions.hpp>
#include <tenantry/migrate/meaning.hpp>
#include <tenantry/migrate/model.hpp>

namespace tenantry::migrate {

/// Is a value that is written into the column of `live` read as it would be from the declared one? By its name in a STRICT
/// table, in others by its affinity.
[[nodiscard]] inline bool takes(const TableModel& table, const ColumnText& live, const ColumnText& declared)
{
    if (same_type(live.type, declared.type, table.text.strict)) return true;
    if (table.text.strict) return false;
    // A number may be whole: both are read.
    return affinity_of(declared.type) == Affinity::real && affinity_of(live.type) == Affinity::numeric;
}

/// What keeps rows of the `wanted` schema from being written or read in the `live` one; empty: nothing does.
/// Constraints and indexes that differ do not count: they may refuse a row, and then say so.
[[nodiscard]] inline std::vector<std::string> misfits(const SchemaModel& live, const SchemaModel& wanted)
{
    std::vector<std::string> found;
    for (const TableModel& table : wanted.tables) {
        const TableModel* there = live.table(table.name);
        if (there == nullptr) {
            found.push_back(label("table", table.name) + " is missing");
            continue;
        }
        if (table.is_virtual || there->is_virtual) continue;
        for (const ColumnText& column : table.text.columns) {
            const std::string said = "column " + table.name + '.' + column.name;
            const ColumnText* found_column = there->column(column.name);
            if (found_column == nullptr)
                found.push_back(said + " is missing");
            else if (!takes(*there, *found_column, column) ||
                     (table.is_rowid(column) && !there->is_rowid(*found_column) &&
                      !there->text.without_rowid))
                found.push_back(said + " is " +
                                (found_column->type.empty() ? "of no type" : found_column->type) +
                                " and not " + column.type);
            else if (there->not_null(*found_column) != table.not_null(column) &&
                     !there->is_rowid(*found_column))
                found.push_back(said + (table.not_null(column) ? " may be NULL" : " may not be NULL") +
                                ", unlike the declared one");
            else if (means_otherwise(found_column->meaning, column.meaning))
                found.push_back(said + " means '" + found_column->meaning + "' and not '" + column.meaning +
                                '\'');
            else if ((found_column->generated == Computed::no) != (column.generated == Computed::no))
                found.push_back(said +
                                (column.generated == Computed::no ? " is generated" : " is not generated") +
                                ", unlike the declared one");
        }
        for (const ColumnText& column : there->text.columns)
            if (table.column(column.name) == nullptr &&
                (!there->can_be_left_out(column) || there->in_primary_key(column.name)))
                found.push_back("column " + table.name + '.' + column.name +
                                " is not known, and no row can be written without it");
    }
    for (const ViewModel& view : live.views)
        if (wanted.view(view.name) == nullptr && wanted.table(view.table) != nullptr &&
            live.is_kept_from_running(view))
            found.push_back(label(view.type, view.name) + " on " + view.table +
                            " uses a virtual table, which needs profile.trusted_schema");
    // Without what keeps it in step a full-text table finds what is not there any more, and not what is.
    for (const ViewModel& view : wanted.views) {
        const ViewModel* there = view.type == "trigger" ? live.view(view.name) : &view;
        if (there != nullptr && there->normal == view.normal) continue;
        const auto tokens = sql_tokens(view.sql);
        for (const TableModel& table : wanted.tables)
            if (table.is_virtual && mentions(tokens, table.name)) {
                found.push_back(label(view.type, view.name) + " is " +
                                (there == nullptr ? "missing" : "another") + ", which keeps " +
                                label("table", table.name) + " in step");
                break;
            }
    }
    for (const ViewModel& view : wanted.views)
        if (view.type == "view" && live.view(view.name) == nullptr)
            found.push_back(label("view", view.name) + " is missing");
    return found;
}

[[nodiscard]] inline std::string joined(const std::vector<std::string>& texts,
                                        std::string_view between = "; ")
{
    std::string all;
    for (const std::string& text : texts) all.append(all.empty() ? "" : between).append(text);
    return all;
}

} // namespace tenantry::migrate
