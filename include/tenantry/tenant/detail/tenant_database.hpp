// One tenant's database: its files and the connections to it.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/last_change.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/detail/watched_directory.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/profile.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/detail/open_name.hpp>
#include <tenantry/tenant/detail/readers.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>
#include <tenantry/tenant/options.hpp>
#include <tenantry/tenant/stats.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

class TenantDatabase;

/// Is told that the connection which the tenant writes with, and which was lent to a read, is back.
class WriterLender {
public:
    virtual void writer_came_back() noexcept = 0;

protected:
    WriterLender() = default;
    WriterLender(const WriterLender&) = default;
    WriterLender& operator=(const WriterLender&) = default;
    ~WriterLender() = default;
};

/// A connection that is lent to read with, as long as this lives, or none. For one thread at a time.
class ReadLease {
public:
    ReadLease() noexcept = default;
    ReadLease(ReadLease&& other) noexcept
        : database_(std::exchange(other.database_, nullptr)),
          lender_(other.lender_),
          reader_(std::move(other.reader_)),
          is_outermost_(other.is_outermost_)
    {}
    ReadLease& operator=(ReadLease&& other) noexcept;
    ReadLease(const ReadLease&) = delete;
    ReadLease& operator=(const ReadLease&) = delete;
    ~ReadLease() { give_back(); }

    [[nodiscard]] explicit operator bool() const noexcept { return database_ != nullptr; }
    [[nodiscard]] sqlite::Connection& operator*() const noexcept;
    [[nodiscard]] sqlite::Connection* operator->() const noexcept { return &**this; }

    /// Gives the connection back. False: the file is lost, and what was read is not to be told.
    [[nodiscard]] bool end();

private:
    friend class TenantDatabase;
    void give_back() noexcept;

    TenantDatabase* database_ = nullptr;
    WriterLender* lender_ = nullptr;             // of the writer's connection; null: nobody asks
    std::unique_ptr<sqlite::Connection> reader_; // null: it is the writer's
    bool is_outermost_ = true; // a thread that reads with the writer's may read again inside of that
};

/// Owns the connection that the tenant writes with and those that read beside it, opens others for checkpoints and upkeep,
/// and knows whether the files are still the tenant's. A sole owner has no readers: the writer's connection is for all.
/// Refers to the options, the observation and the counters that it is made with. Must outlive what it has lent.
///
/// The writer's connection and what is said of it are for one thread at a time: who that is says the tenant's schedule. The
/// rest may be called from any thread.
class TenantDatabase {
public:
    using Clock = std::chrono::steady_clock;

    /// `writer` has read from the database, which is `file` at `path`. `name` is held as long as anything is open. `readers`:
    /// so many may be open at a time, of which each but the first is taken from the `budget`, if there is one.
    TenantDatabase(const TenantId& id, const std::filesystem::path& path, const FileIdentity& file,
                   sqlite::Connection writer, const TenantOptions& options, const Observation& observation,
                   TenantCounters& counters, std::size_t readers = 1,
                   std::shared_ptr<ReaderBudget> budget = nullptr,
                   std::optional<OpenName> name = std::nullopt);

    [[nodiscard]] const TenantId& id() const noexcept { return file_.id(); }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }

    /// Whether the files are there.
    [[nodiscard]] TenantFile& file() noexcept { return file_; }
    [[nodiscard]] const TenantFile& file() const noexcept { return file_; }

    // --- the connection that the tenant writes with -----------------------------------------------------------------

    [[nodiscard]] sqlite::Connection& writer() noexcept { return writer_; }

    /// Says until when it was used: its memory is measured now and then.
    void used(Clock::time_point now) noexcept;

    /// Gives back what memory it can do without.
    void release_memory() noexcept;

    // --- connections to read with -----------------------------------------------------------------------------------

    /// The writer's connection, for the thread that the schedule lets have it. While it is lent it refuses to write. `lender` is told
    /// when it is back; null: nobody asks.
    [[nodiscard]] ReadLease lend_writer(WriterLender* lender = nullptr) noexcept;

    /// The same for a thread that reads with it already.
    [[nodiscard]] ReadLease lend_writer_again() noexcept;

    /// A reader if one can be had now, none if all are in use; or why none can be opened. Does not wait. Not for a sole owner.
    [[nodiscard]] Result<ReadLease> try_reader();

    /// The same, waiting for one that comes back; none when the time has passed.
    [[nodiscard]] Result<ReadLease> reader(std::chrono::milliseconds patience);

    /// Whether `try_reader` would give one, as far as can be told from outside.
    [[nodiscard]] bool has_reader() { return readers_ && readers_->available(); }

    /// Closes the readers that are not lent; they can be opened again.
    void close_readers();

    /// How many readers there are, and their memory; nothing of a sole owner.
    void count_readers(TenantStats& stats);

    // --- connections for other purposes -----------------------------------------------------------------------------

    /// For a checkpoint while the tenant writes. Blocks. errc::tenant_gone if the file is lost.
    [[nodiscard]] Result<sqlite::Connection> open_for_checkpoint();

    /// For upkeep, which may do what the tenant's own connection is kept from. The same errors.
    [[nodiscard]] Result<sqlite::Connection> open_for_upkeep();

    /// Before a log is written back: whether it is still the log of what lies under the database's name, as `connection` to
    /// it finds. Another database may have been copied over it in place. Then the tenant is lost, and the log stays.
    [[nodiscard]] Result<void> check_log(sqlite::Connection& connection) noexcept;

    // --- the end ----------------------------------------------------------------------------------------------------

    /// Closes all connections, which is a checkpoint, and lets go of the name. Only when nothing is lent. Blocks. Where the
    /// file is lost, the log is written back only if it still belongs to the database that is open.
    [[nodiscard]] Result<void> close();

private:
    friend class ReadLease;

    [[nodiscard]] Result<ReadLease> lend(Result<std::unique_ptr<sqlite::Connection>> reader);

    // No other file is opened beside the one that is open.
    [[nodiscard]] Result<sqlite::Connection> open_beside(const sqlite::Profile& profile);

    [[nodiscard]] Result<void> try_to_check_log(sqlite::Connection& connection);
    void keep_foreign_log() noexcept;
    void measure_memory() noexcept { counters_.set_writer_memory(writer_.memory_use()); }

    // None where what is changed next may get the same time.
    [[nodiscard]] static std::optional<LastChange::Time> settled_change_of(const std::filesystem::path& file);

    std::optional<OpenName> name_;
    TenantFile file_;
    const TenantOptions& options_;
    TenantCounters& counters_;
    sqlite::Connection writer_;
    std::optional<Readers> readers_;                        // none: there is a sole owner
    const std::optional<LastChange::Time> unchanged_since_; // when the database was opened; none: it just was
    Clock::time_point memory_measured_{};
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/tenant_database.ipp>
#endif
