// One read or write that waits for its tenant, as the queues see it: without the caller's types.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <tenantry/async/detail/promise.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/refusal.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/limits.hpp>

namespace tenantry::detail {

/// What an operation does, and so what may be done with it when the transaction it shares with others is lost.
enum class OperationKind : std::uint8_t {
    statement, ///< one statement: rolls itself back where it fails, and can be run again
    /// One that may leave part of what it did where it fails: `OR FAIL`, rows of what it has changed that do not fit.
    partial_statement,
    rollback_statement, ///< one that may take the whole transaction with it: `OR ROLLBACK`
    body,               ///< a caller's function: is called once
    /// Several statements that can be run again: a batch of rows, or a caller's function that may be called again.
    repeatable_body,
    /// No transaction but upkeep of the database: run by itself, with the writes waiting, on a connection of maintenance.
    maintenance,
};

[[nodiscard]] constexpr bool is_statement(OperationKind kind) noexcept
{
    return kind == OperationKind::statement || kind == OperationKind::partial_statement ||
           kind == OperationKind::rollback_statement;
}

/// Runs on one connection, once or, where its kind allows, again after what it did was rolled back; answers its
/// caller exactly once.
class Operation {
public:
    using Clock = std::chrono::steady_clock;

    Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    virtual ~Operation() = default;

    [[nodiscard]] virtual OperationKind kind() const noexcept = 0;

    /// Takes hold of the caller before the caller's code runs; once. False: the caller is gone, and the operation is to be
    /// dropped.
    [[nodiscard]] virtual bool claim() noexcept = 0;

    [[nodiscard]] virtual bool cancelled() const noexcept = 0;
    [[nodiscard]] virtual const std::atomic<bool>* cancel_flag() const noexcept = 0;

    /// Does the work. False: it failed, and what it did must be rolled back.
    [[nodiscard]] virtual bool run(sqlite::Connection& connection) noexcept = 0;

    /// What `run` has said, or `fail_with` since.
    [[nodiscard]] virtual bool succeeded() const noexcept = 0;

    /// What `run` has found where it failed, for the runner that wants to know.
    [[nodiscard]] virtual const Error* error() const noexcept { return nullptr; }

    /// It is the library's own: nobody waits for its answer.
    [[nodiscard]] virtual bool in_background() const noexcept { return false; }

    /// It is to be run again, when others have had their turn: for `OperationKind::maintenance`.
    [[nodiscard]] virtual bool again() const noexcept { return false; }

    /// Makes what `run` has found a failure.
    virtual void fail_with(Error error) noexcept = 0;

    /// Answers with what `run` has found.
    virtual void complete(std::string_view tenant) noexcept = 0;

    /// Answers with an error, whatever `run` has found.
    virtual void refuse(Error error) noexcept = 0;

    /// How long it may wait and run.
    Limits limits;

    /// Memory that it takes, about.
    std::size_t bytes = 0;

    /// When it began to wait; nothing where nobody asks.
    Clock::time_point queued_at{};

    /// How long the lock that it waits for had been held when its wait began (HeldLock::time), and which wait that is:
    /// see OperationQueue.
    Clock::duration lock_held_before{};
    std::uint64_t lock_wait = 0;

    /// Where it stands; from `refused` on: why it has ended without being run to its end.
    enum class Stage : std::uint8_t {
        waiting,   ///< for its turn
        claimed,   ///< runs, or waits to be run again
        refused,   ///< the tenant is to be closed
        cancelled, ///< by its caller
        late,      ///< its deadline has passed
        lock_held, ///< another process has held the tenant's lock for too long
        not_taken, ///< the executor has not taken the turn that it waited for
    };
    Stage stage = Stage::waiting;

    /// Whether it has had a turn.
    [[nodiscard]] bool is_claimed() const noexcept { return stage == Stage::claimed; }

    /// `claim`, where it was not claimed before. False as there.
    [[nodiscard]] bool claim_once() noexcept
    {
        if (stage == Stage::waiting && claim()) stage = Stage::claimed;
        return is_claimed();
    }

