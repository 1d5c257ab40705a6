// Upkeep of one tenant's database: runs what cannot be done in a transaction, on a connection that may do it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/profile.hpp>
#include <tenantry/tenant/detail/checkpointer.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>

namespace tenantry::detail {

/// Runs operations of `OperationKind::maintenance`, one at a time, while nobody uses the writer: `run` is for the thread that has that. Knows nothing
/// of queues: what could not be ended is handed back. Refers to what it is made with.
class Maintenance {
public:
    using OperationPtr = std::unique_ptr<Operation>;

    /// What came of a run.
    struct Run {
        OperationPtr
            unfinished{}; ///< is to be run again; nullptr: it was answered, or dropped since its caller is gone
        std::optional<Error>
            locked{};          ///< why: another process has the lock that it needs. Else others go first
        bool had_lock = false; ///< it had that lock
    };

    Maintenance(TenantDatabase& database, const sqlite::Profile& profile, Checkpointer& log,
                const Observation& observation, TenantCounters& counters)
        : database_(database),
          file_(database.file()),
          profile_(profile),
          log_(log),
          observation_(observation),
          counters_(counters)
    {}

    /// Runs the operation, or as much of it as is done at a time. Blocks.
    [[nodiscard]] Run run(OperationPtr operation);

private:
    [[nodiscard]] std::string_view name() const noexcept { return file_.id().view(); }

    [[nodiscard]] Error cancelled_error() const
    {
        return std::move(cancelled_early_error().with_tenant(name()));
    }

    [[nodiscard]] std::optional<Error> not_to_be_run(const Operation& operation) const;

    // What the library does by itself is not worth waiting for.
    [[nodiscard]] static bool waits_for(const Error& error, const Operation& operation) noexcept
    {
        return error == errc::busy && !operation.in_background();
    }

    [[nodiscard]] Run not_begun(OperationPtr operation, Error error);

    // False: the file is not the tenant's any more.
    [[nodiscard]] bool run_on(sqlite::Connection& connection, Operation& operation);

    // Nothing of what was done is to stay behind.
    void put_in_order();

    void end(Operation& operation, bool there);

    // Where nobody waits for the answer the observer hears of it.
    void failed(const Operation& operation, Error error);

    TenantDatabase& database_;
    TenantFile& file_;
    const sqlite::Profile& profile_;
    Checkpointer& log_;
    const Observation& observation_;
    TenantCounters& counters_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/maintenance.ipp>
#endif
