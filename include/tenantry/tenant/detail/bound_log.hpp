// Whether the write-ahead log that lies beside a tenant's database is that database's own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <sys/stat.h>

#include <tenantry/core/detail/last_change.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/database_file.hpp>
#include <tenantry/sqlite/detail/raw_file.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/detail/identity.hpp>
#include <tenantry/tenant/detail/open_name.hpp>

namespace tenantry::detail {

/// The length of the file under this name, 0 where there is none. Opens nothing.
[[nodiscard]] inline std::uint64_t length_of(const std::filesystem::path& file) noexcept
{
    struct stat found{};
    return ::lstat(file.c_str(), &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

/// When the file under this name was changed last; 0: there is none. Opens nothing.
[[nodiscard]] inline LastChange::Time change_of(const std::filesystem::path& file) noexcept
{
    struct stat found{};
    if (::lstat(file.c_str(), &found) != 0) return LastChange::Time(0);
    return change_time(found.st_ctim);
}

/// Whether there is anything in the log beside the database: more than its header.
[[nodiscard]] inline bool has_log(const std::filesystem::path& database)
{
    return length_of(log_of(database)) > sqlite::detail::log_header_bytes;
}

[[nodiscard]] inline Error another_tenants_database(const std::filesystem::path& path,
                                                    const TenantState& state)
{
    return Error(errc::misplaced_tenant,
                 "'" + path.string() + "' was made for another tenant than '" + state.id +
                     "', or for an earlier one of that name, as its row in _tenantry says: it, or the " +
                     std::string(state_file) +
                     " beside it, was copied or moved here. Put back the one that belongs here; nothing was "
                     "touched");
}

[[nodiscard]] inline Error foreign_log_error(const std::filesystem::path& database, const std::string& why)
{
    const std::string log = log_of(database).string();
    return Error(
        errc::foreign_log,
        "'" + log + "' is not the log of '" + database.string() + "' (" + why +
            "): an older or another database was put beside it. If that database is what is wanted, move '" +
            log +
            "' away, and what is only in it is given up; if not, put back the database that the log "
            "belongs to. Nothing was written or deleted");
}

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
                                       const TenantState& state)
    {
        if (!makes_no_sense(error)) return error;
        const auto alone =
            sqlite::Connection::open(database, sqlite::OpenMode::immutable).and_then(&read_identity_of);
        if (!alone) return error;
        if (*alone && (*alone)->incarnation != state.incarnation)
            return another_tenants_database(database, state);
        return foreign_log_error(database, "read together they are damaged, and the database alone is not");
    }

private:
    BoundLog(sqlite::Connection& connection, const std::filesystem::path& database, const TenantState& state)
        : connection_(connection), database_(database), state_(state)
    {}

    enum class Row : std::uint8_t { needed, optional };

    [[nodiscard]] Result<void> check(Row row)
    {
        // While it reads, nobody restarts the log or writes back more of it than is seen here.
        auto reading = sqlite::Transaction::begin(connection_, sqlite::Behaviour::deferred);
        if (!reading) return fail(std::move(reading).error());
        auto checked = compare(row);
        (void)reading->rollback();
        return checked;
    }

    [[nodiscard]] Result<void> compare(Row row)
    {
        auto through = read_identity(connection_);
        if (!through) return fail(explain(std::move(through).error(), database_, state_));
        if (!*through && row == Row::optional) return {};
        if (!*through)
            return fail(foreign_log_error(
                database_,
                "neither of them says whose it is; if they belong together, let the program that made "
                "them, or sqlite3, read from the database once and close it"));
        through_ = **through;
        is_whole_ = row == Row::optional && connection_.begins_log();
        auto header = compare_headers();
        if (!header) return fail(std::move(header).error());
        if (fits(identity_in_file(connection_))) return {};
        // VACUUM may have moved the row of a database that was adopted.
        auto alone =
            sqlite::Connection::open(database_, sqlite::OpenMode::immutable).and_then(&read_identity_of);
        if (!alone && !makes_no_sense(alone.error())) return fail(std::move(alone).error());
        if (alone && fits(*alone)) return {};
        const bool unreadable = !alone || (*alone && (*alone)->incarnation == 0);
        if (is_half_written(*header, unreadable, alone && !*alone)) return {};
        if (unreadable) return fail(foreign_log_error(database_, "the database alone is damaged"));
        if (*alone && (*alone)->incarnation != state_.incarnation)
            return fail(another_tenants_database(database_, state_));
        return fail(foreign_log_error(database_, *alone ? "the database is of another time than the log"
                                                        : "the database says nothing of it"));
    }

    // Whether there is no row to be read in the file since a checkpoint was ended half-way that puts one there: the first
    // page, which is written first, has the log's schema then. Or there never was one: the log is the first that the library
    // has begun, and makes it.
    [[nodiscard]] bool is_half_written(bool has_logs_schema, bool unreadable, bool has_none) const noexcept
    {
        if (through_.incarnation != state_.incarnation) return false;
        if (through_.epoch == 0) return unreadable || has_none;
        return unreadable && has_logs_schema;
    }

    [[nodiscard]] static Result<std::optional<Identity>> read_identity_of(sqlite::Connection connection)
    {
        return read_identity(connection);
    }

    [[nodiscard]] bool fits(const std::optional<Identity>& alone) const noexcept
    {
        return alone && alone->incarnation == state_.incarnation &&
               through_.incarnation == state_.incarnation &&
               (alone->epoch == through_.epoch || (!is_whole_ && alone->epoch == through_.previous));
    }

    // What VACUUM INTO has made, and whatever else was not in WAL mode, has pages of its own, whatever its rows say. True: the
    // file alone has the schema that the log has.
    [[nodiscard]] Result<bool> compare_headers() const
    {
        constexpr std::size_t schema_cookie = 40; // https://sqlite.org/fileformat2.html#the_database_header
        const sqlite::FileHeader header(connection_);
        if (!header.is_read()) return false;
        if (!header.is_wal()) return fail(foreign_log_error(database_, "the database is not in WAL mode"));
        auto version = connection_.query_integer("PRAGMA main.schema_version");
        if (!version) return fail(std::move(version).error());
        if (header.number(schema_cookie) > *version)
            return fail(foreign_log_error(database_, "the database is newer than the log"));
        return header.number(schema_cookie) == *version;
    }

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
