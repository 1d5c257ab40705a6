#pragma once

#include <tenantry/sqlite/copy.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL Result<void> copy_into(Connection& from, const std::filesystem::path& to)
{
    // SQLite would make it as the process's mask has it. There are no locks yet that closing it could drop.
    if (const tenantry::detail::Descriptor file =
            tenantry::detail::open_file(to, tenantry::detail::OpenFor::writing);
        !file)
        return fail(tenantry::detail::system_error(errno, "making", to));
    sqlite3* opened = nullptr;
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(to.c_str(), &opened, flags, nullptr);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> target(opened, &sqlite3_close_v2);
    if (code != SQLITE_OK) return fail(make_error(opened, code, "opening a copy"));
    sqlite3_backup* const backup = sqlite3_backup_init(opened, "main", from.native_handle(), "main");
    if (backup == nullptr) return fail(make_error(opened, sqlite3_errcode(opened), "copying a database"));
    const int stepped = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    if (stepped == SQLITE_DONE && finished == SQLITE_OK) return {};
    return fail(make_error(opened, stepped != SQLITE_DONE ? stepped : finished, "copying a database"));
}

} // namespace tenantry::sqlite
