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

    /// Whether the calling thread may wait for a write: `errc::wrong_thread` where it would wait for itself.
    [[nodiscard]] virtual Result<void> may_wait() = 0;

    /// What there is to say of the tenant now.
    [[nodiscard]] virtual TenantStats stats() = 0;

    /// Reads here and now: `function(sqlite::Connection&)` on the calling thread, which waits for a reader
    /// for `TenantOptions::read_wait` at most. `R` is what the function's `Result` holds.
    template <class R, class Function>
    [[nodiscard]] Result<R> read_now(Function&& function, const Limits& limits = {})
    {
        std::optional<Result<R>> result; // R need not have a default
        auto read = [&](sqlite::Connection& reader) { result.emplace(guarded<R>(function, reader)); };
        if (auto done = read_here(ReaderTask(read), limits); !done) [[unlikely]]
            return fail(std::move(done).error());
        if (!*result) [[unlikely]]
            result->error().with_tenant(id_.view());
        return std::move(*result);
    }

protected:
    TenantPort(TenantId id, std::uint64_t incarnation, Migrated opening)
        : id_(std::move(id)), incarnation_(incarnation), opening_(std::move(opening))
    {}

    // What is done with a reader: a function that keeps its result and its errors to itself. Refers to it.
    class ReaderTask {
    public:
        template <class Function>
        explicit ReaderTask(Function& function) noexcept
            : function_(&function), call_([](void* called, sqlite::Connection& reader) {
                  (*static_cast<Function*>(called))(reader);
              })
        {}

        void run(sqlite::Connection& reader) const { call_(function_, reader); }

    private:
        void* function_;
        void (*call_)(void*, sqlite::Connection&);
    };

    // Runs the task with a reader. An error: it was not run, or what it has found is not to be told.
    [[nodiscard]] virtual Result<void> read_here(ReaderTask task, const Limits& limits) = 0;

private:
    const TenantId id_;
    const std::uint64_t incarnation_;
    const Migrated opening_;
};

} // namespace tenantry::detail
