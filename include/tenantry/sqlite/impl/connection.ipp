#pragma once

#include <tenantry/sqlite/connection.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL Result<Connection> Connection::open(const std::filesystem::path& path, OpenMode mode,
                                                  const Profile& profile) noexcept
{
    return tenantry::detail::caught("opening a database", [&] { return open_path(path, mode, profile); });
}

TENANTRY_DECL Result<void> Connection::path_fits(std::string_view path)
{
    constexpr std::string_view longest_suffix = "-journal";
    const sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    if (vfs == nullptr || path.size() + longest_suffix.size() <= static_cast<std::size_t>(vfs->mxPathname))
        return {};
    return fail(errc::io_error,
                "the path is longer than SQLite takes (" + std::to_string(vfs->mxPathname) +
                    " bytes, of which " + std::to_string(longest_suffix.size()) +
                    " are for the names of its journals)",
                SQLITE_CANTOPEN);
}

TENANTRY_DECL Result<Connection> Connection::open_memory(const Profile& profile)
{
    auto opened = open_handle(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY);
    if (!opened) return opened;
    if (auto set = opened->set_up(profile, false); !set) return fail(std::move(set).error());
    return opened;
}

TENANTRY_DECL Connection::~Connection()
{
    if (!state_) return;
    state_->slots.drop();
    detach();
    leave_nothing();
    // Statements that outlive the connection keep the handle alive until they are finalized.
    sqlite3_close_v2(state_->db);
}

TENANTRY_DECL Result<void> Connection::close()
{
    state_->slots.drop();
    leave_nothing();
    const int code = sqlite3_close(state_->db);
    if (code == SQLITE_BUSY)
        return fail(Error(errc::busy, "the connection is in use: a statement of it is still alive", code));
    if (code != SQLITE_OK) return fail(make_error(state_->db, code, "closing"));
    state_.reset();
    return {};
}

TENANTRY_DECL Result<Statement> Connection::prepare(std::string_view sql)
{
    auto stmt = compile(sql, 0);
    if (!stmt) return fail(std::move(stmt).error());
    return Statement(*stmt, state_->incarnation, state_.get());
}

TENANTRY_DECL Result<StatementLease> Connection::statement_once(std::string_view sql)
{
    auto stmt = compile(sql, 0);
    if (!stmt) return fail(std::move(stmt).error());
    return StatementLease(*stmt, state_->incarnation, state_.get(), nullptr, 0);
}

