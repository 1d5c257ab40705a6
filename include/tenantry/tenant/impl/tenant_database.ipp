#pragma once

#include <tenantry/tenant/detail/tenant_database.hpp>

#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/tenant/detail/bound_log.hpp>
#include <tenantry/tenant/detail/identity.hpp>

namespace tenantry::detail {

TENANTRY_DECL ReadLease& ReadLease::operator=(ReadLease&& other) noexcept
{
    std::swap(database_, other.database_);
    std::swap(lender_, other.lender_);
    std::swap(reader_, other.reader_);
    std::swap(is_outermost_, other.is_outermost_);
    return *this;
}

TENANTRY_DECL void TenantDatabase::used(Clock::time_point now) noexcept
{
    if (now - memory_measured_ < std::chrono::seconds(1)) return;
    memory_measured_ = now;
    measure_memory();
}

TENANTRY_DECL void TenantDatabase::release_memory() noexcept
{
    writer_.release_memory();
    measure_memory();
}

TENANTRY_DECL void TenantDatabase::close_readers()
{
    if (readers_) readers_->close();
}

TENANTRY_DECL void TenantDatabase::count_readers(TenantStats& stats)
{
    if (readers_) readers_->count(stats);
}

TENANTRY_DECL Result<void> TenantDatabase::check_log(sqlite::Connection& connection) noexcept
{
    return caught("looking whose a log is", [&] { return try_to_check_log(connection); });
}

TENANTRY_DECL TenantDatabase::TenantDatabase(const TenantId& id, const std::filesystem::path& path,
                                             const FileIdentity& file, sqlite::Connection writer,
                                             const TenantOptions& options, const Observation& observation,
                                             TenantCounters& counters, std::size_t readers,
                                             std::shared_ptr<ReaderBudget> budget,
                                             std::optional<OpenName> name)
    : name_(std::move(name)),
      file_(id, path, file),
      options_(options),
      counters_(counters),
      writer_(std::move(writer)),
      unchanged_since_(settled_change_of(path))
{
    if (!options.profile.exclusive)
        readers_.emplace(path, file, options.profile, readers, writer_.incarnation(), std::move(budget),
                         observation, id.string());
    file_.watch_log(writer_, !options.profile.exclusive);
}

TENANTRY_DECL ReadLease TenantDatabase::lend_writer(WriterLender* lender) noexcept
{
    ReadLease lease = lend_writer_again();
    lease.lender_ = lender;
    lease.is_outermost_ = true;
    writer_.read_only(true);
    return lease;
}

TENANTRY_DECL ReadLease TenantDatabase::lend_writer_again() noexcept
{
    counters_.reads.increment();
    ReadLease lease;
    lease.database_ = this;
    lease.is_outermost_ = false;
    return lease;
}

TENANTRY_DECL Result<ReadLease> TenantDatabase::lend(Result<std::unique_ptr<sqlite::Connection>> reader)
{
    if (!reader) return fail(file_.not_opened(std::move(reader).error()));
    ReadLease lease;
    if (!*reader) return lease;
    counters_.reads.increment();
    lease.database_ = this;
    lease.reader_ = std::move(*reader);
    return lease;
}

TENANTRY_DECL bool ReadLease::end()
{
    (*this)->report_statements();
    const bool there = database_->file_.verify_cached();
    give_back();
    return there;
}

TENANTRY_DECL void ReadLease::give_back() noexcept
{
    TenantDatabase* const database = std::exchange(database_, nullptr);
    if (database == nullptr) return;
    if (reader_) return database->readers_->release(std::move(reader_));
    if (!is_outermost_) return;
    database->writer_.read_only(false);
    if (lender_ != nullptr) lender_->writer_came_back();
}

TENANTRY_DECL Result<sqlite::Connection> TenantDatabase::open_for_upkeep()
{
    auto profile = options_.profile;
    profile.fences = {.attached = 1, .defensive = false, .authorizer = false};
    auto connection = open_beside(profile);
    if (connection) connection->set_begin_hook(&begin_epoch);
    return connection;
}

TENANTRY_DECL Result<sqlite::Connection> TenantDatabase::open_beside(const sqlite::Profile& profile)
{
    if (!file_.verify()) return fail(file_.lost_error());
    auto connection = sqlite::Connection::open(path(), sqlite::OpenMode::read_write, profile);
    if (!connection) return fail(file_.not_opened(std::move(connection).error()));
    if (!file_.verify_new(*connection)) return fail(file_.lost_error());
    return connection;
}

TENANTRY_DECL Result<void> TenantDatabase::try_to_check_log(sqlite::Connection& connection)
{
    if (unchanged_since_ == change_of(path())) return {};
    const TenantState state{.id = id().string(), .incarnation = writer_.incarnation()};
    auto bound = BoundLog::check_open(connection, path(), state);
    if (bound) return {};
    if (bound.error() == errc::foreign_log || bound.error() == errc::misplaced_tenant) file_.was_replaced();
    return fail(std::move(bound.error().with_tenant(id().view())));
}

// Closing the connection writes the log back and removes it: not where another database lies.
TENANTRY_DECL void TenantDatabase::keep_foreign_log() noexcept
{
    try {
        if (!has_log(path())) return;
    } catch (...) { // there may be one
    }
    if (!check_log(writer_)) writer_.keep_log_on_close();
}

TENANTRY_DECL Result<void> TenantDatabase::close()
{
    close_readers();
    file_.leave_log();
    // What was acknowledged before the log was removed is in the file that this connection has open, and nowhere else.
    if (file_.lost())
        writer_.keep_log_on_close(!file_.can_rescue_log());
    else if (options_.checkpoints.automatic && !options_.profile.read_only)
        keep_foreign_log();
    // The last connection to close writes the WAL back into the database and removes it.
    auto closed = writer_.close();
    if (closed && name_) name_->release();
    file_.close();
    if (!closed) closed.error().with_tenant(id().view());
    return closed;
}

TENANTRY_DECL std::optional<LastChange::Time> TenantDatabase::settled_change_of(
    const std::filesystem::path& file)
{
    const auto now = WatchedDirectory::now();
    const auto changed = change_of(file);
    return LastChange::is_settled(changed, now) ? std::optional(changed) : std::nullopt;
}

} // namespace tenantry::detail

namespace tenantry::detail {

TENANTRY_DECL Result<ReadLease> TenantDatabase::try_reader() { return lend(readers_->try_acquire()); }

TENANTRY_DECL Result<ReadLease> TenantDatabase::reader(std::chrono::milliseconds patience)
{
    return lend(readers_->acquire(patience));
}

TENANTRY_DECL sqlite::Connection& ReadLease::operator*() const noexcept
{
    return reader_ ? *reader_ : database_->writer_;
}

TENANTRY_DECL Result<sqlite::Connection> TenantDatabase::open_for_checkpoint()
{
    return open_beside(options_.profile);
}

} // namespace tenantry::detail
