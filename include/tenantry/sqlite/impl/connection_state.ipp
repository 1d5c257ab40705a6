#pragma once

#include <tenantry/sqlite/detail/connection_state.hpp>

namespace tenantry::sqlite {

// Of statements, but here, where a connection's state is known.
[[gnu::noinline]] TENANTRY_DECL tl::unexpected<Error> BasicStatement::failed(int code)
{
    Error error = make_error(sqlite3_db_handle(stmt_), code);
    sqlite3_reset(stmt_);
    if (error.constraint().kind == ConstraintKind::foreign_key && connection_ != nullptr)
        tenantry::detail::name_foreign_key(*connection_, stmt_, error);
    error.with_sql(sql());
    if (connection_ != nullptr && connection_->observed) connection_->observed->failed(stmt_, error);
    return fail(std::move(error));
}

} // namespace tenantry::sqlite

namespace tenantry::detail {

TENANTRY_DECL int ConnectionState::authorize(void* context, int action, const char* first, const char* second,
                                             const char*, const char*)
{
    auto& state = *static_cast<ConnectionState*>(context);
    if (state.privileged != 0) return SQLITE_OK;
    const std::string_view refused = refused_action(action, first, second);
    if (refused.empty()) return SQLITE_OK;
    state.refused = refused;
    return SQLITE_DENY;
}

TENANTRY_DECL int ConnectionState::must_end(void* context)
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

TENANTRY_DECL int ConnectionState::note_log(void* context, sqlite3*, const char*, int frames)
{
    auto& state = *static_cast<ConnectionState*>(context);
    state.log_frames = static_cast<std::uint64_t>(frames);
    state.log_begun = true;
    return SQLITE_OK;
}

} // namespace tenantry::detail
