// One connection to one database: opened with a profile, fenced in, with its statements kept prepared.
#pragma once

#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>
#include <unistd.h>

#include <tenantry/core/detail/raised.hpp>
#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/checkpoint.hpp>
#include <tenantry/sqlite/detail/checkpoint_guard.hpp>
#include <tenantry/sqlite/detail/connection_state.hpp>
#include <tenantry/sqlite/detail/database_file.hpp>
#include <tenantry/sqlite/detail/log_index.hpp>
#include <tenantry/sqlite/detail/memory_use.hpp>
#include <tenantry/sqlite/detail/statement_watch.hpp>
#include <tenantry/sqlite/detail/wal_reset_fault.hpp>
#include <tenantry/sqlite/error.hpp>
#include <tenantry/sqlite/functions.hpp>
#include <tenantry/sqlite/open_mode.hpp>
#include <tenantry/sqlite/profile.hpp>
#include <tenantry/sqlite/statement.hpp>

namespace tenantry::sqlite {

/// A connection to a database. Move-only; the destructor closes it and reports no failures.
///
/// One thread at a time, handed over with whatever makes memory visible (a strand does): connections are
/// opened with `SQLITE_OPEN_NOMUTEX`. Statements and leases of it are used only while it is open.
///
/// Two kinds of statement: `execute`, `query_integer` and `prepare_privileged` are the library's own and
/// may do anything; `prepare` and `statement` are users' and are refused what the profile's fences say,
/// with `errc::not_authorized`.
///
/// No commit checkpoints, on any connection (https://sqlite.org/wal.html#ckpt): the log grows until somebody calls
/// `checkpoint`, or the last connection is closed.
class Connection {
public:
    /// Opens the database at `path`; only `OpenMode::create` makes one. No symbolic link is followed, in any
    /// part of the path (https://sqlite.org/c3ref/open.html, `SQLITE_OPEN_NOFOLLOW`).
    ///
    /// Errors: io_error (missing, unreadable, a link, exists already on create), read_only (not writable
    /// as the mode wants it), not_a_database, corrupt, busy (locked exclusively), disk_full, out_of_memory, invalid_argument.
    [[nodiscard]] static Result<Connection> open(const std::filesystem::path& path, OpenMode mode,
                                                 const Profile& profile = {}) noexcept
    {
        return tenantry::detail::caught("opening a database", [&] { return open_path(path, mode, profile); });
    }

    /// Whether SQLite can open a database at this absolute path, by its length: what it appends for a journal counts.
    /// errc::io_error.
    [[nodiscard]] static Result<void> path_fits(std::string_view path)
    {
        constexpr std::string_view longest_suffix = "-journal";
        const sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
        if (vfs == nullptr ||
            path.size() + longest_suffix.size() <= static_cast<std::size_t>(vfs->mxPathname))
            return {};
        return fail(errc::io_error,
                    "the path is longer than SQLite takes (" + std::to_string(vfs->mxPathname) +
                        " bytes, of which " + std::to_string(longest_suffix.size()) +
                        " are for the names of its journals)",
                    SQLITE_CANTOPEN);
    }

    /// A database of this connection alone, gone with it.
    [[nodiscard]] static Result<Connection> open_memory(const Profile& profile = {})
    {
        auto opened =
            open_handle(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY);
        if (!opened) return opened;
        if (auto set = opened->set_up(profile, false); !set) return fail(std::move(set).error());
        return opened;
    }

    Connection(Connection&&) noexcept = default;
    Connection& operator=(Connection&& other) noexcept
    {
        Connection taken(std::move(other));
        std::swap(state_, taken.state_);
        return *this;
    }
    ~Connection()
    {
        if (!state_) return;
        state_->slots.drop();
        detach();
        leave_nothing();
        // Statements that outlive the connection keep the handle alive until they are finalized.
        sqlite3_close_v2(state_->db);
    }

    /// Closes, and says what went wrong: errc::busy while statements of it are alive, and it stays open then.
    /// An open transaction is rolled back. The last connection to a database checkpoints and removes its log, unless
    /// `Profile::keep_log` says otherwise.
    [[nodiscard]] Result<void> close()
    {
        state_->slots.drop();
        leave_nothing();
        const int code = sqlite3_close(state_->db);
        if (code == SQLITE_BUSY)
            return fail(
                Error(errc::busy, "the connection is in use: a statement of it is still alive", code));
        if (code != SQLITE_OK) return fail(make_error(state_->db, code, "closing"));
        state_.reset();
        return {};
    }

