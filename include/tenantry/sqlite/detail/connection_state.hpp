// What a connection knows of itself, where SQLite's callbacks find it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/detail/authorizer.hpp>
#include <tenantry/sqlite/detail/foreign_key_search.hpp>
#include <tenantry/sqlite/detail/statement_watch.hpp>
#include <tenantry/sqlite/functions.hpp>
#include <tenantry/sqlite/statement.hpp>

namespace tenantry::sqlite {

class Connection;

} // namespace tenantry::sqlite

namespace tenantry::detail {

// What SQLite's callbacks point to: it stays where it is when the Connection moves.
struct ConnectionState {
    using Clock = std::chrono::steady_clock;

    sqlite3* db = nullptr;
    sqlite3_file* file = nullptr; // the database's, once it was needed
    StatementSlots slots;
    std::uint64_t incarnation = 0;
    unsigned privileged = 0;      // > 0: statements of the library's own are being prepared or run
    unsigned uninterruptible = 0; // > 0: a statement that must not be ended half-way is running
    bool only_reads = false;      // Profile::read_only
    bool reading = false;         // users' statements that change something are refused
    bool is_watched = false;      // there is a progress handler
    const std::atomic<bool>* cancelled = nullptr;
    Clock::time_point until = Clock::time_point::max();
    Clock::duration grace{};        // is added to `until` once it has passed, once
    bool runs_again = false;        // what is ended then is run again elsewhere
    bool out_of_time = false;       // a statement was ended since its time was up
    std::uint64_t log_frames = 0;   // of the write-ahead log, at the last commit
    int busy_timeout = 0;           // milliseconds
    bool alone = false;             // there is no other connection to the database
    std::uint32_t written_back = 0; // of the log, when it was read last
    bool log_begun = false;         // alone: something is in the log
    bool log_restarts = false;      // alone: nothing in it is of use any more
    Result<void> (*begin_hook)(sqlite::Connection&) = nullptr;
    bool has_read = false; // and so has its log's index, where it has a log
    sqlite::Functions functions;
    std::string_view refused; // what the authorizer refused last
    std::string path;
    std::unique_ptr<sqlite::StatementWatch> observed;
    std::int64_t repeated_changes = 0; // rows, by statements that were run again to see why they fail

    // An authorizer: https://sqlite.org/c3ref/set_authorizer.html.
    static int authorize(void* context, int action, const char* first, const char* second, const char*,
                         const char*);

    // A progress handler: whether the statement that runs is to end.
    static int must_end(void* context);

    // A hook of the write-ahead log. Commits do not checkpoint, however long the log is: how long is noted instead.
    static int note_log(void* context, sqlite3*, const char*, int frames);
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/connection_state.ipp>
#include <tenantry/sqlite/impl/foreign_key_search.ipp>
#endif
