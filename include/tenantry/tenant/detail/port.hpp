// What handles know of an open tenant: where reads and writes go. What serves them is compiled only where fleets are
// opened.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include <tenantry/async/detail/cancellation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/migrated.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/limits.hpp>
#include <tenantry/tenant/stats.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

// What is done in the calling thread: a function that keeps its result and its errors to itself. Refers to it.
struct ReaderTask {
    enum class Calls : bool { once, again };

    void* function;
    void (*call)(void*, sqlite::Connection&);
    Calls calls; // whether it may be called again if its statement was ended

    void run(sqlite::Connection& reader) const { call(function, reader); }
};

/// One open tenant. Thread-safe.
class TenantPort : public Waker, public std::enable_shared_from_this<TenantPort> {
public:
    using OperationPtr = std::unique_ptr<Operation>;

    [[nodiscard]] const TenantId& id() const noexcept { return id_; }
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }

    /// What opening it has found and done.
    [[nodiscard]] const Migrated& opening() const noexcept { return opening_; }

    /// Queues a write. It is answered in any case: at once if there is no room or the tenant is shut.
    virtual void submit_write(OperationPtr operation) = 0;

    /// The same of one that the calling thread waits for: it is run here and now where the tenant rests. Only where `may_wait`
    /// says so.
    virtual void write_here(OperationPtr operation) = 0;

    /// Queues a read for the pool. Answered in any case, as `submit_write`.
    virtual void submit_read(OperationPtr operation) = 0;

    /// What a calling thread waits for that waits for a write, for `BlockedInside`: `errc::wrong_thread` where it would
    /// wait for itself.
    [[nodiscard]] virtual Result<const void*> may_wait() = 0;

    /// What there is to say of the tenant now.
    [[nodiscard]] virtual TenantStats stats() = 0;

    /// Reads here and now: `function(sqlite::Connection&)` on the calling thread, which waits for a reader
    /// for `TenantOptions::read_wait` at most. `R` is what the function's `Result` holds. It is called once.
    template <class R, class E = Error, class Function>
    [[nodiscard]] Result<R, E> read_now(Function&& function, const Limits& limits = {})
    {
        const auto call = [&function](sqlite::Connection& reader) -> Result<R, E> {
            return function(reader);
        };
        return read_here_now<R, E>(
            [](const void* of, sqlite::Connection& reader) {
                return (*static_cast<decltype(call)*>(of))(reader);
            },
            &call, limits, ReaderTask::Calls::once);
    }

    /// The same of one query, with a plain function, `function(of, connection)`: compiled once a result, not once a query.
    /// It may be ended and called again.
    template <class R>
    [[nodiscard]] Result<R> read_query_now(Result<R> (*function)(const void*, sqlite::Connection&),
                                           const void* of, const Limits& limits)
    {
        return read_here_now<R, Error>(function, of, limits, ReaderTask::Calls::again);
    }

protected:
    TenantPort(TenantId id, std::uint64_t incarnation, Migrated opening)
        : id_(std::move(id)), incarnation_(incarnation), opening_(std::move(opening))
    {}

    // Runs the task with a reader. An error: it was not run, or what it has found is not to be told.
    [[nodiscard]] virtual Result<void> read_here(ReaderTask task, const Limits& limits) = 0;

private:
    template <class R, class E>
    [[nodiscard]] Result<R, E> read_here_now(Result<R, E> (*function)(const void*, sqlite::Connection&),
                                             const void* of, const Limits& limits, ReaderTask::Calls calls)
    {
        ReadNow<R, E> read(function, of);
        if (auto done = read_here(ReaderTask{&read, &ReadNow<R, E>::run, calls}, limits); !done) [[unlikely]]
            return fail(std::move(done).error());
        if (!read.result) [[unlikely]]
            name_tenant(read.result, id_.view());
        return std::move(read.result);
    }

    // A read and what becomes of it. The result is made where it stays, and R need not have a default: what
    // std::optional would do, for a fraction of its templates.
    template <class R, class E>
    class ReadNow {
    public:
        ReadNow(Result<R, E> (*function)(const void*, sqlite::Connection&), const void* of) noexcept
            : function_(function), of_(of)
        {}
        ~ReadNow()
        {
            if (is_made_) result.~Result<R, E>();
        }
        ReadNow(const ReadNow&) = delete;
        ReadNow& operator=(const ReadNow&) = delete;

        static void run(void* self, sqlite::Connection& reader)
        {
            auto& read = *static_cast<ReadNow*>(self);
            if (std::exchange(read.is_made_, false)) read.result.~Result<R, E>();
            ::new (static_cast<void*>(&read.result)) Result<R, E>(guarded<R, E>(read, reader));
            read.is_made_ = true;
        }
        Result<R, E> operator()(sqlite::Connection& reader) const { return function_(of_, reader); }

        union {
            Result<R, E> result; // there after run()
        };

    private:
        Result<R, E> (*function_)(const void*, sqlite::Connection&);
        const void* of_;
        bool is_made_ = false;
    };

    const TenantId id_;
    const std::uint64_t incarnation_;
    const Migrated opening_;
};

} // namespace tenantry::detail