    /// Runs one or more statements of the library's own. Rows are passed over. It stops at the first
    /// failure and what came before stays done: several statements belong in a transaction.
    [[nodiscard]] Result<void> execute(const char* sql);
    [[nodiscard]] Result<void> execute(const std::string& sql) { return execute(sql.c_str()); }

    /// The first column of the first row of a statement of the library's own; NULL is 0.
    /// errc::no_such_row if there is none.
    [[nodiscard]] Result<std::int64_t> query_integer(const char* sql);

    /// Prepares a user's statement. errc::not_authorized for what the fences keep out, errc::invalid_sql
    /// for what SQLite does not understand, for nothing at all and for more than one statement.
    [[nodiscard]] Result<Statement> prepare(std::string_view sql)
    {
        auto stmt = compile(sql, 0);
        if (!stmt) return fail(std::move(stmt).error());
        return Statement(*stmt, state_->incarnation, state_->observed.get());
    }

    /// Prepares a statement of the library's own. It must also run under a `Privileged`: a changed schema
    /// makes SQLite prepare it again as it is run.
    [[nodiscard]] Result<Statement> prepare_privileged(std::string_view sql);

    /// Borrows a statement, which stays prepared between uses. Where it is in use already (recursion) one
    /// is prepared for this use alone. Errors as `prepare`.
    [[nodiscard]] Result<StatementLease> statement(const StatementText& text)
    {
        if (sqlite3_stmt* stmt = state_->slots.take(text); stmt != nullptr) [[likely]] {
            StatementLease lease(stmt, state_->incarnation, state_->observed.get(), &state_->slots,
                                 text.slot);
            if (is_refused(stmt)) [[unlikely]]
                return fail(write_while_reading(text.sql));
            return lease;
        }
        return prepare_slot(text);
    }

    /// Prepares a statement for one use. Errors as `prepare`.
    [[nodiscard]] Result<StatementLease> statement_once(std::string_view sql)
    {
        auto stmt = compile(sql, 0);
        if (!stmt) return fail(std::move(stmt).error());
        return StatementLease(*stmt, state_->incarnation, state_->observed.get(), nullptr, 0);
    }

    /// From now on users' statements may only read, or again anything: what would change something is refused with
    /// errc::read_only. For a connection that is lent to readers and opened for writing.
    void read_only(bool only) noexcept { state_->reading = only || state_->only_reads; }

    /// Rows changed by the last INSERT, UPDATE or DELETE, without those of triggers and foreign keys.
    [[nodiscard]] std::int64_t changes() const noexcept { return sqlite3_changes64(state_->db); }

    /// Rows changed since the connection was opened, those of triggers and foreign keys included. What a
    /// failed statement rolls back by itself does not count.
    [[nodiscard]] std::int64_t total_changes() const noexcept { return sqlite3_total_changes64(state_->db); }

    [[nodiscard]] std::int64_t last_insert_rowid() const noexcept
    {
        return sqlite3_last_insert_rowid(state_->db);
    }

    /// The one truth about transactions (https://sqlite.org/c3ref/get_autocommit.html).
    [[nodiscard]] bool in_transaction() const noexcept { return sqlite3_get_autocommit(state_->db) == 0; }

    /// Is a deferred foreign key violated, so that COMMIT would fail?
    [[nodiscard]] bool deferred_violations() const noexcept
    {
        int violated = 0;
        int highest = 0;
        sqlite3_db_status(state_->db, SQLITE_DBSTATUS_DEFERRED_FKS, &violated, &highest, 0);
        return violated != 0;
    }

    /// How many changed pages had to leave the page cache before their transaction was committed, since the
    /// connection was opened.
    [[nodiscard]] int cache_spills() const noexcept
    {
        int spilled = 0;
        int highest = 0;
        sqlite3_db_status(state_->db, SQLITE_DBSTATUS_CACHE_SPILL, &spilled, &highest, 0);
        return spilled;
    }