TENANTRY_DECL Result<bool> Connection::file_moved() const
{
    int moved = 0;
    const int code = sqlite3_file_control(state_->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (code == SQLITE_NOTFOUND) return false; // in memory
    if (code != SQLITE_OK) return fail(make_error(state_->db, code, "looking for the database file"));
    return moved != 0;
}

TENANTRY_DECL void Connection::observe(std::shared_ptr<Observer> observer, std::string_view tenant,
                                       std::chrono::nanoseconds from)
{
    state_->observed =
        std::make_unique<StatementWatch>(std::move(observer), std::string(tenant), from, &state_->privileged);
    state_->observed->attach(state_->db);
}

TENANTRY_DECL Error Connection::deferred_violation() noexcept
{
    Error error(errc::constraint, "FOREIGN KEY constraint failed", SQLITE_CONSTRAINT_FOREIGNKEY);
    error.with_constraint(Constraint{.kind = ConstraintKind::foreign_key});
    tenantry::detail::name_foreign_key(*state_, nullptr, error);
    return error;
}

TENANTRY_DECL MemoryUse Connection::memory_use() const noexcept
{
    const auto status = [this](int what) {
        int now = 0;
        int highest = 0;
        sqlite3_db_status(state_->db, what, &now, &highest, 0);
        return static_cast<std::uint64_t>(now);
    };
    return {.pages = status(SQLITE_DBSTATUS_CACHE_USED),
            .schema = status(SQLITE_DBSTATUS_SCHEMA_USED),
            .statements = status(SQLITE_DBSTATUS_STMT_USED)};
}

TENANTRY_DECL Result<Connection> Connection::open_path(const std::filesystem::path& path, OpenMode mode,
                                                       const Profile& profile)
{
    const std::string& native = path.native();
    if (native.empty() || native.find('\0') != std::string::npos)
        return fail(errc::invalid_argument, "a database's path is not empty and has no NUL in it");
    // Not "file:..." and not ":memory:", which mean something else to SQLite.
    const std::string name = native.front() == '/' ? native : "./" + native;
    if (profile.read_only && mode == OpenMode::create)
        return fail(errc::read_only, "a database is not made where only reading is possible");
    if (mode == OpenMode::create) {
        if (auto made = detail::create_file(name); !made) return fail(std::move(made).error());
    }
    auto opened = open_file(name, mode, profile);
    if (!opened) {
        // What was made here is nobody else's.
        if (mode == OpenMode::create)
            for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::remove((name + suffix).c_str());
        return fail(std::move(opened.error().in("opening '" + native + "'")));
    }
    return opened;
}

TENANTRY_DECL Result<Connection> Connection::open_file(const std::string& name, OpenMode mode,
                                                       const Profile& profile)
{
    if (mode == OpenMode::immutable) {
        auto opened =
            open_handle(detail::immutable_uri(name).c_str(), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
        if (!opened) return opened;
        opened->state_->path = name;
        if (auto set = opened->set_up(profile, true); !set) return fail(std::move(set).error());
        return opened;
    }
    if (profile.read_only) return open_to_read(name, profile);
    const bool read_only = mode == OpenMode::read_only;
    auto opened = read_only ? open_handle(name.c_str(), SQLITE_OPEN_READONLY) : open_to_write(name);
    if (!opened) return opened;
    opened->state_->path = name;
    if (mode == OpenMode::untouched) {
        Profile alone = profile;
        alone.keep_log = true;
        alone.exclusive = true; // with its index in this process's memory
        if (auto set = opened->set_up(alone, true); !set) return fail(std::move(set).error());
        return opened;
    }
    if (auto set = opened->set_up(profile, read_only); !set) return fail(std::move(set).error());
    if (mode == OpenMode::create) {
        // Before anything is written: afterwards it would take a VACUUM.
        if (profile.incremental_vacuum)
            if (auto chosen = opened->execute("PRAGMA main.auto_vacuum = INCREMENTAL"); !chosen)
                return fail(std::move(chosen).error());
        if (auto wal = opened->enable_wal(); !wal) return fail(std::move(wal).error());
    }
    return opened;
}

TENANTRY_DECL Result<Connection> Connection::open_to_write(const std::string& name)
{
    constexpr int at_most = 3;
    for (int tries = 1;; ++tries) {
        auto opened = open_handle(name.c_str(), SQLITE_OPEN_READWRITE);
        if (!opened || sqlite3_db_readonly(opened->state_->db, "main") != 1) return opened;
        const int why = detail::not_writable(name);
        if (why == EACCES || why == EPERM || why == EROFS)
            return fail(errc::read_only, "the database file is not writable");
        if (tries == at_most) return fail(errc::io_error, "the database file was there only now and then");
    }
}

TENANTRY_DECL Result<Connection> Connection::open_to_read(const std::string& name, const Profile& profile)
{
    const std::string directory = name.substr(0, name.find_last_of('/') + 1);
    const bool writable = detail::not_writable(directory) == 0 && detail::not_writable(name) == 0;
    const bool has_log = detail::size_of_file((name + "-wal").c_str()).value_or(0) > 0;
    auto opened =
        writable  ? open_handle(name.c_str(), SQLITE_OPEN_READWRITE)
        : has_log ? open_handle(name.c_str(), SQLITE_OPEN_READONLY)
                  : open_handle(detail::immutable_uri(name).c_str(), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    if (!opened) return opened;
    opened->state_->path = name;
    opened->state_->only_reads = opened->state_->reading = true;
    Profile kept = profile;
    kept.keep_log = true;
    auto set = opened->set_up(kept, true);
    if (set) return opened;
    if (!writable && has_log && (set.error().sqlite_code() & 0xff) == SQLITE_CANTOPEN)
        set.error().in(
            "reading a log without its -shm, where nothing may be written: copy database and log to "
            "where that may be");
    return fail(std::move(set).error());
}

TENANTRY_DECL void Connection::leave_nothing() noexcept
{
    if (state_->only_reads && state_->has_read && detail::size_of_file(log_name()) == 0u)
        keep_log_on_close(false);
}

TENANTRY_DECL Result<Connection> Connection::open_handle(const char* name, int flags)
{
    if (sqlite3_threadsafe() == 0)
        return fail(errc::internal,
                    "this SQLite was built without support for threads (SQLITE_THREADSAFE=0)");
    constexpr int oldest = 3038000;
    if (sqlite3_libversion_number() < oldest)
        return fail(errc::internal,
                    std::string("SQLite 3.38 or later is needed; this is ") + sqlite3_libversion());
    auto state = std::make_unique<detail::ConnectionState>();
    flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE;
    const int code = sqlite3_open_v2(name, &state->db, flags, nullptr);
    Connection opened(std::move(state));
    if (code != SQLITE_OK) return fail(open_error(opened.state_->db, code, name));
    opened.keep_log_on_close(); // until it has read, see set_up
    return opened;
}

TENANTRY_DECL Error Connection::open_error(sqlite3* db, int code, const char* name)
{
    if (code == SQLITE_CANTOPEN)
        if (auto fits = path_fits(name); !fits) return std::move(fits).error();
    return make_error(db, code);
}

TENANTRY_DECL Error Connection::write_while_reading(std::string_view sql)
{
    Error error(errc::read_only, "the statement changes something, and only reading is possible here");
    return std::move(error.with_sql(sql));
}

TENANTRY_DECL void Connection::detach() noexcept
{
    // A statement that outlives the connection must not call back into what is gone.
    sqlite3_set_authorizer(state_->db, nullptr, nullptr);
    sqlite3_progress_handler(state_->db, 0, nullptr, nullptr);
    sqlite3_wal_hook(state_->db, nullptr, nullptr);
    if (state_->observed) sqlite3_trace_v2(state_->db, 0, nullptr, nullptr);
}

TENANTRY_DECL Result<void> Connection::execute(const char* sql)
{
    const tenantry::detail::Raised privileged(state_->privileged);
    for (const char* rest = sql; *rest != '\0';) {
        sqlite3_stmt* stmt = nullptr;
        const char* text = rest;
        const int code = sqlite3_prepare_v2(state_->db, text, -1, &stmt, &rest);
        if (code != SQLITE_OK) return fail(compile_error(code, text));
        if (stmt == nullptr) continue; // a comment, or white space
        Statement statement(stmt, state_->incarnation);
        if (auto done = statement.run(); !done) return done;
    }
    return {};
}

TENANTRY_DECL Result<std::int64_t> Connection::query_integer(const char* sql)
{
    const tenantry::detail::Raised privileged(state_->privileged);
    auto statement = prepare(sql);
    if (!statement) return fail(std::move(statement).error());
    auto row = statement->step();
    if (!row) return fail(std::move(row).error());
    if (!*row) return fail(std::move(Error(errc::no_such_row).with_sql(sql)));
    return statement->integer(0);
}

TENANTRY_DECL Result<Statement> Connection::prepare_privileged(std::string_view sql)
{
    const tenantry::detail::Raised privileged(state_->privileged);
    return prepare(sql);
}

TENANTRY_DECL Result<CheckpointState> Connection::checkpoint(Checkpoint how)
{
    if (state_->alone || !has_wal_reset_fault()) return checkpoint_now(how);
    if (how == Checkpoint::passive) {
        detail::CheckpointGuard guard;
        if (auto begun = guard.begin(state_->db); !begun) return fail(std::move(begun).error());
        return checkpoint_now(how);
    }
    const detail::EndedWhereLocked careful(state_->db, state_->busy_timeout);
    return checkpoint_now(how);
}

TENANTRY_DECL Result<CheckpointState> Connection::checkpoint_now(Checkpoint how)
{
    CheckpointState left;
    const int code = sqlite3_wal_checkpoint_v2(state_->db, "main", static_cast<int>(how), &left.log_frames,
                                               &left.checkpointed_frames);
    if (code == SQLITE_INTERRUPT) // see EndedWhereLocked
        return fail(Error(errc::busy, "checkpointing: somebody reads what is in the log, or writes to it",
                          SQLITE_BUSY));
    if (code != SQLITE_OK) return fail(make_error(state_->db, code, "checkpointing"));
    if (left.complete()) {
        state_->log_begun = false;
        state_->log_restarts = true;
        if (how >= Checkpoint::restart) state_->log_frames = 0;
    }
    return left;
}

TENANTRY_DECL Result<void> Connection::enable_wal()
{
    const tenantry::detail::Raised privileged(state_->privileged);
    auto statement = prepare("PRAGMA main.journal_mode=WAL");
    if (!statement) return fail(std::move(statement).error());
    auto row = statement->step();
    if (!row) return fail(std::move(row).error());
    if (!*row || statement->text(0) != "wal")
        return fail(errc::io_error,
                    "the database cannot be put into WAL mode: its file system has no shared memory");
    return {};
}

TENANTRY_DECL Result<void> Connection::set_limits(const StatementLimits& limits)
{
    const std::pair<int, int> all[] = {
        {SQLITE_LIMIT_LENGTH, limits.value_bytes},
        {SQLITE_LIMIT_SQL_LENGTH, limits.statement_bytes},
        {SQLITE_LIMIT_COLUMN, limits.columns},
        {SQLITE_LIMIT_EXPR_DEPTH, limits.expression_depth},
        {SQLITE_LIMIT_COMPOUND_SELECT, limits.compound_selects},
        {SQLITE_LIMIT_VDBE_OP, limits.instructions},
        {SQLITE_LIMIT_FUNCTION_ARG, limits.function_arguments},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, limits.pattern_bytes},
        {SQLITE_LIMIT_VARIABLE_NUMBER, limits.parameters},
        {SQLITE_LIMIT_TRIGGER_DEPTH, limits.trigger_depth},
    };
    for (const auto& [which, most] : all) {
        if (most < 0) return fail(errc::invalid_argument, "a limit of statements is negative");
        if (most > 0) sqlite3_limit(state_->db, which, most);
    }
    return {};
}

TENANTRY_DECL Result<void> Connection::set_switch(int option, bool wanted)
{
    int is = -1;
    const int code = sqlite3_db_config(state_->db, option, wanted ? 1 : 0, &is);
    if (code == SQLITE_OK && (is != 0) == wanted) return {};
    return fail(errc::internal, "this SQLite does not take connection option " + std::to_string(option),
                code);
}

TENANTRY_DECL Result<void> Connection::set_up(const Profile& profile, bool read_only)
{
    if (profile.page_cache_kib < 0)
        return fail(errc::invalid_argument, "a page cache cannot be smaller than nothing");
    sqlite3* const db = state_->db;
    const Fences& fences = profile.fences;
    state_->alone = profile.exclusive || state_->path.empty();
    sqlite3_wal_hook(db, &detail::ConnectionState::note_log, state_.get());
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, fences.attached);
    if (auto limited = set_limits(profile.limits); !limited) return limited;
    if (auto installed = profile.functions.install(db); !installed) return installed;
    state_->functions = profile.functions;
    // What they are by default depends on how SQLite was built (https://sqlite.org/c3ref/c_dbconfig_defensive.html), and on
    // who calls sqlite3_auto_extension.
    const std::pair<int, bool> switches[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, fences.defensive},
        {SQLITE_DBCONFIG_DQS_DML, fences.double_quoted_strings},
        {SQLITE_DBCONFIG_DQS_DDL, fences.double_quoted_strings},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, false},
        {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false}, // it takes a pointer, and calls through it
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, false},
        {SQLITE_DBCONFIG_RESET_DATABASE, false},
        {SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, false},
        {SQLITE_DBCONFIG_LEGACY_FILE_FORMAT, false},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, true},
        {SQLITE_DBCONFIG_ENABLE_VIEW, true},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, profile.trusted_schema},
        {SQLITE_DBCONFIG_ENABLE_FKEY, profile.foreign_keys},
    };
    for (const auto& [option, wanted] : switches)
        if (auto done = set_switch(option, wanted); !done) return done;
    if (profile.busy_timeout.count() > 0) {
        const auto wait = profile.busy_timeout.count();
        state_->busy_timeout = wait < INT_MAX ? static_cast<int>(wait) : INT_MAX;
        sqlite3_busy_timeout(db, state_->busy_timeout);
    }
    // A file that is mapped may be cut by others, which ends the process where it is read.
    sqlite3_int64 mapped = -1;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_MMAP_SIZE, &mapped);
    // One pass for what has no other way in. Setting the page cache reads the schema, so that a file which is
    // no database says so here.
    char pragmas[220];
    std::snprintf(
        pragmas, sizeof pragmas, "%s%s%s%sPRAGMA synchronous=%d;PRAGMA cache_size=-%d",
        // Before the first use of the log: from then on its index is in shared memory, or in this process's own.
        profile.exclusive ? "PRAGMA locking_mode=EXCLUSIVE;" : "",
        mapped > 0 ? "PRAGMA mmap_size=0;" : "", // only where SQLite was built to map files
        profile.temporary_in_memory ? "PRAGMA temp_store=2;" : "", read_only ? "PRAGMA query_only=1;" : "",
        profile.durability == Durability::full ? 2 : 1, profile.page_cache_kib);
    if (auto done = execute(pragmas); !done) return done;
    // Not before it has read, and so has mapped the log's index. SQLite opens that to be read only where opening it for writing
    // fails and succeeds a moment later (no descriptor is left, the directory is being moved). If that happens first when the
    // last connection is closed, SQLite takes each page of the log for one that a reader is in the way of, writes none of them
    // back, and removes the log nevertheless. Where it has happened before, it knows of it and leaves the log.
    state_->has_read = true;
    if (auto done = set_switch(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, profile.keep_log); !done) return done;
    if (fences.authorizer) sqlite3_set_authorizer(db, &detail::ConnectionState::authorize, state_.get());
    return {};
}

