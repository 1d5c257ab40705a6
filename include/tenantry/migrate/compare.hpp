// Compares any database, of any program, with a declared schema.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/apply.hpp>
#include <tenantry/migrate/detail/fit.hpp>
#include <tenantry/migrate/diff.hpp>
#include <tenantry/migrate/introspect.hpp>
#include <tenantry/migrate/ledger.hpp>
#include <tenantry/migrate/plan.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/inspect.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry {

/// How a database differs from a declaration. Data, and printable.
struct Comparison {
    migrate::Plan plan{};                              ///< what would make it what is declared
    std::vector<migrate::ConflictingRows> conflicts{}; ///< rows that would be lost, or do not fit
    std::vector<std::string> misfits{}; ///< what keeps declared rows from being written as it is

    /// Whether there is nothing to do.
    [[nodiscard]] bool same() const noexcept
    {
        return plan.empty() && plan.tolerated.empty() && conflicts.empty();
    }

    friend std::ostream& operator<<(std::ostream& out, const Comparison& found)
    {
        if (found.same()) return out << "the database is what is declared\n";
        out << found.plan;
        for (const migrate::ConflictingRows& rows : found.conflicts)
            out << "in the way: " << to_string(rows) << '\n';
        return out;
    }
};

/// Only reads; one consistent state.
[[nodiscard]] Result<Comparison> compare(sqlite::Connection& connection, const SchemaInfo& declared);

/// Compares the database at `path` with the schema `S`. It is only read: nothing of it is changed and no file is made beside
/// it, and it may lie on a file system that is mounted for reading. Errors: those of `sqlite::inspect`; migration_failed for a
/// definition that is not understood.
template <SchemaType S>
[[nodiscard]] Result<Comparison> compare(const std::filesystem::path& path)
{
    return sqlite::inspect(
        path, {}, [](sqlite::Connection& connection) { return compare(connection, schema_info<S>()); });
}

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/compare.ipp>
#endif
