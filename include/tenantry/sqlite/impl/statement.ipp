#pragma once

#include <tenantry/sqlite/statement.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL void BasicStatement::refuse(Error error)
{
    if (!failure_) failure_ = std::make_unique<Error>(std::move(error));
}

[[gnu::noinline]] TENANTRY_DECL void BasicStatement::remember(int code, int i)
{
    Error error = make_error(sqlite3_db_handle(stmt_), code);
    error.in("parameter " + std::to_string(i)).with_sql(sql());
    refuse(std::move(error));
}

[[gnu::noinline]] TENANTRY_DECL std::string_view BasicStatement::no_text() const
{
    if ((sqlite3_errcode(sqlite3_db_handle(stmt_)) & 0xff) == SQLITE_NOMEM) throw std::bad_alloc();
    return {};
}

} // namespace tenantry::sqlite

namespace tenantry::detail {

TENANTRY_DECL void StatementSlots::pass_over_taken() noexcept
{
    constexpr unsigned char times = 31;
    for (Slot& slot : slots_)
        if (slot.taken) slot.passes = times;
}

TENANTRY_DECL bool StatementSlots::is_passed_over(const sqlite::StatementText& text) const noexcept
{
    if (text.slot >= slots_.size()) return false;
    const Slot& slot = slots_[text.slot];
    return slot.holds(text) && !slot.taken && slot.passes != 0;
}

TENANTRY_DECL sqlite3_stmt* StatementSlots::take_passed_over(const sqlite::StatementText& text) noexcept
{
    Slot& slot = slots_[text.slot];
    slot.taken = true;
    return slot.stmt;
}

TENANTRY_DECL bool StatementSlots::make_room(const sqlite::StatementText& text) noexcept
{
    try {
        if (text.slot >= slots_.size()) slots_.resize(text.slot + std::size_t{1});
    } catch (...) {
        return false;
    }
    return !slots_[text.slot].taken;
}

TENANTRY_DECL void StatementSlots::drop() noexcept
{
    for (Slot& slot : slots_) {
        if (slot.taken) continue;
        sqlite3_finalize(slot.stmt);
        slot = Slot{};
    }
}

} // namespace tenantry::detail
