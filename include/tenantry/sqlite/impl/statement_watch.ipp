#pragma once

#include <tenantry/sqlite/detail/statement_watch.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL void StatementWatch::attach(sqlite3* db) noexcept
{
    db_ = db;
    sqlite3_trace_v2(db, SQLITE_TRACE_STMT | SQLITE_TRACE_ROW | SQLITE_TRACE_PROFILE, &hear, this);
}

TENANTRY_DECL void StatementWatch::failed(sqlite3_stmt* stmt, const Error& error) noexcept
{
    if (!ended_ || ended_->stmt != stmt) return;
    if (!ignores_failures_) notify(*ended_, text_of(stmt), &error);
    ended_.reset();
}

TENANTRY_DECL void StatementWatch::report() noexcept
{
    if (ended_ && ended_->duration >= from_) notify(*ended_, sql_, nullptr);
    ended_.reset();
}

TENANTRY_DECL int StatementWatch::hear(unsigned what, void* context, void* statement, void* text) noexcept
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

TENANTRY_DECL std::string_view StatementWatch::text_of(sqlite3_stmt* stmt) noexcept
{
    const char* const text = sqlite3_sql(stmt);
    return text != nullptr ? text : "";
}

TENANTRY_DECL StatementWatch::Running* StatementWatch::find(sqlite3_stmt* stmt) noexcept
{
    for (std::size_t i = depth_; i-- > 0;)
        if (running_[i].stmt == stmt) return &running_[i];
    return nullptr;
}

TENANTRY_DECL void StatementWatch::begun(sqlite3_stmt* stmt, const char* text) noexcept
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

TENANTRY_DECL void StatementWatch::give_row(sqlite3_stmt* stmt) noexcept
{
    if (Running* const running = find(stmt)) ++running->rows;
}

TENANTRY_DECL void StatementWatch::ended(sqlite3_stmt* stmt) noexcept
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

TENANTRY_DECL void StatementWatch::notify(const Ended& ended, std::string_view sql,
                                          const Error* error) noexcept
{
    tenantry::detail::notify(observer_.get(), [&](Observer& observer) {
        const ObservedStatement observed{tenant_, sql, ended.duration, ended.rows, ended.changes, error};
        if (error != nullptr && *error == errc::constraint)
            observer.conflict(observed);
        else
            observer.statement(observed);
    });
}

} // namespace tenantry::sqlite
