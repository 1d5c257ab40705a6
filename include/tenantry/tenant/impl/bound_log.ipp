#pragma once

#include <tenantry/tenant/detail/bound_log.hpp>

#include <cstddef>
#include <utility>

#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::detail {

TENANTRY_DECL std::uint64_t length_of(const std::filesystem::path& file) noexcept
{
    return static_cast<std::uint64_t>(find_file(file.c_str()).size);
}

TENANTRY_DECL LastChange::Time change_of(const std::filesystem::path& file) noexcept
{
    return find_file(file.c_str()).changed;
}

TENANTRY_DECL Error another_tenants_database(const std::filesystem::path& path, const TenantState& state)
{
    return Error(errc::misplaced_tenant,
                 "'" + path.string() + "' was made for another tenant than '" + state.id +
                     "', or for an earlier one of that name, as its row in _tenantry says: it, or the " +
                     std::string(state_file) +
                     " beside it, was copied or moved here. Put back the one that belongs here; nothing was "
                     "touched");
}

TENANTRY_DECL Error foreign_log_error(const std::filesystem::path& database, const std::string& why)
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

TENANTRY_DECL Error BoundLog::explain(Error error, const std::filesystem::path& database,
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

TENANTRY_DECL Result<void> BoundLog::check(Row row)
{
    // While it reads, nobody restarts the log or writes back more of it than is seen here.
    auto reading = sqlite::Transaction::begin(connection_, sqlite::Behaviour::deferred);
    if (!reading) return fail(std::move(reading).error());
    auto checked = compare(row);
    (void)reading->rollback();
    return checked;
}

TENANTRY_DECL Result<void> BoundLog::compare(Row row)
{
    auto through = read_identity(connection_);
    if (!through) return fail(explain(std::move(through).error(), database_, state_));
    if (!*through && row == Row::optional) return {};
    if (!*through)
        return fail(foreign_log_error(
            database_, "neither of them says whose it is; if they belong together, let the program that made "
                       "them, or sqlite3, read from the database once and close it"));
    through_ = **through;
    is_whole_ = row == Row::optional && connection_.begins_log();
    auto header = compare_headers();
    if (!header) return fail(std::move(header).error());
    if (fits(identity_in_file(connection_))) return {};
    // VACUUM may have moved the row of a database that was adopted.
    auto alone = sqlite::Connection::open(database_, sqlite::OpenMode::immutable).and_then(&read_identity_of);
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

TENANTRY_DECL bool BoundLog::is_half_written(bool has_logs_schema, bool unreadable,
                                             bool has_none) const noexcept
{
    if (through_.incarnation != state_.incarnation) return false;
    if (through_.epoch == 0) return unreadable || has_none;
    return unreadable && has_logs_schema;
}

TENANTRY_DECL bool BoundLog::fits(const std::optional<Identity>& alone) const noexcept
{
    return alone && alone->incarnation == state_.incarnation && through_.incarnation == state_.incarnation &&
           (alone->epoch == through_.epoch || (!is_whole_ && alone->epoch == through_.previous));
}

TENANTRY_DECL Result<bool> BoundLog::compare_headers() const
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

} // namespace tenantry::detail
