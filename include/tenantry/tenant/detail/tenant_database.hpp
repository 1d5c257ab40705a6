// One tenant's database: its files and the connections to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/last_change.hpp>
#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/detail/watched_directory.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/profile.hpp>
#include <tenantry/tenant/detail/bound_log.hpp>
#include <tenantry/tenant/detail/identity.hpp>
#include <tenantry/tenant/detail/open_name.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>
#include <tenantry/tenant/options.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Owns the connection that the tenant writes with, opens others to the same database, and knows whether the files are still
/// the tenant's. Refers to the options and the counters that it is made with.
///
/// The writer's connection and what is said of it are for one thread at a time: who that is says the tenant's schedule. The
/// rest may be called from any thread.
class TenantDatabase {
public:
    using Clock = std::chrono::steady_clock;

    /// `writer` has read from the database, which is `file` at `path`. `name` is held as long as anything is open.
    TenantDatabase(const TenantId& id, const std::filesystem::path& path, const FileIdentity& file,
                   sqlite::Connection writer, const TenantOptions& options, TenantCounters& counters,
                   std::optional<OpenName> name = std::nullopt);

    [[nodiscard]] const TenantId& id() const noexcept { return file_.id(); }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }

    /// Whether the files are there.
    [[nodiscard]] TenantFile& file() noexcept { return file_; }

    // --- the connection that the tenant writes with -----------------------------------------------------------------

    [[nodiscard]] sqlite::Connection& writer() noexcept { return writer_; }

    /// Says until when it was used: its memory is looked at now and then.
    void used(Clock::time_point now) noexcept
    {
        if (now - looked_at_memory_ < std::chrono::seconds(1)) return;
        looked_at_memory_ = now;
        look_at_memory();
    }

    /// Gives back what memory it can do without.
    void release_memory() noexcept
    {
        writer_.release_memory();
        look_at_memory();
    }

    // --- connections beside it --------------------------------------------------------------------------------------

    /// For a checkpoint while the tenant writes. Blocks. errc::tenant_gone if the file is lost.
    [[nodiscard]] Result<sqlite::Connection> open_for_checkpoint();

    /// For upkeep, which may do what the tenant's own connection is kept from. The same errors.
    [[nodiscard]] Result<sqlite::Connection> open_for_upkeep();

    /// Before a log is written back: whether it is still the log of what lies under the database's name, as `connection` to
    /// it finds. Another database may have been copied over it in place. Then the tenant is lost, and the log stays.
    [[nodiscard]] Result<void> check_log(sqlite::Connection& connection) noexcept
    {
        return caught("looking whose a log is", [&] { return try_to_check_log(connection); });
    }

    // --- the end ----------------------------------------------------------------------------------------------------

    /// Checkpoints and closes the writer's connection, and lets go of the name; once nothing else is open. Blocks. Where the
    /// file is lost, the log is written back only if it still belongs to the database that is open.
    [[nodiscard]] Result<void> close();

private:
    // No other file is opened beside the one that is open.
    [[nodiscard]] Result<sqlite::Connection> open_beside(const sqlite::Profile& profile);

    [[nodiscard]] Result<void> try_to_check_log(sqlite::Connection& connection);
    void keep_foreign_log() noexcept;
    void look_at_memory() noexcept { counters_.set_writer_memory(writer_.memory_use()); }

    // None where what is changed next may get the same time.
    [[nodiscard]] static std::optional<LastChange::Time> settled_change_of(const std::filesystem::path& file);

    std::optional<OpenName> name_;
    TenantFile file_;
    const TenantOptions& options_;
    TenantCounters& counters_;
    sqlite::Connection writer_;
    const std::optional<LastChange::Time> unchanged_since_; // when the database was opened; none: it just was
    Clock::time_point looked_at_memory_{};
};

inline TenantDatabase::TenantDatabase(const TenantId& id, const std::filesystem::path& path,
                                      const FileIdentity& file, sqlite::Connection writer,
                                      const TenantOptions& options, TenantCounters& counters,
                                      std::optional<OpenName> name)
    : name_(std::move(name)),
      file_(id, path, file),
      options_(options),
      counters_(counters),
      writer_(std::move(writer)),
      unchanged_since_(settled_change_of(path))
{
    file_.watch_log(writer_, !options.profile.exclusive);
}

inline Result<sqlite::Connection> TenantDatabase::open_for_checkpoint()
{
    return open_beside(options_.profile);
}

inline Result<sqlite::Connection> TenantDatabase::open_for_upkeep()
{
    auto profile = options_.profile;
    profile.fences = {.attached = 1, .defensive = false, .authorizer = false};
    auto connection = open_beside(profile);
    if (connection) connection->set_begin_hook(&begin_epoch);
    return connection;
}

inline Result<sqlite::Connection> TenantDatabase::open_beside(const sqlite::Profile& profile)
{
    if (!file_.look()) return fail(file_.lost_error());
    auto connection = sqlite::Connection::open(path(), sqlite::OpenMode::read_write, profile);
    if (!connection) return fail(file_.not_opened(std::move(connection).error()));
    if (!file_.look_at_new(*connection)) return fail(file_.lost_error());
    return connection;
}

inline Result<void> TenantDatabase::try_to_check_log(sqlite::Connection& connection)
{
    if (unchanged_since_ == change_of(path())) return {};
    const TenantState state{.id = id().string(), .incarnation = writer_.incarnation()};
    auto bound = BoundLog::check_open(connection, path(), state);
    if (bound) return {};
    if (bound.error() == errc::foreign_log || bound.error() == errc::misplaced_tenant) file_.was_replaced();
    return fail(std::move(bound.error().with_tenant(id().view())));
}

// Closing the connection writes the log back and removes it: not where another database lies.
inline void TenantDatabase::keep_foreign_log() noexcept
{
    try {
        if (!has_log(path())) return;
    } catch (...) { // there may be one
    }
    if (!check_log(writer_)) writer_.keep_log_on_close();
}

inline Result<void> TenantDatabase::close()
{
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

inline std::optional<LastChange::Time> TenantDatabase::settled_change_of(const std::filesystem::path& file)
{
    const auto now = WatchedDirectory::now();
    const auto changed = change_of(file);
    return LastChange::is_settled(changed, now) ? std::optional(changed) : std::nullopt;
}

} // namespace tenantry::detail