    /// Is the open file no longer the one under its name: removed, replaced, its directory renamed?
    [[nodiscard]] Result<bool> file_moved() const
    {
        int moved = 0;
        const int code = sqlite3_file_control(state_->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
        if (code == SQLITE_NOTFOUND) return false; // in memory
        if (code != SQLITE_OK) return fail(make_error(state_->db, code, "looking for the database file"));
        return moved != 0;
    }

    /// Puts the database into WAL mode (https://sqlite.org/wal.html), where it stays. errc::busy while others
    /// have it open in another mode.
    [[nodiscard]] Result<void> enable_wal();

    /// Moves the log's frames into the database. errc::busy if somebody is in the way of more than `passive`: a reader,
    /// another writer, another checkpoint. What `passive` leaves is no failure: it is told by the frames.
    ///
    /// Safe with every SQLite (see has_wal_reset_fault). One with the fault is given a second connection that reads meanwhile;
    /// then `passive` leaves what is committed after it was begun, and needs the file to be there under its name
    /// (errc::io_error). And where somebody is in the way of more than `passive`, nothing or only some is moved.
    [[nodiscard]] Result<CheckpointState> checkpoint(Checkpoint how);

    /// The length of the write-ahead log after the last commit here, in frames; 0 before the first one.
    [[nodiscard]] std::uint64_t log_frames() const noexcept { return state_->log_frames; }

    /// The length of the write-ahead log now, in frames, those of other connections included; of a sole owner's after the last commit here.
    /// For a database in WAL mode that was read from.
    [[nodiscard]] std::uint64_t log_length() noexcept
    {
        if (!state_->alone)
            if (const auto index = detail::read_log_index(file())) return index->frames;
        return state_->log_frames;
    }

    /// Whether what is written next is the first in a write-ahead log: in a new one, or in one that was written back whole and
    /// is restarted, unless somebody reads what is in it. For a database in WAL mode that was read from. Sure within a
    /// transaction that has the write lock: what is true of it at its end was true at its beginning.
    [[nodiscard]] bool begins_log() noexcept
    {
        if (!state_->alone)
            if (const auto index = detail::read_log_index(file())) {
                if (!index->is_written_back()) return false;
                state_->written_back = 0; // of the next log
                return true;
            }
        return !state_->log_begun && (state_->log_restarts || detail::size_of_file(log_name()).value_or(0) <=
                                                                  detail::log_header_bytes);
    }

    /// Whether that is so, or some of the log was written back since `remember_written_back`, by any connection (never by a sole owner's, which
    /// writes back all or nothing). For a database in WAL mode that was read from.
    [[nodiscard]] bool log_was_written_back() noexcept
    {
        if (!state_->alone)
            if (const auto index = detail::read_log_index(file()))
                return index->is_written_back() ||
                       (index->is_part_written_back() && index->written_back != state_->written_back);
        return begins_log();
    }
    /// What `log_was_written_back` goes by.
    void remember_written_back() noexcept
    {
        if (const auto index = detail::read_log_index(file())) state_->written_back = index->written_back;
    }

    /// Called by every `Transaction` from now on, right after it has got the write lock; what it fails with, BEGIN fails with.
    /// nullptr: nothing is called.
    void set_begin_hook(Result<void> (*does)(Connection&)) noexcept { state_->begin_hook = does; }

    /// For `Transaction`.
    [[nodiscard]] Result<void> run_begin_hook() noexcept
    {
        if (state_->begin_hook == nullptr) return {};
        return tenantry::detail::caught("beginning a log", [this] { return state_->begin_hook(*this); });
    }

    /// From now on as with `Profile::keep_log`, or as without.
    void keep_log_on_close(bool keep = true) noexcept
    {
        sqlite3_db_config(state_->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0,
                          static_cast<int*>(nullptr));
    }

    /// Which tenant this is, so that statements can refuse ids of others. 0: none.
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return state_->incarnation; }

    /// For statements prepared or borrowed from now on.
    void set_incarnation(std::uint64_t incarnation) noexcept { state_->incarnation = incarnation; }

    using TimePoint = std::chrono::steady_clock::time_point;

