// Whether the write-ahead log that lies beside a tenant's database is that database's own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <tenantry/core/detail/last_change.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/database_file.hpp>
#include <tenantry/sqlite/detail/raw_file.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/detail/identity.hpp>
#include <tenantry/tenant/detail/open_name.hpp>

namespace tenantry::detail {

/// The length of the file under this name, 0 where there is none. Opens nothing.
[[nodiscard]] std::uint64_t length_of(const std::filesystem::path& file) noexcept;

/// When the file under this name was changed last; 0: there is none. Opens nothing.
[[nodiscard]] LastChange::Time change_of(const std::filesystem::path& file) noexcept;

/// Whether there is anything in the log beside the database: more than its header.
[[nodiscard]] inline bool has_log(const std::filesystem::path& database)
{
    return length_of(log_of(database)) > log_header_bytes;
}

[[nodiscard]] Error another_tenants_database(const std::filesystem::path& path, const TenantState& state);

[[nodiscard]] Error foreign_log_error(const std::filesystem::path& database, const std::string& why);

/// What a database's file alone says of itself, and what it says through its log.
class BoundLog {
public:
    /// `connection` is open, closes without a checkpoint, and writes nothing. The log is this database's if the epoch in the
    /// file alone is the log's epoch or its previous one: the first transaction of each log sets a new one, and only when the
    /// one before it is in the file.
    ///
    /// Errors: foreign_log, misplaced_tenant (both are another tenant's), busy, and those of input and output.
    [[nodiscard]] static Result<void> check(sqlite::Connection& connection,
                                            const std::filesystem::path& database, const TenantState& state)
    {
        return BoundLog(connection, database, state).check(Row::needed);
    }

    /// The same of a database that was found to be the tenant's when it was opened, and of which there may be no row if it was
    /// not: whether it still is what the log belongs to. `connection` may be any other that is open.
    [[nodiscard]] static Result<void> check_open(sqlite::Connection& connection,
                                                 const std::filesystem::path& database,
                                                 const TenantState& state)
    {
        return BoundLog(connection, database, state).check(Row::optional);
    }

    /// Why a database beside which a log lies could not be opened: `error`, unless it is well without the log.
    [[nodiscard]] static Error explain(Error error, const std::filesystem::path& database,
                                       const TenantState& state);

private:
    BoundLog(sqlite::Connection& connection, const std::filesystem::path& database, const TenantState& state)
        : connection_(connection), database_(database), state_(state)
    {}

    enum class Row : std::uint8_t { needed, optional };

    [[nodiscard]] Result<void> check(Row row);
    [[nodiscard]] Result<void> compare(Row row);

    // Whether there is no row to be read in the file since a checkpoint was ended half-way that puts one there: the first
    // page, which is written first, has the log's schema then. Or there never was one: the log is the first that the library
    // has begun, and makes it.
    [[nodiscard]] bool is_half_written(bool has_logs_schema, bool unreadable, bool has_none) const noexcept;

    [[nodiscard]] static Result<std::optional<Identity>> read_identity_of(sqlite::Connection connection)
    {
        return read_identity(connection);
    }

    [[nodiscard]] bool fits(const std::optional<Identity>& alone) const noexcept;

    // What VACUUM INTO has made, and whatever else was not in WAL mode, has pages of its own, whatever its rows say. True: the
    // file alone has the schema that the log has.
    [[nodiscard]] Result<bool> compare_headers() const;

    // As pages of two databases do together; what the system refuses is no sign of that.
    [[nodiscard]] static bool makes_no_sense(const Error& error) noexcept
    {
        return error == errc::corrupt || error == errc::not_a_database || error == errc::invalid_sql;
    }

    sqlite::Connection& connection_;
    const std::filesystem::path& database_;
    const TenantState& state_;
    Identity through_{};
    bool is_whole_ = false; // all that was committed is in the file
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/bound_log.ipp>
#endif
