#pragma once

#include <tenantry/migrate/detail/fit.hpp>

namespace tenantry::migrate {

TENANTRY_DECL bool takes(const TableModel& table, const ColumnText& live, const ColumnText& declared)
{
    if (same_type(live.type, declared.type, table.text.strict)) return true;
    if (table.text.strict) return false;
    // A number may be whole: both are read.
    return affinity_of(declared.type) == Affinity::real && affinity_of(live.type) == Affinity::numeric;
}

TENANTRY_DECL std::vector<const TableModel*> reached(const SchemaModel& live, const SchemaModel& wanted)
{
    std::vector<const TableModel*> found;
    auto is_found = [&found](const TableModel& table) {
        return std::ranges::find(found, &table) != found.end();
    };
    auto leads_to = [&](const TableModel& table) {
        return wanted.table(table.name) != nullptr ||
               std::ranges::any_of(table.text.constraints,
                                   [&](const ConstraintText& c) {
                                       return c.kind == ConstraintKind::foreign_key &&
                                              std::ranges::any_of(found, [&](const TableModel* other) {
                                                  return same_name(other->name, c.table);
                                              });
                                   }) ||
               std::ranges::any_of(live.views, [&](const ViewModel& view) {
                   const TableModel* on = view.type == "trigger" ? live.table(view.table) : nullptr;
                   return on != nullptr && is_found(*on) && mentions(sql_tokens(view.sql), table.name);
               });
    };
    for (bool more = true; more;) {
        more = false;
        for (const TableModel& table : live.tables)
            if (!is_found(table) && leads_to(table)) {
                found.push_back(&table);
                more = true;
            }
    }
    return found;
}

TENANTRY_DECL void add_full_text_misfits(const TableModel& there, const TableModel& table, bool by_newer,
                                         std::vector<std::string>& found)
{
    const auto live = parse_virtual(there.sql);
    const auto wanted = parse_virtual(table.sql);
    if (!live || !wanted || !live->is_full_text() || !wanted->is_full_text()) return;
    auto has = [](const std::vector<std::string>& all, const std::string& column) {
        return std::ranges::any_of(all, [&](const std::string& name) { return same_name(name, column); });
    };
    for (const std::string& column : wanted->columns) {
        const std::string said = "column " + table.name + '.' + column;
        const bool may_be_null = has(live->optional, column);
        if (!has(live->columns, column))
            found.push_back(said + " is missing");
        else if (!wanted->has_other_content() && may_be_null != has(wanted->optional, column) &&
                 (may_be_null || by_newer))
            found.push_back(said + (may_be_null ? " may be NULL" : " may not be NULL") +
                            ", unlike the declared one");
    }
    if (wanted->has_other_content() || !by_newer) return;
    for (const std::string& column : live->columns)
        if (!has(wanted->columns, column) && !has(live->optional, column))
            found.push_back("column " + table.name + '.' + column +
                            " is not known, and no row can be written without it");
}

TENANTRY_DECL std::vector<std::string> misfits(const SchemaModel& live, const SchemaModel& wanted,
                                               bool by_newer)
{
    std::vector<std::string> found;
    for (const TableModel& table : wanted.tables) {
        const TableModel* there = live.table(table.name);
        if (there == nullptr) {
            found.push_back(label("table", table.name) + " is missing");
            continue;
        }
        if (table.is_virtual != there->is_virtual)
            found.push_back(label("table", table.name) +
                            (table.is_virtual ? " is an ordinary one" : " is a virtual one") +
                            ", unlike the declared one");
        else if (table.is_virtual)
            add_full_text_misfits(*there, table, by_newer, found);
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
    std::vector<const ViewModel*> barred;
    for (const ViewModel& view : live.views)
        if (wanted.view(view.name) == nullptr && live.is_kept_from_running(view)) barred.push_back(&view);
    const auto written = barred.empty() ? std::vector<const TableModel*>() : reached(live, wanted);
    for (const ViewModel* view : barred)
        if (std::ranges::any_of(written,
                                [&](const TableModel* t) { return same_name(t->name, view->table); }))
            found.push_back(label(view->type, view->name) + " on " + view->table +
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

TENANTRY_DECL std::string joined(const std::vector<std::string>& texts, std::string_view between)
{
    std::string all;
    for (const std::string& text : texts) all.append(all.empty() ? "" : between).append(text);
    return all;
}

} // namespace tenantry::migrate
