// Compares two tables: the same, some columns to be added, or to be rebuilt.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/migrate/detail/conditions.hpp>
#include <tenantry/migrate/detail/harmless.hpp>
#include <tenantry/migrate/model.hpp>
#include <tenantry/migrate/plan.hpp>

namespace tenantry::migrate {

/// What becomes of what is there and is not declared.
enum class Unknown {
    keep,    ///< it is left alone where rows can be written without it
    adopted, ///< the same, and foreign keys stay as well: of a database of others
    drop,    ///< it goes
};

} // namespace tenantry::migrate

namespace tenantry::detail {

struct TableChange {
    std::vector<migrate::Step> added; ///< where the table need not be rebuilt
    bool rebuild = false;
    std::vector<std::string> why;
    std::vector<std::string> sql;
    std::vector<migrate::Condition> conditions;
    std::vector<std::string> altered;   ///< columns whose values may change, or are compared in another way
    std::vector<std::string> tolerated; ///< columns
    std::vector<std::string> dropped;   ///< columns
    std::vector<migrate::Condition> checks; ///< of rows that stay
};

class TableDiff {
public:
    TableDiff(const migrate::SchemaModel& live_schema, const migrate::TableModel& live,
              const migrate::SchemaModel& wanted_schema, const migrate::TableModel& wanted,
              migrate::Unknown unknown)
        : live_schema_(live_schema),
          live_(live),
          wanted_schema_(wanted_schema),
          wanted_(wanted),
          unknown_(unknown)
    {}

    TableChange run();

private:
    void differs(std::string what) { change_.why.push_back(std::move(what)); }
    void requires_none(std::string what, std::string conflicting_rows, bool enforced = false)
    {
        change_.conditions.push_back({std::move(what), std::move(conflicting_rows), enforced});
    }
    static std::string column_said(const migrate::ColumnText& column)
    {
        return "column '" + column.name + '\'';
    }

    [[nodiscard]] std::string select_where(std::string_view condition) const
    {
        return "SELECT " + row_key(live_) + " FROM " + migrate::quoted_name(live_.name) + " WHERE " +
               std::string(condition);
    }

    // --- what differs ----------------------------------------------------------------------------------------------

    void compare_table();

    [[nodiscard]] bool is_kept(const migrate::ColumnText& column) const
    {
        return std::ranges::find(kept_, &column) != kept_.end();
    }

    // Of the columns that are not declared, those that stay. What is generated of one that goes, goes with it.
    void find_kept();

    // A generated column that cannot be worked out, or is NULL and must not be, would refuse a row.
    [[nodiscard]] bool can_stay(const migrate::ColumnText& column) const;

    void not_declared(const migrate::ColumnText& column);

    void compare_column(const migrate::ColumnText& live, const migrate::ColumnText& wanted);

    // No SQL says what a type can hold: rows may have been written by a wider one.
    void check_limits();

    // The numbers stay, and mean something else; or they are converted.
    void compare_meaning(const migrate::ColumnText& live, const migrate::ColumnText& wanted);

    // Byte for byte, in the storage that the column gives it: what a collation takes for the same is not the same.
    [[nodiscard]] std::string not_as_generated(const migrate::ColumnText& wanted) const;

    // SQLite enforces it, and does not say of which rows.
    [[nodiscard]] migrate::Condition generated_null(const migrate::ColumnText& column) const;

    static std::string default_text(const migrate::ColumnText& column);

    // Is it one that no declared row breaks, and that is about nothing but what is left?
    [[nodiscard]] bool can_stay(const migrate::ConstraintText& constraint) const;

    // Will what it refers to be there, and unique?
    [[nodiscard]] bool has_target(const migrate::ConstraintText& constraint) const;

    void compare_constraints();

    [[nodiscard]] bool is_new(const migrate::ColumnText& column) const
    {
        return live_.column(column.name) == nullptr;
    }

    // --- ADD COLUMN ------------------------------------------------------------------------------------------------

    // Where ALTER TABLE may do it: https://sqlite.org/lang_altertable.html#alter_table_add_column
    [[nodiscard]] bool can_be_added(const migrate::ColumnText& column) const;

    // What is generated comes after what it is made of: SQLite adds it before as well, and does not check the rows then.
    void add_columns();

    void add_column(const migrate::ColumnText& column);

    // Of a column that is left: its constraints come behind all columns, those that stay.
    static std::string kept_definition(const migrate::ColumnText& column, const std::string& type);

    static std::string definition(const migrate::ColumnText& column, const std::string& type);

    // --- the twelve steps ------------------------------------------------------------------------------------------

    void rebuild();

    migrate::Condition check_condition(const migrate::ConstraintText& constraint) const;

    void new_constraint_conditions();

    [[nodiscard]] std::string dangling(const migrate::ConstraintText& constraint) const
    {
        return dangling_rows(live_, wanted_, constraint, live_schema_.table(constraint.table),
                             wanted_schema_.table(constraint.table));
    }

    static std::string listed(const std::vector<std::string>& parts);

    // https://sqlite.org/lang_altertable.html#otheralter
    void copy_sql();

    const migrate::SchemaModel& live_schema_;
    const migrate::TableModel& live_;
    const migrate::SchemaModel& wanted_schema_;
    const migrate::TableModel& wanted_;
    const migrate::Unknown unknown_;
    TableChange change_;
    std::vector<const migrate::ColumnText*> kept_;    // of the live table, not declared
    std::vector<const migrate::ColumnText*> missing_; // of the wanted table
    std::vector<const migrate::ConstraintText*> added_;
    std::vector<const migrate::ConstraintText*> kept_constraints_; // of the live table, about kept columns
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/diff_table.ipp>
#endif
