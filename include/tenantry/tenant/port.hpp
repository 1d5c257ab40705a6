// What handles know of an open tenant: where reads and writes go. What serves them is compiled only where fleets are
// opened.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <tenantry/async/cancellation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/migrated.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/job.hpp>
#include <tenantry/tenant/limits.hpp>
#include <tenantry/tenant/stats.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// One open tenant. Thread-safe.
class TenantPort : public async::Waker, public std::enable_shared_from_this<TenantPort> {
public:
    using JobPtr = std::unique_ptr<Job>;

    [[nodiscard]] const TenantId& id() const noexcept { return id_; }
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }

    /// What opening it has found and done.
    [[nodiscard]] const Migrated& opening() const noexcept { return opening_; }

    /// Queues a write. It is answered in any case: at once if there is no room or the tenant is shut.
    virtual void submit_write(JobPtr job) = 0;

    /// Queues a read for the pool. Answered in any case, as `submit_write`.
    virtual void submit_read(JobPtr job) = 0;

    /// What there is to say of the tenant now.
    [[nodiscard]] virtual TenantStats stats() = 0;

    /// Reads here and now: `function(sqlite::Connection&)` on the calling thread, which waits for a reader
    /// for `TenantOptions::read_wait` at most. `R` is what the function's `Result` holds.
    template <class R, class Function>
    [[nodiscard]] Result<R> read_now(Function&& function, const Limits& limits = {})
    {
        Reading<R, std::remove_reference_t<Function>> reading(function);
        if (auto done = read_here(reading, limits); !done) [[unlikely]]
            return fail(std::move(done).error());
        if (!*reading.result) [[unlikely]]
            reading.result->error().with_tenant(id_.view());
        return std::move(*reading.result);
    }

protected:
    TenantPort(TenantId id, std::uint64_t incarnation, Migrated opening)
        : id_(std::move(id)), incarnation_(incarnation), opening_(std::move(opening))
    {}

    // What is done with a reader; it keeps its result and its errors to itself.
    class ReaderTask {
    public:
        virtual void run(sqlite::Connection& reader) noexcept = 0;

    protected:
        ~ReaderTask() = default;
    };

    // Runs the task with a reader. An error: it was not run, or what it has found is not to be told.
    [[nodiscard]] virtual Result<void> read_here(ReaderTask& task, const Limits& limits) = 0;

private:
    template <class R, class Function>
    struct Reading final : ReaderTask {
        explicit Reading(Function& given) noexcept : function(given) {}
        void run(sqlite::Connection& reader) noexcept override
        {
            result.emplace(guarded<R>(function, reader));
        }

        Function& function;
        std::optional<Result<R>> result; // R need not have a default
    };

    const TenantId id_;
    const std::uint64_t incarnation_;
    const Migrated opening_;
};

} // namespace tenantry::detail
