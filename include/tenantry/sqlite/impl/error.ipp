#pragma once

#include <tenantry/sqlite/detail/constraint_text.hpp>
#include <tenantry/sqlite/error.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL errc to_errc(int code, int system_error) noexcept
{
    switch (code) {
    case SQLITE_IOERR_NOMEM: return errc::out_of_memory;
    case SQLITE_READONLY_DBMOVED: return errc::tenant_gone;
    case SQLITE_ABORT_ROLLBACK:
    case SQLITE_CONSTRAINT_COMMITHOOK: return errc::batch_aborted; // see Uncommittable
    default: break;
    }
    switch (code & 0xff) {
    case SQLITE_ERROR: return errc::invalid_sql;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_SCHEMA: return errc::busy;
    case SQLITE_NOMEM: return errc::out_of_memory;
    case SQLITE_READONLY: return errc::read_only;
    case SQLITE_INTERRUPT: return errc::cancelled;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return system_error == ENOSPC || system_error == EDQUOT ? errc::disk_full : errc::io_error;
    case SQLITE_PERM:
    case SQLITE_NOLFS: return errc::io_error;
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT: return errc::corrupt;
    case SQLITE_NOTADB: return errc::not_a_database;
    case SQLITE_FULL: return errc::disk_full;
    case SQLITE_TOOBIG: return errc::too_big;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH: return errc::constraint;
    case SQLITE_AUTH: return errc::not_authorized;
    default: return errc::internal;
    }
}

} // namespace tenantry::sqlite

namespace tenantry::detail {

TENANTRY_DECL std::string_view failed_operation(int code) noexcept
{
    switch (code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ: return "reading the database failed";
    case SQLITE_IOERR_WRITE: return "writing the database failed";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC: return "flushing the database to the disk failed";
    case SQLITE_IOERR_TRUNCATE: return "cutting a database file to its size failed";
    case SQLITE_IOERR_FSTAT: return "asking for a database file's status failed";
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_RDLOCK:
    case SQLITE_IOERR_UNLOCK:
    case SQLITE_IOERR_CHECKRESERVEDLOCK: return "locking the database file failed";
    case SQLITE_IOERR_DELETE:
    case SQLITE_IOERR_DELETE_NOENT: return "removing a database file failed";
    case SQLITE_IOERR_SHMOPEN:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMLOCK:
    case SQLITE_IOERR_SHMMAP: return "the shared memory beside the database (-shm) failed";
    default: return "input or output on the database failed";
    }
}

TENANTRY_DECL std::string_view refused_write(int code) noexcept
{
    switch (code) {
    case SQLITE_READONLY_DIRECTORY: return "the database cannot be written: its directory is not writable";
    case SQLITE_READONLY_CANTLOCK:
    case SQLITE_READONLY_CANTINIT:
    case SQLITE_READONLY_RECOVERY:
        return "the database can only be read here, and its write-ahead log must be set up first";
    case SQLITE_READONLY_ROLLBACK:
        return "the database can only be read here, and an interrupted write must be rolled back first";
    default: return "the database can only be read here: it was opened so, or its file is not writable";
    }
}

TENANTRY_DECL std::string_view lock_holder(int code) noexcept
{
    switch (code) {
    case SQLITE_BUSY_SNAPSHOT:
        return "the database was changed since this transaction began to read; run it again, as immediate";
    case SQLITE_BUSY_RECOVERY: return "another process is recovering the database's write-ahead log";
    case SQLITE_PROTOCOL: return "the database's lock was not to be had among too many others";
    case SQLITE_SCHEMA: return "the schema kept changing while the statement was being prepared";
    default: break;
    }
    if ((code & 0xff) == SQLITE_LOCKED) return "another statement of this connection is using the table";
    return "another connection or process holds the database's lock";
}

TENANTRY_DECL const SaidOfValues* find_said_of_values(sqlite3* db, int code) noexcept
{
    if ((code & 0xff) != SQLITE_ERROR || db == nullptr || sqlite3_errcode(db) != SQLITE_ERROR) return nullptr;
    const std::string_view words = sqlite3_errmsg(db);
    for (const SaidOfValues& each : said_of_values)
        if (words == each.words) return &each;
    return nullptr;
}

TENANTRY_DECL void add_constraint(Error& error, sqlite3* db, int code) noexcept
{
    try {
        error.with_constraint(constraint_of(db, code, error.message()));
    } catch (...) { // the kind, then, which needs no memory
        error.with_constraint(Constraint{.kind = constraint_kind(code, error.message())});
    }
}

TENANTRY_DECL std::string describe(sqlite3* db, int code, errc kind, int system_error)
{
    // SQLite's own words, if they are about this failure and not about a later one.
    const bool own_words = db != nullptr && (sqlite3_extended_errcode(db) & 0xff) == (code & 0xff);
    const char* words = own_words ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    std::string text;
    switch (kind) {
    case errc::busy: text = lock_holder(code); break;
    case errc::disk_full:
        text = "no space is left for the database: the disk, a quota or its page limit is full";
        break;
    case errc::read_only: text = refused_write(code); break;
    case errc::tenant_gone: text = "the database file was moved or removed while it was open"; break;
    case errc::cancelled: text = "the statement was ended before it was done"; break;
    case errc::batch_aborted:
        text = code == SQLITE_CONSTRAINT_COMMITHOOK
                   ? "the statement's transaction had been rolled back before it ran"
                   : "the transaction was rolled back while the statement was running";
        break;
    case errc::out_of_memory: text = "SQLite could not allocate memory"; break;
    case errc::not_a_database: text = "the file is not a SQLite database, or it is encrypted"; break;
    case errc::corrupt:
        text.append("the database file is damaged; restore it from a backup (").append(words) += ')';
        break;
    case errc::not_authorized:
        text.append("the statement does what this connection may not (").append(words) += ')';
        break;
    case errc::io_error:
        if (code == SQLITE_CANTOPEN_SYMLINK)
            return "the path to the database leads through a symbolic link, which is refused";
        text = (code & 0xff) == SQLITE_CANTOPEN ? std::string_view("a database file cannot be opened")
                                                : failed_operation(code);
        break;
    default: return words;
    }
    if (system_error != 0 && (kind == errc::io_error || kind == errc::disk_full))
        text.append(": ").append(tenantry::detail::system_text(system_error));
    return text;
}

} // namespace tenantry::detail

namespace tenantry::sqlite {

TENANTRY_DECL Error make_error(sqlite3* db, int code, std::string_view doing) noexcept
{
    const int primary = code & 0xff;
    const bool from_system = db != nullptr && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN);
    const int system_error = from_system ? sqlite3_system_errno(db) : 0;
    const detail::SaidOfValues* said = detail::find_said_of_values(db, code);
    const errc kind = said != nullptr ? said->kind : to_errc(code, system_error);
    std::string words;
    try {
        words = said != nullptr ? std::string(said->text) : detail::describe(db, code, kind, system_error);
    } catch (...) { // without them, then
    }
    Error error(kind, std::move(words), code);
    if (kind == errc::constraint) tenantry::detail::add_constraint(error, db, code);
    if (!doing.empty()) error.in(doing);
    return error;
}

} // namespace tenantry::sqlite
