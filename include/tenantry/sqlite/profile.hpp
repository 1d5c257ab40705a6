// How a connection is set up: what it may cost, how durable it is, and what it is kept from.
#pragma once

#include <chrono>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/sqlite/functions.hpp>

namespace tenantry::sqlite {

/// What a power failure may cost. A crash of the process costs nothing either way.
enum class Durability {
    normal, ///< the last transactions may be lost, the database stays sound (`synchronous=NORMAL`)
    full,   ///< nothing that was acknowledged is lost; each commit waits for the disk (`synchronous=FULL`)
};

/// What statements are kept from. The defaults are those of a tenant's connection.
struct Fences {
    /// How many databases may be attached; VACUUM needs one (https://sqlite.org/limits.html).
    int attached = 0;
    /// No writing to the schema table, to shadow tables or past the journal by SQL.
    bool defensive = true;
    /// `"text"` in double quotes is a name and never a string.
    bool double_quoted_strings = false;
    /// ATTACH, DETACH, PRAGMA, transaction control, VACUUM and functions that take or give pointers are refused in statements
    /// that are not the library's own.
    bool authorizer = true;
};

/// How much a statement may ask of SQLite (https://sqlite.org/limits.html). 0: as much as SQLite was built for, which is
/// plenty for statements that a program writes itself. A program that lets others write raw SQL makes them small, as
/// https://sqlite.org/security.html says; they hold for the library's own statements, migrations among them, too.
struct StatementLimits {
    int value_bytes = 0;        ///< of a text, a blob, or a row
    int statement_bytes = 0;    ///< of the text of a statement
    int columns = 0;            ///< of a table, an index, a result
    int expression_depth = 0;   ///< of the tree of an expression
    int compound_selects = 0;   ///< of a set operation
    int instructions = 0;       ///< that a statement is compiled to
    int function_arguments = 0; ///< of a call
    int pattern_bytes = 0;      ///< of LIKE and GLOB: what they take can grow with the square of it
    int parameters = 0;         ///< of a statement
    int trigger_depth = 0;      ///< of triggers inside of each other
};

/// The set-up of a connection. A plain value; the defaults are those of a tenant's connection.
struct Profile {
    /// The most the page cache may hold, in KiB. Modest, since thousands of connections may be open.
    int page_cache_kib = 512;
    /// What is lost where the machine's power is.
    Durability durability = Durability::normal;
    /// Whether foreign keys are enforced.
    bool foreign_keys = true;
    /// Temporary tables and indexes stay in memory and touch no directory.
    bool temporary_in_memory = true;
    /// How long SQLite itself waits for a lock, sleeping on the calling thread. 0: not at all.
    std::chrono::milliseconds busy_timeout{0};
    /// Databases are created so that free pages can be given back a few at a time, beside other work, instead of by
    /// writing all of it again (https://sqlite.org/pragma.html#pragma_auto_vacuum, `INCREMENTAL`). Nothing is given back
    /// by itself. Costs one page in some hundreds and about a tenth more time for inserting and removing rows; reading costs
    /// the same.
    bool incremental_vacuum = false;
    /// Functions and virtual tables that are not innocuous may be used by views, triggers, CHECK
    /// (https://sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfigtrustedschema).
    bool trusted_schema = false;
    /// Closing the last connection neither writes the log back nor removes it, also where opening fails: for databases whose
    /// log is somebody else's business, as Litestream's.
    bool keep_log = false;
    /// The connection is the only one to its database, and others are refused with errc::busy while it is open, also in
    /// other processes; so is this one where it is not the first. Then there is no shared memory file, and no file lock
    /// is taken for each transaction (https://sqlite.org/wal.html#noshm).
    bool exclusive = false;
    /// Whatever the mode is that a connection is opened in, it only reads, and nothing of the database or beside it is changed:
    /// what its log holds stays there. Where nothing may be written at all (a read-only file system), and there is no log,
    /// SQLite is told that nobody changes the file; with a log it needs the `-shm` that belongs to it.
    bool read_only = false;
    /// Functions and collations of the program, for every connection: registered before anything else is done with it.
    Functions functions{};
    /// What statements are kept from.
    Fences fences{};
    /// How large statements and values may be.
    StatementLimits limits{};

    /// For work that users' statements never see: VACUUM, backup, import. Never a tenant's own connection.
    [[nodiscard]] static Profile maintenance() noexcept;
};

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/profile.ipp>
#endif