TENANTRY_DECL Result<sqlite3_stmt*> Connection::compile(std::string_view sql, unsigned flags)
{
    if (sql.size() > static_cast<std::size_t>(INT_MAX))
        return fail(errc::too_big, "the statement is too long");
    sqlite3_stmt* stmt = nullptr;
    const char* rest = nullptr;
    const char* const text = sql.data() != nullptr ? sql.data() : "";
    state_->refused = {};
    const int code = sqlite3_prepare_v3(state_->db, text, static_cast<int>(sql.size()), flags, &stmt, &rest);
    if (code != SQLITE_OK) return fail(compile_error(code, sql));
    Statement owner(stmt, 0);
    if (stmt == nullptr)
        return fail(std::move(Error(errc::invalid_sql, "there is no statement in the text").with_sql(sql)));
    if (is_refused(stmt)) return fail(write_while_reading(sql));
    // SQLite would pass over whatever comes after the first statement; comments and white space may.
    const std::string_view left = sql.substr(static_cast<std::size_t>(rest - text));
    if (left.find_first_not_of(" \t\r\n\f;") != std::string_view::npos) [[unlikely]] {
        sqlite3_stmt* second = nullptr;
        const int more =
            sqlite3_prepare_v2(state_->db, left.data(), static_cast<int>(left.size()), &second, &rest);
        const bool is_comment = more == SQLITE_OK && second == nullptr && rest == left.data() + left.size();
        sqlite3_finalize(second);
        if (!is_comment)
            return fail(
                std::move(Error(errc::invalid_sql, "more than one statement in the text").with_sql(sql)));
    }
    return owner.release();
}

