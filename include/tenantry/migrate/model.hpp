// A database's schema as data: what was found in one, or what one made from the declaration would have.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/migrate/detail/index_text.hpp>
#include <tenantry/migrate/detail/sql_text.hpp>
#include <tenantry/migrate/detail/table_text.hpp>

namespace tenantry::migrate {

/// `"table config"`
[[nodiscard]] inline std::string label(std::string_view type, std::string_view name)
{
    return std::string(type) + ' ' + std::string(name);
}

/// A table as it is in the database.
struct TableModel {
    /// Its name.
    std::string name;
    /// The statement that made it.
    std::string sql;
    bool is_virtual = false; ///< then the text below is empty
    /// What the statement says.
    TableText text{};

    /// The column of this name, or null.
    [[nodiscard]] const ColumnText* column(std::string_view wanted) const noexcept;

    /// Its primary key, or null.
    [[nodiscard]] const ConstraintText* primary_key() const noexcept;

    /// Whether the column is part of it.
    [[nodiscard]] bool in_primary_key(std::string_view name_of_column) const noexcept;

    /// Is the column the rowid by another name (https://sqlite.org/lang_createtable.html#rowid)?
    [[nodiscard]] bool is_rowid(const ColumnText& c) const noexcept;

    /// Whether a column is the rowid under another name.
    [[nodiscard]] bool has_rowid_alias() const noexcept;

    /// What may never be NULL, whether it is said or not. The rowid never is, and nobody needs to say so.
    [[nodiscard]] bool not_null(const ColumnText& c) const noexcept;

    /// Can a row be written that does not name the column?
    [[nodiscard]] bool can_be_left_out(const ColumnText& c) const noexcept;

    /// The name by which a query reaches the rowid; empty where it has none, or a column hides it.
    [[nodiscard]] std::string rowid() const;
};

/// An index as it is in the database.
struct IndexModel {
    /// Its name.
    std::string name;
    /// Its table.
    std::string table;
    /// The statement that made it; empty for one that SQLite has made.
    std::string sql;
    /// What the statement says.
    IndexText text{};
};

/// A view or a trigger.
struct ViewModel {
    /// `view` or `trigger`, or the type that SQLite gives.
    std::string type;
    /// Its name.
    std::string name;
    std::string table; ///< of a trigger: what it is on
    /// The statement that made it.
    std::string sql;
    /// The statement without what does not matter, to be compared.
    std::string normal{};
};

/// What a database has.
struct SchemaModel {
    /// Its tables.
    std::vector<TableModel> tables;
    /// Its indexes.
    std::vector<IndexModel> indexes;
    std::vector<ViewModel> views; ///< and triggers
    /// It was read through a connection that does not let triggers use virtual tables.
    bool untrusted = false;

    /// Does every write that it is on fail, since it uses a virtual table?
    [[nodiscard]] bool is_kept_from_running(const ViewModel& view) const;

    /// The table of this name, or null.
    [[nodiscard]] const TableModel* table(std::string_view name) const noexcept { return find(tables, name); }
    /// The index of this name, or null.
    [[nodiscard]] const IndexModel* index(std::string_view name) const noexcept
    {
        return find(indexes, name);
    }
    /// The view of this name, or null.
    [[nodiscard]] const ViewModel* view(std::string_view name) const noexcept { return find(views, name); }

    /// `"table config"`, `"index i on table t"`, of whatever has the name; empty if nothing has.
    [[nodiscard]] std::string who_has(std::string_view name) const;

private:
    template <class Model>
    static const Model* find(const std::vector<Model>& models, std::string_view name) noexcept
    {
        const auto found =
            std::ranges::find_if(models, [&](const Model& model) { return same_name(model.name, name); });
        return found == models.end() ? nullptr : &*found;
    }
};

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/model.ipp>
#endif
