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

#include <tenantry/core/detail/raised.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
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
                                                 const Profile& profile = {}) noexcept;

    /// Whether SQLite can open a database at this absolute path, by its length: what it appends for a journal counts.
    /// errc::io_error.
    [[nodiscard]] static Result<void> path_fits(std::string_view path);

    /// A database of this connection alone, gone with it.
    [[nodiscard]] static Result<Connection> open_memory(const Profile& profile = {});

    Connection(Connection&&) noexcept = default;
    Connection& operator=(Connection&& other) noexcept
    {
        Connection taken(std::move(other));
        std::swap(state_, taken.state_);
        return *this;
    }
    ~Connection();

    /// Closes, and says what went wrong: errc::busy while statements of it are alive, and it stays open then.
    /// An open transaction is rolled back. The last connection to a database checkpoints and removes its log, unless
    /// `Profile::keep_log` says otherwise.
    [[nodiscard]] Result<void> close();

    /// Runs one or more statements of the library's own. Rows are passed over. It stops at the first
    /// failure and what came before stays done: several statements belong in a transaction.
    [[nodiscard]] Result<void> execute(const char* sql);
    [[nodiscard]] Result<void> execute(const std::string& sql) { return execute(sql.c_str()); }

    /// The first column of the first row of a statement of the library's own; NULL is 0.
    /// errc::no_such_row if there is none.
    [[nodiscard]] Result<std::int64_t> query_integer(const char* sql);

    /// Prepares a user's statement. errc::not_authorized for what the fences keep out, errc::invalid_sql
    /// for what SQLite does not understand, for nothing at all and for more than one statement.
    [[nodiscard]] Result<Statement> prepare(std::string_view sql);

    /// Prepares a statement of the library's own. It must also run under a `Privileged`: a changed schema
    /// makes SQLite prepare it again as it is run.
    [[nodiscard]] Result<Statement> prepare_privileged(std::string_view sql);

    /// Borrows a statement, which stays prepared between uses. Where it is in use already (recursion) one
    /// is prepared for this use alone. Errors as `prepare`.
    [[nodiscard]] Result<StatementLease> statement(const StatementText& text)
    {
        if (sqlite3_stmt* stmt = state_->slots.take(text); stmt != nullptr) [[likely]] {
            StatementLease lease(stmt, state_->incarnation, state_.get(), &state_->slots, text.slot);
            if (is_refused(stmt)) [[unlikely]]
                return fail(write_while_reading(text.sql));
            return lease;
        }
        return prepare_slot(text);
    }

    /// Prepares a statement for one use. Errors as `prepare`.
    [[nodiscard]] Result<StatementLease> statement_once(std::string_view sql);

    /// From now on users' statements may only read, or again anything: what would change something is refused with
    /// errc::read_only. For a connection that is lent to readers and opened for writing.
    void read_only(bool only) noexcept { state_->reading = only || state_->only_reads; }

    /// Rows changed by the last INSERT, UPDATE or DELETE, without those of triggers and foreign keys.
    [[nodiscard]] std::int64_t changes() const noexcept { return sqlite3_changes64(state_->db); }

    /// Rows changed since the connection was opened, those of triggers and foreign keys included. What a
    /// failed statement rolls back by itself does not count.
    [[nodiscard]] std::int64_t total_changes() const noexcept
    {
        return sqlite3_total_changes64(state_->db) - state_->repeated_changes;
    }

    /// The rowid of the last insert by this connection.
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

    /// What a COMMIT would fail with now: errc::constraint, with the foreign key that is violated, if it can be found.
    [[nodiscard]] Error deferred_violation() noexcept;

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
    [[nodiscard]] Result<bool> file_moved() const;

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

    /// Times are those of the steady clock.
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
        /// What ends it when it becomes true; may be null.
        const std::atomic<bool>* cancelled;
        /// When it ends.
        TimePoint until;
    };
    /// What ends the statements that run.
    [[nodiscard]] Watched watched() const noexcept { return {state_->cancelled, state_->until}; }

    /// Whether, since the last `watch`, a statement was ended because its time was up.
    [[nodiscard]] bool out_of_time() const noexcept { return state_->out_of_time; }

    /// From now on the observer gets users' statements that take `from` or longer, and of those that fail. Once, and
    /// before statements are prepared.
    void observe(std::shared_ptr<Observer> observer, std::string_view tenant, std::chrono::nanoseconds from);

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
    [[nodiscard]] MemoryUse memory_use() const noexcept;

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

    /// SQLite's own handle; null for a connection that was moved from. Its hooks (commit, update, progress, log, trace) and its
    /// authorizer are the connection's.
    [[nodiscard]] sqlite3* native_handle() const noexcept { return state_ ? state_->db : nullptr; }

private:
    explicit Connection(std::unique_ptr<detail::ConnectionState> state) noexcept : state_(std::move(state)) {}

    static Result<Connection> open_path(const std::filesystem::path& path, OpenMode mode,
                                        const Profile& profile);

    static Result<Connection> open_file(const std::string& name, OpenMode mode, const Profile& profile);

    // SQLite falls back to reading where opening for writing fails; a caller that opened to write wants to know now. Where the file may
    // be written all the same it was away for just that moment, and is opened again.
    static Result<Connection> open_to_write(const std::string& name);

    // See Profile::read_only. Where it may be written to it is opened for that all the same: SQLite makes a log and its index
    // for reading, too, and removes them only where it could write.
    static Result<Connection> open_to_read(const std::string& name, const Profile& profile);

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
    void leave_nothing() noexcept;

    static Result<Connection> open_handle(const char* name, int flags);

    static Error open_error(sqlite3* db, int code, const char* name);

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
    [[nodiscard]] static Error write_while_reading(std::string_view sql);

    void detach() noexcept;

    std::unique_ptr<detail::ConnectionState> state_;
};

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/connection.ipp>
#endif