    /// From now on statements end with errc::cancelled soon after the flag (null: none) is seen true or `until` has
    /// passed. Looked for about every thousand steps of SQLite's machine, so that short statements may not notice. An
    /// ended INSERT, UPDATE or DELETE rolls its whole transaction back: see `in_transaction()`.
    ///
    /// `grace`, if it is more than 0, is for what is run again elsewhere when its time is up, so that no observer needs to know
    /// of that: when `until` is first seen to have passed there is so much left from then on. A thread that the system did
    /// not let run meanwhile has taken no time. A borrowed statement that was ended so is not run the next 31 times that it is
    /// wanted under such a watch: `statement` fails, and its time is up. Then it is tried again.
    void watch(const std::atomic<bool>* cancelled, TimePoint until = TimePoint::max(),
               TimePoint::duration grace = {}) noexcept
    {
        state_->cancelled = cancelled;
        state_->until = until;
        state_->runs_again = grace > TimePoint::duration::zero();
        state_->grace = grace;
        state_->out_of_time = false;
        if (state_->observed) [[unlikely]]
            state_->observed->ignore_failures(false);
        constexpr int steps = 1000;
        const bool watched = cancelled != nullptr || until != TimePoint::max();
        if (watched)
            sqlite3_progress_handler(state_->db, steps, &detail::ConnectionState::must_end, state_.get());
        else if (state_->is_watched)
            sqlite3_progress_handler(state_->db, 0, nullptr, nullptr);
        state_->is_watched = watched;
    }

    /// For what works between two steps of a statement: errc::cancelled where a statement would be ended now.
    [[nodiscard]] Result<void> may_go_on() noexcept
    {
        if (!state_->is_watched || detail::ConnectionState::must_end(state_.get()) == 0) [[likely]]
            return {};
        return fail(Error(errc::cancelled, "ended between two rows"));
    }

    /// What `watch` was given last.
    struct Watched {
        const std::atomic<bool>* cancelled;
        TimePoint until;
    };
    [[nodiscard]] Watched watched() const noexcept { return {state_->cancelled, state_->until}; }

    /// Whether, since the last `watch`, a statement was ended because its time was up.
    [[nodiscard]] bool out_of_time() const noexcept { return state_->out_of_time; }

    /// From now on the observer gets users' statements that take `from` or longer, and of those that fail. Once, and
    /// before statements are prepared.
    void observe(std::shared_ptr<Observer> observer, std::string_view tenant, std::chrono::nanoseconds from)
    {
        state_->observed = std::make_unique<StatementWatch>(std::move(observer), std::string(tenant), from,
                                                            &state_->privileged);
        state_->observed->attach(state_->db);
    }

    /// The turn with the connection is over: its observer gets the last statement now.
    void report_statements() noexcept
    {
        if (state_->observed) [[unlikely]]
            state_->observed->report();
    }

    /// Ends the statements that are still running, whosever they are.
    void end_statements() noexcept
    {
        for (sqlite3_stmt* each = sqlite3_next_stmt(state_->db, nullptr); each != nullptr;
             each = sqlite3_next_stmt(state_->db, each))
            if (sqlite3_stmt_busy(each) != 0) sqlite3_reset(each);
    }

    /// Gives back what memory the page cache can do without.
    void release_memory() noexcept { sqlite3_db_release_memory(state_->db); }

    /// What memory it takes. Walks through all it knows: some microseconds.
    [[nodiscard]] MemoryUse memory_use() const noexcept
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

    /// Gives up the prepared statements that are not in use.
    void release_statements() noexcept { state_->slots.drop(); }

    /// The program's functions that were registered with it.
    [[nodiscard]] const Functions& functions() const noexcept { return state_->functions; }

    /// As it was given to `open`; empty in memory.
    [[nodiscard]] std::string_view path() const noexcept { return state_->path; }

    /// False once it is closed or moved from.
    [[nodiscard]] bool is_open() const noexcept { return state_ != nullptr; }

    /// Whether views and triggers may use virtual tables and functions that are not innocuous: `Profile::trusted_schema`.
    [[nodiscard]] bool trusts_schema() const noexcept
    {
        int trusted = 0;
        sqlite3_db_config(native_handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, -1, &trusted);
        return trusted != 0;
    }

    /// For the scopes of the library's own that change how its statements run. Not after it is closed or moved from.
    [[nodiscard]] detail::ConnectionState& state() noexcept { return *state_; }

    [[nodiscard]] sqlite3* native_handle() const noexcept { return state_ ? state_->db : nullptr; }

private:
    explicit Connection(std::unique_ptr<detail::ConnectionState> state) noexcept : state_(std::move(state)) {}