    /// It is a read that was ended, since it takes longer than the writer's connection may be lent.
    bool takes_long = false;

private:
    friend class OperationList;
    std::unique_ptr<Operation> next_;
};

/// What a throwing body is answered with: the Error itself, where it has thrown one (`must`).
[[nodiscard]] Error body_error(std::exception_ptr thrown) noexcept;

/// What is answered when the caller has cancelled before the work was begun.
[[nodiscard]] inline Error cancelled_early_error()
{
    return Error(errc::cancelled, "cancelled before it ran");
}

/// What an operation that would change something is answered where the fleet only reads (`FleetOptions::read_only`).
[[nodiscard]] inline Error only_reads_error()
{
    return Error(errc::read_only, "the fleet only reads (FleetOptions::read_only): nothing was changed");
}

/// What is answered when a limit has passed before the work was begun, or while it ran.
[[nodiscard]] inline Error too_late_error()
{
    return Error(errc::timeout, "the deadline passed before it ran");
}
[[nodiscard]] Error too_long_error(const Error& ended);

/// `function(connection)` with what it throws made an error.
template <class R, class E = Error, class Function>
[[nodiscard]] Result<R, E> guarded(Function& function, sqlite::Connection& connection) noexcept
{
    const auto call = [&]() noexcept -> Result<R, E> {
        try {
            return function(connection);
        } catch (...) {
            return thrown_outcome<Result<R, E>>(std::current_exception(), body_error);
        }
    };
    Result<R, E> result = call();
    if (!result && connection.out_of_time()) [[unlikely]] {
        // To SQLite an interrupt is an interrupt, though it comes of a limit.
        if constexpr (shows_error<E>) {
            Error* const error = error_in(result.error());
            if (error != nullptr && *error == errc::cancelled) *error = too_long_error(*error);
        } else {
            return fail(too_long_error(Error(errc::cancelled))); // whatever the body has made of it
        }
    }
    return result;
}

/// An operation with a result, which waits here until the caller may be answered.
template <class R, class E = Error>
class OperationOf : public Operation {
public:
    bool succeeded() const noexcept override { return result_ && *result_; }
    void fail_with(Error error) noexcept override { result_.emplace(fail(std::move(error))); }
    const Error* error() const noexcept override
    {
        return result_ && !*result_ ? find_error(result_->error()) : nullptr;
    }

protected:
    template <class Work>
    [[nodiscard]] bool run_work(Work& work, sqlite::Connection& connection) noexcept
    {
        result_.emplace(guarded<R, E>(work, connection));
        return result_->has_value();
    }

    template <class Work>
    [[nodiscard]] static bool again_of(const Work& work) noexcept
    {
        if constexpr (requires { work.again(); })
            return work.again();
        else
            return false;
    }

    /// What the caller is answered with: after `run_work` or `fail_with`. Nothing of it stays here.
    [[nodiscard]] Result<R, E> take_result(std::string_view tenant) noexcept
    {
        name_tenant(*result_, tenant);
        Result<R, E> taken = std::move(*result_);
        result_.reset();
        return taken;
    }

    /// In place of that.
    void forget_result() noexcept { result_.reset(); }

private:
    std::optional<Result<R, E>> result_;
};

/// The operation of one caller: `Work` is `Result<R, E>(sqlite::Connection&)` and has a `kind`; `Keep` lives as long as
/// the operation. The work is the caller's, as the handler is, and is kept with it: where the handler's execution context ends while
/// the operation waits, what stays in the queue is an operation without work, whose `claim` fails.
template <class R, class Work, class Keep, class E = Error>
class CallersOperation final : public OperationOf<R, E> {
public:
    template <class Handler>
    CallersOperation(Work work, Keep keep, Handler handler, const boost::asio::any_io_executor& fallback,
                     std::weak_ptr<Waker> waker)
        : keep_(std::move(keep)), promise_(std::move(handler), fallback, std::move(waker), std::move(work))
    {}

    OperationKind kind() const noexcept override { return Work::kind; }
    bool claim() noexcept override { return promise_.claim(); }
    bool cancelled() const noexcept override { return promise_.cancelled(); }
    const std::atomic<bool>* cancel_flag() const noexcept override { return promise_.cancel_flag(); }

    // Only what was claimed is run.
    bool run(sqlite::Connection& connection) noexcept override
    {
        Work& work = promise_.template kept<Work>();
        const bool succeeded = this->run_work(work, connection);
        again_ = this->again_of(work);
        return succeeded;
    }
    bool again() const noexcept override { return again_; }
    void complete(std::string_view tenant) noexcept override { promise_.complete(this->take_result(tenant)); }
    void refuse(Error error) noexcept override
    {
        this->forget_result();
        promise_.complete(fail(std::move(error)));
    }

private:
    Keep keep_;
    Promise<R, E> promise_;
    bool again_ = false;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/operation.ipp>
#endif
