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
#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/uncommittable.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/detail/checkpointer.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/operation_list.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>
#include <tenantry/tenant/detail/write_hazards.hpp>
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

    /// `log` is told of each commit. `hazards` are those of the schema.
    BatchWriter(sqlite::Connection& connection, TenantFile& file, Checkpointer& log,
                const TenantOptions& options, const WriteHazards& hazards, TenantCounters& counters);

    /// Runs `first` and what `next()` gives after it, until that gives nullptr or the batch is full, and commits. Its callers
    /// are answered by `tell`.
    [[nodiscard]] Turn run(OperationPtr first, NextOperation next);

    /// Answers those whose operations `run` has ended, and has not answered yet. Apart from it, so that a caller who is woken by that
    /// finds the connection free and all of it counted. Returned is how many there were.
    std::size_t tell();

    /// In place of `tell`: those that it would answer.
    [[nodiscard]] OperationList take_ended() noexcept { return std::exchange(ended_, {}); }

    /// Whether the calling thread is inside an operation of this writer.
    [[nodiscard]] bool runs_here() const noexcept { return async::Inside::of(this); }

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
        return hazards_.rolls_back || operation.kind() == OperationKind::rollback_statement ||
               operation.limits.any();
    }

    [[nodiscard]] Effect apply(Operation& operation);
    void call(Operation& operation);
    void say_if_lost(Operation& operation);

    // The tenant is to be opened anew.
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
    [[nodiscard]] Clock::duration pass_time() noexcept
    {
        const auto before = std::exchange(now_, Clock::now());
        return now_ - before;
    }

    void answer(OperationPtr operation) { ended_.push_back(std::move(operation)); }
    void answer_if_there(OperationPtr operation);
    void refuse(OperationPtr operation, Error error);

    sqlite::Connection& connection_;
    TenantFile& file_;
    Checkpointer& log_;
    const WriteHazards hazards_;
    TenantCounters& counters_;
    const std::size_t limit_;
    const std::chrono::milliseconds time_;
    OperationList batch_;
    OperationList ended_;     // to be told
    bool holds_body_ = false; // there is one in the batch that may not be called again, and has done its work
    Clock::time_point now_{}; // when what was done last had been done
};

inline BatchWriter::BatchWriter(sqlite::Connection& connection, TenantFile& file, Checkpointer& log,
                                const TenantOptions& options, const WriteHazards& hazards,
                                TenantCounters& counters)
    : connection_(connection),
      file_(file),
      log_(log),
      hazards_(hazards),
      counters_(counters),
      limit_(options.batch_writes),
      time_(options.batch_time)
{}

inline BatchWriter::Turn BatchWriter::run(OperationPtr first, NextOperation next)
{
    Turn turn;
    now_ = Clock::now();
    const auto until = later(now_, time_);
    const int spills = connection_.cache_spills();
    std::size_t begun = 0;
    const auto next_if_room = [&]() -> OperationPtr {
        const bool full = ++begun >= limit_ || now_ >= until || connection_.cache_spills() != spills;
        return full ? nullptr : next();
    };
    while (first && !turn.locked) first = run_batch(std::move(first), next_if_room, turn);
    return turn;
}

inline std::size_t BatchWriter::tell()
{
    const std::size_t count = ended_.size();
    while (const OperationPtr operation = ended_.pop_front()) operation->complete(name());
    return count;
}

inline BatchWriter::OperationPtr BatchWriter::run_batch(OperationPtr operation, const NextOperation& next,
                                                        Turn& turn)
{
    if (!ended_.empty()) turn.done += tell(); // of the batch before
    if (dismissed(operation)) return next();
    auto transaction = sqlite::Transaction::begin(connection_, sqlite::Behaviour::immediate);
    if (!transaction) return not_begun(std::move(operation), std::move(transaction).error(), turn), nullptr;
    turn.had_lock = true;
    for (; operation; operation = next()) {
        if (dismissed(operation)) continue;
        // A body that may be ended half-way would take its neighbours with it, and they could not all be run again.
        const bool alone = !is_statement(operation->kind()) && operation->limits.any();
        if (alone ? !batch_.empty() : may_roll_back(*operation) && holds_body_) {
            finish(*transaction);
            return operation;
        }
        const bool again = operation->claimed;
        if (!claim(operation, turn)) continue;
        if (!again) counters_.write_wait.add(now_ - operation->queued_at);
        switch (apply(*operation)) {
        case Effect::kept:
            holds_body_ = holds_body_ || operation->kind() == OperationKind::body;
            batch_.push_back(std::move(operation));
            if (!alone) break;
            finish(*transaction);
            return next();
        case Effect::rolled_back:
            // What it has found may come of a neighbour's write that is not committed yet.
            if (batch_.empty())
                answer(std::move(operation));
            else
                batch_.push_back(std::move(operation));
            break;
        case Effect::collapsed:
            (void)transaction->rollback();
            run_again(std::move(operation), turn);
            return turn.locked ? nullptr : next();
        }
    }
    finish(*transaction);
    return nullptr;
}

inline bool BatchWriter::dismissed(OperationPtr& operation)
{
    if (operation->cancelled())
        refuse(std::move(operation), cancelled_early_error());
    else if (file_.lost())
        refuse(std::move(operation), file_.lost_error());
    else if (operation->limits.any() && operation->limits.passed(Clock::now()))
        refuse(std::move(operation), too_late_error());
    return operation == nullptr;
}

inline bool BatchWriter::claim(OperationPtr& operation, Turn& turn)
{
    if (!operation->claimed) operation->claimed = operation->claim();
    if (operation->claimed) return true;
    operation.reset();
    ++turn.done;
    return false;
}

