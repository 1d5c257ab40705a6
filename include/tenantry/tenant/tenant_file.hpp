// Which file a tenant's database is, and whether it is still there under its name.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/core/files.hpp>
#include <tenantry/core/last_change.hpp>
#include <tenantry/core/watched_directory.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Another process may remove a tenant or put another one in its place, and a connection to the old file goes
/// on "succeeding": so everything is asked here before anybody is told "done". Thread-safe, except for `close`.
class TenantFile {
public:
    TenantFile(TenantId id, std::filesystem::path path, const FileIdentity& identity)
        : id_(std::move(id)), path_(std::move(path)), identity_(identity)
    {}

    [[nodiscard]] const TenantId& id() const noexcept { return id_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] const FileIdentity& identity() const noexcept { return identity_; }

    /// True once the file was found removed or replaced. It stays so.
    [[nodiscard]] bool lost() const noexcept { return lost_.load(std::memory_order_acquire); }

    /// Looks whether the file is there under its name, and opens nothing. False: it is lost.
    [[nodiscard]] bool look()
    {
        if (file_identity(path_) != identity_) lose();
        return !lost();
    }

    /// The same of a connection that was just opened by the name: another tenant's database may lie there now.
    [[nodiscard]] bool look_at_new(sqlite::Connection& connection)
    {
        const auto moved = connection.file_moved();
        if (!moved || *moved) lose();
        return look();
    }

    /// The same as `look()` for less, as long as nothing happens in the tenant's directory or to it. Only that a directory
    /// above it was renamed may be noticed a second later.
    [[nodiscard]] bool glance()
    {
        if (!glances_.load(std::memory_order_relaxed)) return look();
        const auto now = WatchedDirectory::now();
        // Opening the database has mostly made files in the directory, and nothing can be learnt until that has settled. So
        // the directory is not opened before: what is closed again soon never has it open.
        if (!LastChange::is_settled(made_, now)) return look();
        std::call_once(watching_, [this] { watch(); });
        const auto changed = directory_->changed();
        if (last_.holds(changed, now)) return !lost();
        if (!LastChange::is_settled(changed, now)) return look();
        // Whatever happens from here on changes that time; whatever has changed it already is seen by the look.
        const bool sure = last_.knows(changed) || directory_->wait_for_changes();
        if (!look()) return false;
        if (sure && directory_->is_at(path_.parent_path()))
            last_.remember(changed, now);
        else
            glances_.store(false, std::memory_order_relaxed); // it would fail each time
        return true;
    }

    /// Whether glances are cheap now, until something happens.
    [[nodiscard]] bool settled() const noexcept
    {
        return glances_.load(std::memory_order_relaxed) && last_.any();
    }

    /// Gives the descriptor back. There must be no glance any more.
    void close() noexcept
    {
        if (directory_) directory_->close();
    }

    [[nodiscard]] Error lost_error() const
    {
        return Error(errc::tenant_gone, "the tenant's database was removed or replaced by another process; "
                                        "nothing of this operation is kept")
            .with_tenant(id_.view());
    }

    /// Why a connection could not be opened: `error`, or that the file is lost.
    [[nodiscard]] Error not_opened(Error error)
    {
        return look() ? std::move(error.with_tenant(id_.view())) : lost_error();
    }

private:
    void lose() noexcept { lost_.store(true, std::memory_order_release); }

    // It need not be the directory the file was found in: what is remembered is only what holds of the one under the name.
    void watch()
    {
        directory_.emplace(path_.parent_path());
        if (!*directory_) glances_.store(false, std::memory_order_relaxed); // each of them is a look
    }

    const TenantId id_;
    const std::filesystem::path path_;
    const FileIdentity identity_;
    std::atomic<bool> lost_{false};
    const WatchedDirectory::Time made_ = WatchedDirectory::now();
    std::once_flag watching_;
    std::optional<WatchedDirectory> directory_;
    LastChange last_;
    std::atomic<bool> glances_{true};
};

} // namespace tenantry::detail
