// Writes the next revision of a history: what the declaration has and the history does not lead to yet.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/apply.hpp>
#include <tenantry/migrate/diff.hpp>
#include <tenantry/migrate/history.hpp>
#include <tenantry/migrate/introspect.hpp>
#include <tenantry/migrate/plan.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/schema_info.hpp>

namespace tenantry {

/// A rename, which nobody can guess: without being told a column goes and another comes.
struct Rename {
    /// The table.
    std::string table;
    std::string column; ///< empty: the table itself
    /// What it is called from now on.
    std::string to;
};

/// A table gets another name.
[[nodiscard]] inline Rename rename_table(std::string_view table, std::string_view to)
{
    return {std::string(table), {}, std::string(to)};
}
/// A column gets another name.
[[nodiscard]] inline Rename rename_column(std::string_view table, std::string_view column,
                                          std::string_view to)
{
    return {std::string(table), std::string(column), std::string(to)};
}

/// A revision that nobody has run yet: to be printed, reviewed, completed and frozen.
struct Draft {
    /// The revision's number.
    std::int64_t number = 0;
    /// Its name.
    std::string name{};
    /// What it would do.
    migrate::Plan plan{};

    /// Nothing differs: no revision is needed.
    [[nodiscard]] bool empty() const noexcept { return plan.empty(); }

    /// The SQL, each step with what it does and what it may lose.
    [[nodiscard]] std::string to_sql() const;

    /// A header with `inline tenantry::Revision revision_<number>()`.
    [[nodiscard]] std::string to_header() const;

    /// `0007_split_name`, for a file of it.
    [[nodiscard]] std::string file_stem() const;

private:
    static std::string one_line(std::string text);
};

namespace migrate {

/// The renames, and what is left to be done after them: in memory, after the history. `rebuilds`: as it runs in a revision that
/// rebuilds tables, where a rename changes no texts but the table's own.
[[nodiscard]] Result<Plan> plan_after(const History& history, const SchemaModel& wanted,
                                      std::span<const Rename> renames, const sqlite::Functions& functions,
                                      bool rebuilds);

} // namespace migrate

/// What the declaration has and the history does not lead to. The history is run in memory.
///
/// `functions` are those of the program that the declaration or the history use.
///
/// errc::migration_failed if the history cannot be run, a rename names what is not there, or no plan leads there.
[[nodiscard]] Result<Draft> next_revision(const SchemaInfo& declared, const History& history,
                                          std::string_view name, std::span<const Rename> renames = {},
                                          const sqlite::Functions& functions = {});

/// The same for a declared schema.
template <SchemaType S>
[[nodiscard]] Result<Draft> next_revision(const History& history, std::string_view name,
                                          std::span<const Rename> renames = {})
{
    return next_revision(schema_info<S>(), history, name, renames);
}

/// For tests: how the schema that the history leads to differs from the declared one. Empty: they are the same.
template <SchemaType S>
[[nodiscard]] Result<migrate::Plan> history_difference(const History& history)
{
    auto draft = next_revision(schema_info<S>(), history, "difference");
    if (!draft) return fail(std::move(draft).error());
    return std::move(draft->plan);
}

/// Reads a revision from a file `0007_split_name.sql`.
[[nodiscard]] Result<Revision> read_revision(const std::filesystem::path& path);

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/next_revision.ipp>
#endif
