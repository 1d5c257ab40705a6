// Compares two schemas and plans the least that makes one of the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/migrate/detail/diff_table.hpp>
#include <tenantry/migrate/detail/harmless.hpp>
#include <tenantry/migrate/detail/virtual_text.hpp>
#include <tenantry/migrate/model.hpp>
#include <tenantry/migrate/plan.hpp>

namespace tenantry::detail {

class Differ {
public:
    Differ(const migrate::SchemaModel& live, const migrate::SchemaModel& wanted, migrate::Unknown unknown)
        : live_(live), wanted_(wanted), unknown_(unknown)
    {}

    migrate::Plan run();

private:
    void add(migrate::StepKind kind, std::string object, std::vector<std::string> why,
             std::vector<std::string> sql, std::vector<migrate::Condition> conditions = {})
    {
        plan_.steps.push_back(
            {kind, std::move(object), std::move(why), std::move(sql), std::move(conditions)});
    }

    void find_problems();

    [[nodiscard]] const std::optional<TableChange>* change_of(std::string_view table) const;
    [[nodiscard]] bool is_rebuilt(std::string_view table) const;
    // Goes with its table, and takes what is on it with it.
    [[nodiscard]] bool is_dropped(std::string_view table) const
    {
        return unknown_ == migrate::Unknown::drop && live_.table(table) != nullptr &&
               wanted_.table(table) == nullptr;
    }

    // --- what goes -------------------------------------------------------------------------------------------------

    // Does it name a table and a column of it that goes? What is left of it would fail, and a trigger every write.
    [[nodiscard]] bool loses_column(const migrate::ViewModel& view) const;

    void drop_views();

    // Is it on a column that goes?
    [[nodiscard]] bool loses_column(const migrate::IndexModel& index) const;

    // Could a declared row be refused for it?
    [[nodiscard]] bool can_refuse(const migrate::IndexModel& index) const;

    // What is called in it, if anything; the names of index and table, and the list, are no calls.
    [[nodiscard]] static std::vector<migrate::SqlToken> parts_of(const migrate::IndexModel& index);

    void drop_indexes();

    void drop_tables();

    // References of a table that is left would keep declared rows from being removed and changed, or fail for a key that
    // is not there any more: it is rebuilt without them.
    void free_of_references(const migrate::TableModel& table);

    // Where the text before a table's constraint ends: at the last comma, if there is one.
    static std::size_t table_comma(const migrate::TableModel& table, std::size_t begin, std::size_t);

    [[nodiscard]] bool is_gone(std::string_view name) const;

    // --- what comes ------------------------------------------------------------------------------------------------

    void make_table(const migrate::TableModel& table, std::optional<TableChange>& change);

    // Does the text name a column whose values change?
    [[nodiscard]] static bool is_altered(const TableChange& change, std::string_view text);

    [[nodiscard]] static migrate::Condition same_in_index(const migrate::TableModel& there,
                                                          const migrate::TableModel& table,
                                                          const migrate::IndexModel& index)
    {
        return {"what '" + index.name + "' makes unique is the same as in another",
                duplicates(there, table, index.text.parts, index.text.where), true};
    }

    void make_indexes();

    void make_views(std::string_view type);

    void make_virtual(const migrate::TableModel& table);

    // Is what a full-text table indexes no longer what it was, or kept in step by other triggers?
    [[nodiscard]] bool is_out_of_step(const migrate::TableModel& table,
                                      const migrate::VirtualText& text) const;

    // Rows of rebuilt tables may refer to what is not there, and so may those that refer to them.
    void note_references();

    // References that stay: SQLite says of them at the end what is asked here before.
    void foretell_references(const migrate::TableModel& there, const migrate::TableModel& table);

    const migrate::SchemaModel& live_;
    const migrate::SchemaModel& wanted_;
    const migrate::Unknown unknown_;
    migrate::Plan plan_;
    std::vector<std::optional<TableChange>>
        changes_;                    // of each wanted table; none: it is not there, or virtual
    std::vector<std::string> freed_; // tables that are not declared, rebuilt without references
    std::vector<std::string> gone_;  // indexes, views and triggers that are dropped
};

} // namespace tenantry::detail

namespace tenantry::migrate {

/// What makes a database of schema `wanted` out of one of schema `live`. Columns are compared by name: their order
/// does not matter, since every statement names them.
[[nodiscard]] inline Plan diff(const SchemaModel& live, const SchemaModel& wanted,
                               Unknown unknown = Unknown::keep)
{
    return detail::Differ(live, wanted, unknown).run();
}

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/diff.ipp>
#endif
