#pragma once

#include <tenantry/tenant/detail/tenant_file.hpp>

#include <sqlite3.h>

namespace tenantry::detail {

TENANTRY_DECL void TenantFile::watch_log(sqlite::Connection& connection, bool shared)
{
    log_ = find_file(log_path_.c_str()).identity;
    if (shared) index_ = find_file(index_path_.c_str()).identity;
    const bool whole = log_.has_value() && (index_.has_value() || !shared);
    if (!whole && is_in_wal_mode(connection))
        lose(Loss::log); // it was removed right after it had been opened
}

TENANTRY_DECL bool TenantFile::verify()
{
    if (!is_there(path_.c_str(), identity_, Loss::database)) return false;
    if (!watches_log_.load(std::memory_order_acquire)) return !lost();
    if (log_ && !is_there(log_path_.c_str(), *log_, Loss::log)) return false;
    if (index_ && !is_there(index_path_.c_str(), *index_, Loss::log)) return false;
    return !lost();
}

TENANTRY_DECL bool TenantFile::verify_new(sqlite::Connection& connection)
{
    if (!verify()) return false;
    const auto moved = connection.file_moved();
    if (!moved || *moved) lose(Loss::database);
    return !lost();
}

TENANTRY_DECL bool TenantFile::can_rescue_log() const
{
    if (loss_.load(std::memory_order_acquire) != Loss::log) return false;
    if (find_file(path_.c_str()).identity != identity_) return false;
    // An empty one was made by opening the database, and nothing is in it.
    const auto log = find_file(log_path_.c_str());
    const bool unused = log.missing() || (log.identity && (log.identity == log_ || log.size == 0));
    const auto index = find_file(index_path_.c_str());
    return unused && (index.missing() || (index.identity && index.identity == index_));
}

TENANTRY_DECL bool TenantFile::verify_cached()
{
    if (!caches_.load(std::memory_order_relaxed)) return verify();
    const auto now = WatchedDirectory::now();
    // Opening the database has mostly made files in the directory, and nothing can be learnt until that has settled. So
    // the directory is not opened before: what is closed again soon never has it open.
    if (!LastChange::is_settled(made_, now)) return verify();
    std::call_once(watching_, [this] { watch(); });
    const auto changed = directory_->changed();
    if (last_.holds(changed, now)) return !lost();
    if (!LastChange::is_settled(changed, now)) return verify();
    // Whatever happens from here on changes that time; whatever has changed it already is seen by it.
    const bool sure = last_.knows(changed) || directory_->wait_for_changes();
    if (!verify()) return false;
    if (sure && directory_->is_at(directory_path_))
        last_.remember(changed, now);
    else
        caches_.store(false, std::memory_order_relaxed); // it would fail each time
    return true;
}

TENANTRY_DECL void TenantFile::close() noexcept
{
    if (directory_) directory_->close();
}

TENANTRY_DECL Error TenantFile::lost_error() const noexcept
{
    return with_words(error_code(), [this] {
        return std::string(absence().message()) + "; nothing of this operation was done";
    });
}

TENANTRY_DECL Error TenantFile::absence() const noexcept
{
    const auto loss = loss_.load(std::memory_order_acquire);
    return with_words(loss == Loss::none ? errc::io_error : errc::tenant_gone, [&]() -> std::string {
        switch (loss) {
        case Loss::database:
            return "the tenant's database was removed or replaced by another process, or its directory was moved";
        case Loss::log:
            return "the log of the tenant's database ('" + log_path_ +
                   "', or its -shm) was removed or replaced by another process";
        case Loss::unwritable:
            return "the log of the tenant's database could not be opened for writing when the tenant was opened";
        case Loss::none: break;
        }
        return std::string(system_error(failed_.load(std::memory_order_relaxed),
                                        "looking up the tenant's database and its log", path_)
                               .message());
    });
}

TENANTRY_DECL Error TenantFile::unknown_outcome() const noexcept
{
    return with_words(errc::unknown_outcome, [this] {
        return std::string(absence().message()) +
               ", while the write was being committed: it may be in the file that is no longer under this "
               "name, and come back with it. Ask for the tenant again and look whether it is there before "
               "it is repeated";
    });
}

TENANTRY_DECL void TenantFile::lose(Loss what) noexcept
{
    auto none = Loss::none;
    loss_.compare_exchange_strong(none, what, std::memory_order_acq_rel);
}

TENANTRY_DECL bool TenantFile::is_there(const char* path, const FileIdentity& identity, Loss what) noexcept
{
    const auto found = find_file(path);
    if (found.identity == identity) return true;
    if (found.failed != 0)
        failed_.store(found.failed, std::memory_order_relaxed);
    else if (what == Loss::database || watches_log_.load(std::memory_order_acquire))
        lose(what);
    else
        return !lost(); // it was closed meanwhile
    return false;
}

TENANTRY_DECL bool TenantFile::is_in_wal_mode(sqlite::Connection& connection)
{
    if (sqlite3_db_readonly(connection.native_handle(), "main") != 0) return false;
    const auto found =
        connection.query_integer("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'");
    return found && *found != 0;
}

TENANTRY_DECL void TenantFile::watch()
{
    directory_.emplace(directory_path_);
    if (!*directory_) caches_.store(false, std::memory_order_relaxed); // nothing can be kept then
}

} // namespace tenantry::detail
