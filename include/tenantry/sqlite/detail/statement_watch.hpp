// Reports a connection's statements to an observer, as SQLite begins and ends them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include <tenantry/core/error.hpp>
#include <tenantry/core/observer.hpp>

namespace tenantry::sqlite {

/// Registered with SQLite only where an observer wants statements, so that it costs nothing elsewhere
/// (https://sqlite.org/c3ref/trace_v2.html). The clock is read here: SQLite's own counts in milliseconds.
///
/// SQLite says that a statement has ended before it says whether it has failed. So one that has ended waits here, until
/// `failed` is called for it, or another one ends, or `report` is called.
class StatementWatch {
    using Clock = std::chrono::steady_clock;

public:
    /// Reports those that take `from` or longer, and of those that fail, but not while `*privileged` is not 0.
    StatementWatch(std::shared_ptr<Observer> observer, std::string tenant, std::chrono::nanoseconds from,
                   const unsigned* privileged)
        : observer_(std::move(observer)), tenant_(std::move(tenant)), from_(from), privileged_(privileged)
    {}
    StatementWatch(const StatementWatch&) = delete;
    StatementWatch& operator=(const StatementWatch&) = delete;

    void attach(sqlite3* db) noexcept
    {
        db_ = db;
        sqlite3_trace_v2(db, SQLITE_TRACE_STMT | SQLITE_TRACE_ROW | SQLITE_TRACE_PROFILE, &hear, this);
    }

    /// Why the statement that has just ended did not do what it should.
    void failed(sqlite3_stmt* stmt, const Error& error) noexcept
    {
        if (!ended_ || ended_->stmt != stmt) return;
        if (!ignores_failures_) notify(*ended_, text_of(stmt), &error);
        ended_.reset();
    }

    /// From now on those that fail are not reported, or again all are.
    void ignore_failures(bool ignore) noexcept { ignores_failures_ = ignore; }

    /// The turn with the connection is over: what has ended has not failed.
    void report() noexcept
    {
        if (ended_ && ended_->duration >= from_) notify(*ended_, sql_, nullptr);
        ended_.reset();
    }

private:
    struct Running {
        sqlite3_stmt* stmt = nullptr;
        Clock::time_point since{};
        std::int64_t changes = 0;
        std::uint64_t rows = 0;
    };
    struct Ended {
        sqlite3_stmt* stmt;
        std::chrono::nanoseconds duration;
        std::uint64_t rows;
        std::uint64_t changes;
    };

    static int hear(unsigned what, void* context, void* statement, void* text) noexcept
    {
        auto& self = *static_cast<StatementWatch*>(context);
        auto* const stmt = static_cast<sqlite3_stmt*>(statement);
        if (what == SQLITE_TRACE_STMT)
            self.begun(stmt, static_cast<const char*>(text));
        else if (what == SQLITE_TRACE_ROW)
            self.give_row(stmt);
        else
            self.ended(stmt);
        return 0;
    }

    [[nodiscard]] static std::string_view text_of(sqlite3_stmt* stmt) noexcept
    {
        const char* const text = sqlite3_sql(stmt);
        return text != nullptr ? text : "";
    }

    // The one begun last is searched for most.
    [[nodiscard]] Running* find(sqlite3_stmt* stmt) noexcept
    {
        for (std::size_t i = depth_; i-- > 0;)
            if (running_[i].stmt == stmt) return &running_[i];
        return nullptr;
    }

    void begun(sqlite3_stmt* stmt, const char* text) noexcept
    {
        if (*privileged_ != 0) return;
        Running* place = find(stmt);
        // Its triggers are said to begin, too: "-- TRIGGER name".
        if (place != nullptr && text != nullptr && text[0] == '-' && text[1] == '-') return;
        if (place == nullptr) {
            if (depth_ == running_.size()) return; // statements within statements within statements
            place = &running_[depth_++];
        }
        *place = {stmt, Clock::now(), sqlite3_total_changes64(db_), 0};
    }

    void give_row(sqlite3_stmt* stmt) noexcept
    {
        if (Running* const running = find(stmt)) ++running->rows;
    }

    void ended(sqlite3_stmt* stmt) noexcept
    {
        Running* const running = find(stmt);
        if (running == nullptr) return;
        const auto duration = Clock::now() - running->since;
        const auto changes = static_cast<std::uint64_t>(sqlite3_total_changes64(db_) - running->changes);
        const auto rows = running->rows;
        *running = running_[--depth_];
        report();
        ended_ = Ended{stmt, duration, rows, changes};
        if (duration < from_) return;
        try {
            sql_ = text_of(stmt); // which may be gone when it is reported
        } catch (...) {
            ended_.reset();
        }
    }

    void notify(const Ended& ended, std::string_view sql, const Error* error) noexcept
    {
        tenantry::detail::notify(observer_.get(), [&](Observer& observer) {
            observer.statement({tenant_, sql, ended.duration, ended.rows, ended.changes, error});
        });
    }

    const std::shared_ptr<Observer> observer_;
    const std::string tenant_;
    const std::chrono::nanoseconds from_;
    const unsigned* const privileged_;
    sqlite3* db_ = nullptr;
    std::array<Running, 8> running_{};
    std::size_t depth_ = 0;
    bool ignores_failures_ = false;
    std::optional<Ended> ended_;
    std::string sql_; // of ended_, if it took long enough
};

} // namespace tenantry::sqlite