    static Result<Connection> open_path(const std::filesystem::path& path, OpenMode mode,
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
                for (const char* suffix : {"", "-wal", "-shm", "-journal"}) ::unlink((name + suffix).c_str());
            return fail(std::move(opened.error().in("opening '" + native + "'")));
        }
        return opened;
    }

    static Result<Connection> open_file(const std::string& name, OpenMode mode, const Profile& profile)
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

    // SQLite falls back to reading where opening for writing fails; a caller that opened to write wants to know now. Where the file may
    // be written all the same it was away for just that moment, and is opened again.
    static Result<Connection> open_to_write(const std::string& name)
    {
        constexpr int at_most = 3;
        for (int tries = 1;; ++tries) {
            auto opened = open_handle(name.c_str(), SQLITE_OPEN_READWRITE);
            if (!opened || sqlite3_db_readonly(opened->state_->db, "main") != 1) return opened;
            const int why = ::access(name.c_str(), W_OK) == 0 ? 0 : errno;
            if (why == EACCES || why == EPERM || why == EROFS)
                return fail(errc::read_only, "the database file is not writable");
            if (tries == at_most)
                return fail(errc::io_error, "the database file was there only now and then");
        }
    }

    // See Profile::read_only. Where it may be written to it is opened for that all the same: SQLite makes a log and its index
    // for reading, too, and removes them only where it could write.
    static Result<Connection> open_to_read(const std::string& name, const Profile& profile)
    {
        const std::string directory = name.substr(0, name.find_last_of('/') + 1);
        const bool writable = ::access(directory.c_str(), W_OK) == 0 && ::access(name.c_str(), W_OK) == 0;
        const bool has_log = detail::size_of_file((name + "-wal").c_str()).value_or(0) > 0;
        auto opened = writable  ? open_handle(name.c_str(), SQLITE_OPEN_READWRITE)
                      : has_log ? open_handle(name.c_str(), SQLITE_OPEN_READONLY)
                                : open_handle(detail::immutable_uri(name).c_str(),
                                              SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
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

    // Of the write-ahead log; nullptr where there cannot be one. Needs no memory.
    [[nodiscard]] const char* log_name() const noexcept
    {
        const char* const database = sqlite3_db_filename(state_->db, "main");
        return database != nullptr && *database != 0 ? sqlite3_filename_wal(database) : nullptr;
    }

    // The database's, which is the same as long as the connection is open.
    [[nodiscard]] sqlite3_file* file() noexcept
    {
        if (state_->file == nullptr)
            sqlite3_file_control(state_->db, "main", SQLITE_FCNTL_FILE_POINTER,
                                 static_cast<void*>(&state_->file));
        return state_->file;
    }

    // Where only reading is possible: a log in which there is nothing was made for it, and may go.
    void leave_nothing() noexcept
    {
        if (state_->only_reads && state_->has_read && detail::size_of_file(log_name()) == 0u)
            keep_log_on_close(false);
    }

    static Result<Connection> open_handle(const char* name, int flags)
    {
        if (sqlite3_threadsafe() == 0)
            return fail(errc::internal,
                        "this SQLite was built without support for threads (SQLITE_THREADSAFE=0)");
        constexpr int oldest = 3038000;
        if (sqlite3_libversion_number() < oldest)
            return fail(errc::internal,
                        std::string("SQLite 3.38 or later is needed; this is ") + sqlite3_libversion());
        auto state = std::make_unique<detail::ConnectionState>();
        flags |=
            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE;
        const int code = sqlite3_open_v2(name, &state->db, flags, nullptr);
        Connection opened(std::move(state));
        if (code != SQLITE_OK) return fail(open_error(opened.state_->db, code, name));
        opened.keep_log_on_close(); // until it has read, see set_up
        return opened;
    }

    static Error open_error(sqlite3* db, int code, const char* name)
    {
        if (code == SQLITE_CANTOPEN)
            if (auto fits = path_fits(name); !fits) return std::move(fits).error();
        return make_error(db, code);
    }

    Result<void> set_limits(const StatementLimits& limits);
    Result<void> set_switch(int option, bool wanted);
    Result<void> set_up(const Profile& profile, bool read_only);
    Result<CheckpointState> checkpoint_now(Checkpoint how);
    Result<sqlite3_stmt*> compile(std::string_view sql, unsigned flags);
    Result<StatementLease> prepare_slot(const StatementText& text);
    [[nodiscard]] Error compile_error(int code, std::string_view sql);

    [[nodiscard]] bool is_refused(sqlite3_stmt* stmt) const noexcept
    {
        return state_->reading && state_->privileged == 0 && sqlite3_stmt_readonly(stmt) == 0 &&
               sqlite3_stmt_isexplain(stmt) == 0; // which runs nothing, whatever it explains
    }
    [[nodiscard]] static Error write_while_reading(std::string_view sql)
    {
        Error error(errc::read_only, "the statement changes something, and only reading is possible here");
        return std::move(error.with_sql(sql));
    }

    void detach() noexcept
    {
        // A statement that outlives the connection must not call back into what is gone.
        sqlite3_set_authorizer(state_->db, nullptr, nullptr);
        sqlite3_progress_handler(state_->db, 0, nullptr, nullptr);
        sqlite3_wal_hook(state_->db, nullptr, nullptr);
        if (state_->observed) sqlite3_trace_v2(state_->db, 0, nullptr, nullptr);
    }

    std::unique_ptr<detail::ConnectionState> state_;
};

inline Result<void> Connection::execute(const char* sql)
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

inline Result<std::int64_t> Connection::query_integer(const char* sql)
{
    const tenantry::detail::Raised privileged(state_->privileged);
    auto statement = prepare(sql);
    if (!statement) return fail(std::move(statement).error());
    auto row = statement->step();
    if (!row) return fail(std::move(row).error());
    if (!*row) return fail(std::move(Error(errc::no_such_row).with_sql(sql)));
    return statement->integer(0);
}

inline Result<Statement> Connection::prepare_privileged(std::string_view sql)
{
    const tenantry::detail::Raised privileged(state_->privileged);
    return prepare(sql);
}

inline Result<CheckpointState> Connection::checkpoint(Checkpoint how)
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

inline Result<CheckpointState> Connection::checkpoint_now(Checkpoint how)
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

inline Result<void> Connection::enable_wal()
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

inline Result<void> Connection::set_limits(const StatementLimits& limits)
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

inline Result<void> Connection::set_switch(int option, bool wanted)
{
    int is = -1;
    const int code = sqlite3_db_config(state_->db, option, wanted ? 1 : 0, &is);
    if (code == SQLITE_OK && (is != 0) == wanted) return {};
    return fail(errc::internal, "this SQLite does not take connection option " + std::to_string(option),
                code);
}

inline Result<void> Connection::set_up(const Profile& profile, bool read_only)
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

inline Result<sqlite3_stmt*> Connection::compile(std::string_view sql, unsigned flags)
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

inline Error Connection::compile_error(int code, std::string_view sql)
{
    // Of a function that was refused SQLite says that it is an error in the statement.
    Error error =
        !state_->refused.empty()
            ? Error(errc::not_authorized,
                    std::string(state_->refused) + " is not for statements on a tenant's connection", code)
            : make_error(state_->db, code);
    return std::move(error.with_sql(sql));
}

inline Result<StatementLease> Connection::prepare_slot(const StatementText& text)
{
    if (state_->slots.is_passed_over(text)) {
        if (state_->runs_again) {
            state_->slots.pass_over(text);
            state_->out_of_time = true;
            return fail(Error(errc::cancelled));
        }
        sqlite3_stmt* const known = state_->slots.take_passed_over(text);
        StatementLease lease(known, state_->incarnation, state_->observed.get(), &state_->slots, text.slot);
        if (is_refused(known)) return fail(write_while_reading(text.sql));
        return lease;
    }
    auto stmt = compile(text.sql, SQLITE_PREPARE_PERSISTENT);
    if (!stmt) return fail(std::move(stmt).error());
    Statement owner(*stmt, 0);
    if (!state_->slots.make_room(text))
        return StatementLease(owner.release(), state_->incarnation, state_->observed.get(), nullptr, 0);
    state_->slots.put(text, owner.release());
    return StatementLease(*stmt, state_->incarnation, state_->observed.get(), &state_->slots, text.slot);
}

} // namespace tenantry::sqlite
