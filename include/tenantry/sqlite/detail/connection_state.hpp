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

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/detail/authorizer.hpp>
#include <tenantry/sqlite/detail/statement_watch.hpp>
#include <tenantry/sqlite/functions.hpp>
#include <tenantry/sqlite/statement.hpp>

namespace tenantry::sqlite {

class Connection;

namespace detail {

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
    Result<void> (*begin_hook)(Connection&) = nullptr;
    bool has_read = false; // and so has its log's index, where it has a log
    Functions functions;
    std::string_view refused; // what the authorizer refused last
    std::string path;
    std::unique_ptr<StatementWatch> observed;

    // An authorizer: https://sqlite.org/c3ref/set_authorizer.html.
    static int authorize(void* context, int action, const char* first, const char* second, const char*,
                         const char*)
    {
        auto& state = *static_cast<ConnectionState*>(context);
        if (state.privileged != 0) return SQLITE_OK;
        const std::string_view refused = refused_action(action, first, second);
        if (refused.empty()) return SQLITE_OK;
        state.refused = refused;
        return SQLITE_DENY;
    }

    // A progress handler: whether the statement that runs is to end.
    static int must_end(void* context)
    {
        auto& state = *static_cast<ConnectionState*>(context);
        if (state.uninterruptible != 0) return 0;
        if (state.cancelled != nullptr && state.cancelled->load(std::memory_order_relaxed)) return 1;
        if (state.until == Clock::time_point::max()) return 0;
        const auto now = Clock::now();
        if (now < state.until) return 0;
        if (const auto grace = std::exchange(state.grace, {}); grace > Clock::duration::zero()) {
            state.until = now + grace;
            return 0;
        }
        state.out_of_time = true;
        if (state.runs_again) state.slots.pass_over_taken();
        if (state.runs_again && state.observed) state.observed->ignore_failures(true);
        return 1;
    }

    // A hook of the write-ahead log. Commits do not checkpoint, however long the log is: how long is noted instead.
    static int note_log(void* context, sqlite3*, const char*, int frames)
    {
        auto& state = *static_cast<ConnectionState*>(context);
        state.log_frames = static_cast<std::uint64_t>(frames);
        state.log_begun = true;
        return SQLITE_OK;
    }
};

} // namespace detail

} // namespace tenantry::sqlite
