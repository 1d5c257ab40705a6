// Which files a tenant's database and its log are, and whether they are still there under their names.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/last_change.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/detail/watched_directory.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Another process may remove a tenant or put another one in its place, and a connection to the old file goes
/// on "succeeding". It does so as well where only the log was removed (`main.db-wal`, or `main.db-shm`, its index): what is
/// committed then is in a file that nobody will find. So before a write is committed and before an answer is given it is asked
/// here whether the files are there. Thread-safe, except for `watch_log` and `close`.
class TenantFile {
public:
    TenantFile(TenantId id, std::filesystem::path path, const FileIdentity& identity)
        : id_(std::move(id)),
          path_(std::move(path)),
          directory_path_(path_.parent_path()),
          log_path_(path_.native() + "-wal"),
          index_path_(path_.native() + "-shm"),
          identity_(identity)
    {}

    [[nodiscard]] const TenantId& id() const noexcept { return id_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] const FileIdentity& identity() const noexcept { return identity_; }

    /// From now on the log and, where it has one (`shared`), its index are looked for as well. For a connection that has read
    /// from the database, and so has opened them; as long as it is open SQLite removes and replaces neither of them, whatever
    /// other connections open or close the database. Before other threads use the object.
    void watch_log(sqlite::Connection& connection, bool shared);

    /// The connection is about to be closed, and SQLite to remove the log. From any thread.
    void leave_log() noexcept { watches_log_.store(false, std::memory_order_release); }

    /// The connection cannot write: where looking its log up fails once and succeeds the next time, SQLite opens it to be read
    /// only, for as long as the connection is open.
    void cannot_write() noexcept { lose(Loss::unwritable); }

    /// Another database was found under the name, in the same file.
    void was_replaced() noexcept { lose(Loss::database); }

    /// True once a file was found removed or replaced, or cannot be used. It stays so.
    [[nodiscard]] bool lost() const noexcept { return loss_.load(std::memory_order_acquire) != Loss::none; }

    /// Looks whether the files are there under their names, and opens nothing. False: one of them is lost, or it could not
    /// be looked up, which may pass; `lost_error` says which.
    [[nodiscard]] bool verify();

    /// The same of a connection that was just opened by the name: another tenant's database may lie there now.
    [[nodiscard]] bool verify_new(sqlite::Connection& connection);

    /// Where the log alone is lost: whether what is in it can still be written back into the database by the connection
    /// that has it open. Not if another process has begun another log meanwhile.
    [[nodiscard]] bool can_rescue_log() const;

    /// The same as `verify()` for less, as long as nothing happens in the tenant's directory or to it. Only that a directory
    /// above it was renamed may be noticed a second later.
    [[nodiscard]] bool verify_cached();

    /// Whether `verify_cached` is cheap now, until something happens.
    [[nodiscard]] bool settled() const noexcept
    {
        return caches_.load(std::memory_order_relaxed) && last_.any();
    }

    /// Gives the descriptor back. `verify_cached` is not called any more.
    void close() noexcept;

    /// Why the files cannot be relied on, for what was not committed.
    [[nodiscard]] Error lost_error() const noexcept;

    /// The same for what was done to the database itself, and changes nothing of what is in it.
    [[nodiscard]] Error absence() const noexcept;

    /// For what was committed before the files were found to be lost.
    [[nodiscard]] Error unknown_outcome() const noexcept;

    /// Why a connection could not be opened: `error`, or that the file is lost.
    [[nodiscard]] Error not_opened(Error error)
    {
        return verify() ? std::move(error.with_tenant(id_.view())) : lost_error();
    }

private:
    enum class Loss : std::uint8_t { none, database, log, unwritable };

    // Where there is no memory for the words, without them.
    template <class Words>
    [[nodiscard]] Error with_words(errc code, Words words) const noexcept
    {
        std::string text;
        try {
            text = words();
        } catch (...) {
            text.clear();
        }
        return std::move(Error(code, std::move(text)).with_tenant(id_.view()));
    }

    // The first loss is the one that is told.
    void lose(Loss what) noexcept;

    [[nodiscard]] bool is_there(const char* path, const FileIdentity& identity, Loss what) noexcept;

    [[nodiscard]] errc error_code() const noexcept { return lost() ? errc::tenant_gone : errc::io_error; }

    [[nodiscard]] static bool is_in_wal_mode(sqlite::Connection& connection);

    // It need not be the directory the file was found in: what is remembered is only what holds of the one under the name.
    void watch();

    const TenantId id_;
    const std::filesystem::path path_;
    const std::filesystem::path directory_path_;
    const std::string log_path_;
    const std::string index_path_;
    const FileIdentity identity_;
    std::optional<FileIdentity> log_;   // none: it is not watched
    std::optional<FileIdentity> index_; // the same
    std::atomic<bool> watches_log_{true};
    std::atomic<Loss> loss_{Loss::none};
    std::atomic<int> failed_{0}; // why files could not be looked up the last time that they could not
    const WatchedDirectory::Time made_ = WatchedDirectory::now();
    std::once_flag watching_;
    std::optional<WatchedDirectory> directory_;
    LastChange last_;
    std::atomic<bool> caches_{true};
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/tenant_file.ipp>
#endif
