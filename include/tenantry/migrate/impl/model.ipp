#pragma once

#include <tenantry/migrate/model.hpp>

namespace tenantry::migrate {

TENANTRY_DECL const ColumnText* TableModel::column(std::string_view wanted) const noexcept
{
    const auto found =
        std::ranges::find_if(text.columns, [&](const ColumnText& c) { return same_name(c.name, wanted); });
    return found == text.columns.end() ? nullptr : &*found;
}

TENANTRY_DECL const ConstraintText* TableModel::primary_key() const noexcept
{
    const auto found =
        std::ranges::find(text.constraints, ConstraintKind::primary_key, &ConstraintText::kind);
    return found == text.constraints.end() ? nullptr : &*found;
}

TENANTRY_DECL bool TableModel::in_primary_key(std::string_view name_of_column) const noexcept
{
    const ConstraintText* key = primary_key();
    return key != nullptr && std::ranges::any_of(key->columns, [&](const std::string& c) {
               return same_name(c, name_of_column);
           });
}

TENANTRY_DECL bool TableModel::is_rowid(const ColumnText& c) const noexcept
{
    const ConstraintText* key = primary_key();
    return !text.without_rowid && key != nullptr && key->columns.size() == 1 &&
           same_name(key->columns.front(), c.name) && same_name(c.type, "integer") &&
           !(key->at_column && key->normal.ends_with(" desc"));
}

TENANTRY_DECL bool TableModel::has_rowid_alias() const noexcept
{
    return std::ranges::any_of(text.columns, [this](const ColumnText& c) { return is_rowid(c); });
}

TENANTRY_DECL bool TableModel::not_null(const ColumnText& c) const noexcept
{
    if (is_rowid(c)) return false;
    return c.not_null || ((text.without_rowid || text.strict) && in_primary_key(c.name));
}

TENANTRY_DECL bool TableModel::can_be_left_out(const ColumnText& c) const noexcept
{
    if (c.generated != Computed::no || is_rowid(c)) return true;
    const bool has_default = c.default_value && normal_text(*c.default_value) != "null";
    return has_default || (!not_null(c) && !in_primary_key(c.name));
}

TENANTRY_DECL std::string TableModel::rowid() const
{
    if (is_virtual) return "rowid";
    if (text.without_rowid) return {};
    for (const char* alias : {"rowid", "_rowid_", "oid"})
        if (column(alias) == nullptr) return alias;
    return {};
}

TENANTRY_DECL bool SchemaModel::is_kept_from_running(const ViewModel& view) const
{
    if (!untrusted || view.type != "trigger") return false;
    const auto tokens = sql_tokens(view.sql);
    return std::ranges::any_of(
        tables, [&](const TableModel& table) { return table.is_virtual && mentions(tokens, table.name); });
}

TENANTRY_DECL std::string SchemaModel::who_has(std::string_view name) const
{
    if (const TableModel* t = table(name)) return label("table", t->name);
    if (const IndexModel* i = index(name)) return label("index", i->name) + " on table " + i->table;
    if (const ViewModel* v = view(name))
        return label(v->type, v->name) + (v->type == "trigger" ? " on " + v->table : std::string());
    return {};
}

} // namespace tenantry::migrate
