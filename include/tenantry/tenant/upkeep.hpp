// Upkeep of one tenant on request: what the planner knows, the size of the file.
#pragma once

#include <utility>

#include <boost/asio/deferred.hpp>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/compaction.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/optimize.hpp>
#include <tenantry/tenant/detail/port.hpp>
#include <tenantry/tenant/space.hpp>
#include <tenantry/tenant/tenant_db.hpp>

namespace tenantry {

/// How much room the tenant's database takes, read here and now, in little time. Errors as `TenantDb::read`.
template <class T>
[[nodiscard]] Result<Space> space(const TenantDb<T>& db)
{
    return detail::HandleAccess::read_now<Space>(db, detail::measure_space);
}

/// The same on the fleet's pool.
template <class T, class Token = boost::asio::deferred_t>
auto async_space(const TenantDb<T>& db, Token&& token = {})
{
    return detail::HandleAccess::begin<&detail::TenantPort::submit_read>(
        db, detail::run_body<detail::OperationKind::body>(&detail::measure_space),
        std::forward<Token>(token));
}

/// Brings what SQLite's planner knows of the tenant's rows up to date, where that is worth it: `PRAGMA optimize` of all
/// tables, in bounded time. Plans of statements may change, their results do not. Waits its turn among the tenant's
/// writes, and for another process's lock. A fleet does it by itself in quiet times (`UpkeepOptions`).
template <class T, class Token = boost::asio::deferred_t>
auto async_optimize(const TenantDb<T>& db, Token&& token = {})
{
    return detail::HandleAccess::begin<&detail::TenantPort::submit_write>(
        db, detail::run_body<detail::OperationKind::maintenance>(&detail::optimize_planner),
        std::forward<Token>(token));
}

/// The same, waited for on the calling thread: see `TenantDb::write`.
template <class T>
[[nodiscard]] Result<void> optimize(const TenantDb<T>& db)
{
    return detail::HandleAccess::write_and_wait(
        db, detail::run_body<detail::OperationKind::maintenance>(&detail::optimize_planner));
}

/// Gives the free pages of the tenant's database back to the disk, and the log that it takes: see `CompactOptions`.
/// Waits its turn among the tenant's writes, and for another process's lock; reads go on beside it.
///
/// Where the database is incremental, writes get their turn in between. Else it is rewritten by VACUUM: writes wait
/// meanwhile, and free space is needed for another copy in SQLite's temporary directory (https://sqlite.org/tempfiles.html;
/// small ones are copied in memory) and for one in the log. `errc::disk_full` where there is none, `errc::cancelled`,
/// `errc::timeout` (of `db.limited`): all rows are where they were then, and the log has been cut again.
///
/// VACUUM may give other rowids to rows of tables that have no integer key (https://sqlite.org/lang_vacuum.html): nothing
/// that is typed refers to those.
///
/// A reader that does not end keeps the file from becoming shorter until the log can be written back; and so it is with
/// `CheckpointOptions::automatic` off, until somebody else does.
template <class T, class Token = boost::asio::deferred_t>
auto async_compact(const TenantDb<T>& db, CompactOptions options = {}, Token&& token = {})
{
    return detail::HandleAccess::begin<&detail::TenantPort::submit_write>(db, detail::Compaction(options),
                                                                          std::forward<Token>(token));
}

/// The same, waited for on the calling thread: see `TenantDb::write`.
template <class T>
[[nodiscard]] Result<Compacted> compact(const TenantDb<T>& db, CompactOptions options = {})
{
    return detail::HandleAccess::write_and_wait(db, detail::Compaction(options));
}

} // namespace tenantry
