// What queues up is committed together, and each write stands for itself alone.
//
// A write that fails rolls back itself and nothing of its neighbours. SQLite does not make that easy: an
// interrupted INSERT, `OR ROLLBACK` and RAISE(ROLLBACK) roll back the whole transaction, `OR FAIL` leaves half of
// a statement behind, and one violated deferred foreign key fails everybody's COMMIT. So after each write it is
// looked at what is left; where the schema or the statement says that it may be something, there is a savepoint
// before it. Where a neighbour's work went with it, the transaction is given up, and the neighbours are run again,
// each in a transaction of its own; a body that may not be called again is not put at that risk where it can be seen
// coming.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/async/detail/inside.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/detail/checkpointer.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/operation_list.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// Where a batch gets its operations from, one after another; nullptr: there is none. Refers to what it is made of.
class NextOperation {
public:
    using OperationPtr = std::unique_ptr<Operation>;

    template <class Next>
        requires(!std::same_as<std::remove_cvref_t<Next>, NextOperation>)
    NextOperation(Next&& next) noexcept // NOLINT(google-explicit-constructor): as a parameter
        : context_(std::addressof(next)), call_([](const void* context) -> OperationPtr {
              return (*static_cast<std::remove_reference_t<Next>*>(const_cast<void*>(context)))();
          })
    {}

    [[nodiscard]] OperationPtr operator()() const { return call_(context_); }

private:
    const void* context_;
    OperationPtr (*call_)(const void* context);
};

/// Runs batches on the connection that it is made with. Used by one thread at a time. Knows nothing of queues and executors:
/// it is handed operations and answers them. Refers to what it is made with.
class BatchWriter {
public:
    using OperationPtr = std::unique_ptr<Operation>;
    using Clock = Operation::Clock;

    /// What came of a turn.
    struct Turn {
        std::size_t done =
            0; ///< operations that were answered by then, or dropped since their callers are gone
        OperationList unfinished;    ///< could not be run, because of `locked`; in order
        std::optional<Error> locked; ///< another process has the write lock
        bool had_lock = false;       ///< a transaction could be begun, before that or instead
    };

    /// `log` is told of each commit. What its `schema` says of statements that fail is kept.
    BatchWriter(TenantDatabase& database, Checkpointer& log, const TenantOptions& options,
                const SchemaInfo& schema, TenantCounters& counters);

    /// Runs `first` and what `next()` gives after it, until that gives nullptr or the batch is full, and commits. Its callers
    /// are answered by `tell`.
    [[nodiscard]] Turn run(OperationPtr first, NextOperation next);

    /// Answers those whose operations `run` has ended, and has not answered yet. Apart from it, so that a caller who is woken by that
    /// finds the connection free and all of it counted. Returned is how many there were.
    std::size_t answer_ended();

    /// In place of `tell`: those that it would answer.
    [[nodiscard]] OperationList take_ended() noexcept { return std::exchange(ended_, {}); }

    /// Whether the calling thread is inside an operation of this writer.
    [[nodiscard]] bool runs_here() const noexcept { return Inside::of(this); }

    /// When what `run` has done last had been done.
    [[nodiscard]] Clock::time_point now() const noexcept { return now_; }

private:
    // What an operation did to the transaction it was run in.
    enum class Effect : std::uint8_t {
        kept,        // its changes are in it
        rolled_back, // nothing of it is in it
        collapsed,   // the transaction cannot be committed
    };

    [[nodiscard]] std::string_view name() const noexcept { return file_.id().view(); }

    // One transaction, with `operation` as the first in it. Returned is the operation that is to begin the next one.
    [[nodiscard]] OperationPtr run_batch(OperationPtr operation, const NextOperation& next, Turn& turn);

    // True: it was answered, and is not to be run.
    [[nodiscard]] bool dismissed(OperationPtr& operation);

    // False: the caller's execution context has ended.
    [[nodiscard]] bool claim(OperationPtr& operation, Turn& turn);

    void not_begun(OperationPtr operation, Error error, Turn& turn);

    // Whether it may take with it what is in the batch, as far as that can be known before.
    [[nodiscard]] bool may_roll_back(const Operation& operation) const noexcept
    {
        return triggers_roll_back_ || operation.kind() == OperationKind::rollback_statement ||
               operation.limits.any();
    }

    [[nodiscard]] Effect apply(Operation& operation);
    void call(Operation& operation);
    void say_if_lost(Operation& operation);

    // The tenant is to be reopened.
    [[nodiscard]] bool is_unwritable(const Error& error) const noexcept
    {
        return error.sqlite_code() == SQLITE_READONLY &&
               sqlite3_db_readonly(connection_.native_handle(), "main") == 0;
    }

    // The end of a transaction that can be committed. The first in the batch, if there is one, was kept.
    void finish(sqlite::Transaction& transaction);
    [[nodiscard]] Result<void> commit(sqlite::Transaction& transaction);

    // The transaction was rolled back because of `culprit`: the others are run again in the order they came, each
    // in a transaction of its own.
    void run_again(OperationPtr culprit, Turn& turn);

    // How long it was since the last time.
    [[nodiscard]] Clock::duration pass_time() noexcept;

    void answer(OperationPtr operation) { ended_.push_back(std::move(operation)); }
    void answer_if_there(OperationPtr operation);
    void refuse(OperationPtr operation, Error error);

    sqlite::Connection& connection_;
    TenantFile& file_;
    Checkpointer& log_;
    // As far as the declaration says. What it does not know of (a newer program's trigger) is found where it fails.
    const bool failures_leave_part_;
    const bool triggers_roll_back_;
    TenantCounters& counters_;
    const std::size_t limit_;
    const std::chrono::milliseconds time_;
    OperationList batch_;
    OperationList ended_;     // to be told
    bool holds_body_ = false; // there is one in the batch that may not be called again, and has done its work
    Clock::time_point now_{}; // when what was done last had been done
};

[[nodiscard]] Error batch_aborted_error();

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/batch_writer.ipp>
#endif