inline void BatchWriter::not_begun(OperationPtr operation, Error error, Turn& turn)
{
    if (is_unwritable(error)) file_.cannot_write();
    if (!(error == errc::busy)) return refuse(std::move(operation), std::move(error));
    turn.unfinished.push_back(std::move(operation));
    turn.locked = std::move(error.with_tenant(name()));
}

inline BatchWriter::Effect BatchWriter::apply(Operation& operation)
{
    // The first one needs no savepoint, since nobody else's work is rolled back with it; nor does a
    // statement that takes back itself.
    const bool alone = batch_.empty();
    std::optional<sqlite::Savepoint> part;
    if (!alone && (operation.kind() != OperationKind::statement || hazards_.leaves_part)) {
        auto begun = sqlite::Savepoint::begin(connection_);
        if (!begun) {
            operation.fail_with(std::move(begun).error());
            return Effect::collapsed;
        }
        part.emplace(std::move(*begun));
    }
    const auto changes = connection_.total_changes();
    call(operation);
    if (!connection_.in_transaction()) {
        if (operation.succeeded()) operation.fail_with(sqlite::detail::lost_transaction().value());
        return Effect::collapsed;
    }
    const bool violated = connection_.deferred_violations();
    if (violated && operation.succeeded())
        operation.fail_with(
            Error(errc::constraint, "FOREIGN KEY constraint failed", SQLITE_CONSTRAINT_FOREIGNKEY));
    if (operation.succeeded()) {
        if (!part) return Effect::kept;
        auto released = part->release();
        if (released) return Effect::kept;
        operation.fail_with(std::move(released).error());
        return Effect::collapsed;
    }
    if (part)
        return part->rollback() && connection_.in_transaction() ? Effect::rolled_back : Effect::collapsed;
    // What triggers have changed counts even where it was rolled back, so this is careful.
    const bool clean =
        operation.kind() == OperationKind::statement && !violated && connection_.total_changes() == changes;
    return clean ? Effect::rolled_back : Effect::collapsed;
}

inline void BatchWriter::call(Operation& operation)
{
    // A body that goes on after its transaction was rolled back must not write outside of one.
    const sqlite::Uncommittable nothing_yet(connection_);
    bool succeeded = false;
    {
        const async::Inside inside(this);
        connection_.watch(operation.cancel_flag(), operation.limits.end_of_run());
        succeeded = operation.run(connection_);
        connection_.watch(nullptr);
        connection_.report_statements();
    }
    if (!succeeded) say_if_lost(operation);
    if (!is_statement(operation.kind())) connection_.end_statements();
    counters_.write_time.add(pass_time());
}

// What cannot be read since the files were taken away is not the disk's fault.
inline void BatchWriter::say_if_lost(Operation& operation)
{
    const Error* const error = operation.error();
    if (error != nullptr && is_unwritable(*error)) return file_.cannot_write();
    const bool unreadable = error != nullptr && (*error == errc::io_error || *error == errc::corrupt ||
                                                 *error == errc::not_a_database);
    if (unreadable && !file_.look()) operation.fail_with(file_.lost_error());
}

inline void BatchWriter::finish(sqlite::Transaction& transaction)
{
    if (batch_.empty()) return (void)transaction.rollback();
    auto done = commit(transaction);
    while (OperationPtr operation = batch_.pop_front()) {
        if (done)
            answer_if_there(std::move(operation));
        else
            refuse(std::move(operation), done.error());
    }
    holds_body_ = false;
}

// The look comes before COMMIT, so that it can be said for certain that nothing of it is kept. What happens to the files
// afterwards might as well have happened after the answer.
inline Result<void> BatchWriter::commit(sqlite::Transaction& transaction)
{
    if (!file_.glance()) {
        (void)transaction.rollback();
        return fail(file_.lost_error());
    }
    auto done = transaction.commit();
    if (!done) return done;
    counters_.commit_time.add(pass_time());
    counters_.batch_sizes.add(batch_.size());
    counters_.commits.increment();
    log_.measure();
    return done;
}

// Another thread may have found out, since it was asked before COMMIT, that the file is the tenant's no more.
inline void BatchWriter::answer_if_there(OperationPtr operation)
{
    if (file_.lost() && operation->succeeded()) return refuse(std::move(operation), file_.unknown_outcome());
    if (operation->succeeded()) counters_.writes.increment();
    answer(std::move(operation));
}

inline void BatchWriter::refuse(OperationPtr operation, Error error)
{
    operation->fail_with(std::move(error.with_tenant(name())));
    ended_.push_back(std::move(operation));
}

[[nodiscard]] inline Error batch_aborted_error()
{
    return Error(errc::batch_aborted,
                 "another write that was to be committed with this one rolled the transaction back; nothing "
                 "of this one was written, and it may be tried again (or be declared repeatable)");
}

inline void BatchWriter::run_again(OperationPtr culprit, Turn& turn)
{
    holds_body_ = false;
    const auto nothing = []() -> OperationPtr { return nullptr; };
    OperationList neighbours = std::exchange(batch_, {});
    while (OperationPtr operation = neighbours.pop_front()) {
        if (operation->kind() == OperationKind::body) {
            if (operation->succeeded()) operation->fail_with(batch_aborted_error());
            answer(std::move(operation));
        } else if (turn.locked) {
            turn.unfinished.push_back(std::move(operation));
        } else {
            (void)run_batch(std::move(operation), nothing, turn);
        }
    }
    answer(std::move(culprit));
}

} // namespace tenantry::detail
