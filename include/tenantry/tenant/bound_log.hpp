// Whether the write-ahead log that lies beside a tenant's database is that database's own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/raw_file.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/directory.hpp>
#include <tenantry/tenant/identity.hpp>
#include <tenantry/tenant/open_name.hpp>

namespace tenantry::detail {

/// The length of the file under this name, 0 where there is none. Opens nothing.
[[nodiscard]] inline std::uint64_t length_of(const std::filesystem::path& file) noexcept
{
    struct stat found{};
    return ::lstat(file.c_str(), &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

/// Whether there is anything in the log beside the database: more than its header.
[[nodiscard]] inline bool has_log(const std::filesystem::path& database)
{
    constexpr std::uint64_t header = 32; // https://sqlite.org/fileformat2.html#the_write_ahead_log
    return length_of(log_of(database)) > header;
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
    /// Returned is what it says through its log. Errors: foreign_log, misplaced_tenant (both are another tenant's), busy, and those of input and output.
    [[nodiscard]] static Result<Identity> check(sqlite::Connection& connection,
                                                const std::filesystem::path& database,
                                                const TenantState& state)
    {
        // While it reads, nobody restarts the log or writes back more of it than is seen here.
        auto reading = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred);
        if (!reading) return fail(std::move(reading).error());
        BoundLog bound(connection, database, state);
        auto checked = bound.check();
        (void)reading->rollback();
        if (!checked) return fail(std::move(checked).error());
        return bound.through_;
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

    [[nodiscard]] Result<void> check()
    {
        auto through = read_identity(connection_);
        if (!through) return fail(explain(std::move(through).error(), database_, state_));
        if (!*through) return fail(foreign_log_error(database_, "neither of them says whose it is"));
        through_ = **through;
        auto checked = check_header();
        if (!checked) return checked;
        if (fits(in_the_row())) return {};
        // VACUUM may have moved the row, and a checkpoint that was ended half-way may have torn the file: one of the two
        // ways of reading finds it.
        auto alone =
            sqlite::Connection::open(database_, sqlite::OpenMode::immutable).and_then(&read_identity_of);
        if (!alone && !makes_no_sense(alone.error())) return fail(std::move(alone).error());
        if (!alone) return fail(foreign_log_error(database_, "the database alone is damaged"));
        if (fits(*alone)) return {};
        if (*alone && (*alone)->incarnation != state_.incarnation)
            return fail(another_tenants_database(database_, state_));
        return fail(foreign_log_error(database_, *alone ? "the database is of another time than the log"
                                                        : "the database says nothing of it"));
    }

    [[nodiscard]] static Result<std::optional<Identity>> read_identity_of(sqlite::Connection connection)
    {
        return read_identity(connection);
    }

    [[nodiscard]] bool fits(const std::optional<Identity>& alone) const noexcept
    {
        return alone && alone->incarnation == state_.incarnation &&
               through_.incarnation == state_.incarnation &&
               (alone->epoch == through_.epoch || alone->epoch == through_.previous);
    }

    // What VACUUM INTO has made, and whatever else was not in WAL mode, has pages of its own, whatever its rows say.
    [[nodiscard]] Result<void> check_header() const
    {
        constexpr std::size_t schema_cookie = 40; // https://sqlite.org/fileformat2.html#the_database_header
        const sqlite::FileHeader header(connection_);
        if (!header.is_read()) return {};
        if (!header.is_wal()) return fail(foreign_log_error(database_, "the database is not in WAL mode"));
        auto version = connection_.query_integer("PRAGMA main.schema_version");
        if (!version) return fail(std::move(version).error());
        if (header.number(schema_cookie) > *version)
            return fail(foreign_log_error(database_, "the database is newer than the log"));
        return {};
    }

    // The row in the file alone, where the log has its page.
    [[nodiscard]] std::optional<Identity> in_the_row() const
    {
        const auto size = connection_.query_integer("PRAGMA main.page_size");
        const auto page = connection_.query_integer("SELECT rootpage FROM main.sqlite_schema"
                                                    " WHERE type = 'table' AND name = '_tenantry'");
        if (!size || !page || *size <= 0 || *page <= 0) return std::nullopt;
        std::vector<unsigned char> bytes(static_cast<std::size_t>(*size));
        const auto at = static_cast<std::uint64_t>(*page - 1) * static_cast<std::uint64_t>(*size);
        return sqlite::read_raw(connection_, bytes, at) ? identity_on_page(bytes) : std::nullopt;
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
};

} // namespace tenantry::detail