TENANTRY_DECL Error Connection::compile_error(int code, std::string_view sql)
{
    // Of a function that was refused SQLite says that it is an error in the statement.
    Error error =
        !state_->refused.empty()
            ? Error(errc::not_authorized,
                    std::string(state_->refused) + " is not for statements on a tenant's connection", code)
            : make_error(state_->db, code);
    return std::move(error.with_sql(sql));
}

TENANTRY_DECL Result<StatementLease> Connection::prepare_slot(const StatementText& text)
{
    if (state_->slots.is_passed_over(text)) {
        if (state_->runs_again) {
            state_->slots.pass_over(text);
            state_->out_of_time = true;
            return fail(Error(errc::cancelled));
        }
        sqlite3_stmt* const known = state_->slots.take_passed_over(text);
        StatementLease lease(known, state_->incarnation, state_.get(), &state_->slots, text.slot);
        if (is_refused(known)) return fail(write_while_reading(text.sql));
        return lease;
    }
    auto stmt = compile(text.sql, SQLITE_PREPARE_PERSISTENT);
    if (!stmt) return fail(std::move(stmt).error());
    Statement owner(*stmt, 0);
    if (!state_->slots.make_room(text))
        return StatementLease(owner.release(), state_->incarnation, state_.get(), nullptr, 0);
    state_->slots.put(text, owner.release());
    return StatementLease(*stmt, state_->incarnation, state_.get(), &state_->slots, text.slot);
}

} // namespace tenantry::sqlite
