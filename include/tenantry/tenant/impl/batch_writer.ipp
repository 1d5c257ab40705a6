#pragma once

#include <tenantry/tenant/detail/batch_writer.hpp>

#include <sqlite3.h>

#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/sqlite/detail/uncommittable.hpp>

namespace tenantry::detail {

TENANTRY_DECL BatchWriter::Clock::duration BatchWriter::pass_time() noexcept
{
    const auto before = std::exchange(now_, Clock::now());
    return now_ - before;
}

TENANTRY_DECL BatchWriter::Turn BatchWriter::run(OperationPtr first, NextOperation next)
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

TENANTRY_DECL std::size_t BatchWriter::answer_ended()
{
    const std::size_t count = ended_.size();
    while (const OperationPtr operation = ended_.pop_front()) operation->complete(name());
    return count;
}

TENANTRY_DECL BatchWriter::OperationPtr BatchWriter::run_batch(OperationPtr operation,
                                                               const NextOperation& next, Turn& turn)
{
    if (!ended_.empty()) turn.done += answer_ended(); // of the batch before
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
        const bool again = operation->is_claimed();
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

TENANTRY_DECL bool BatchWriter::dismissed(OperationPtr& operation)
{
    if (operation->cancelled())
        refuse(std::move(operation), cancelled_early_error());
    else if (file_.lost())
        refuse(std::move(operation), file_.lost_error());
    else if (operation->limits.any() && operation->limits.passed(Clock::now()))
        refuse(std::move(operation), too_late_error());
    return operation == nullptr;
}

TENANTRY_DECL bool BatchWriter::claim(OperationPtr& operation, Turn& turn)
{
    if (operation->claim_once()) return true;
    operation.reset();
    ++turn.done;
    return false;
}

TENANTRY_DECL void BatchWriter::not_begun(OperationPtr operation, Error error, Turn& turn)
{
    if (is_unwritable(error)) file_.cannot_write();
    if (!(error == errc::busy)) return refuse(std::move(operation), std::move(error));
    turn.unfinished.push_back(std::move(operation));
    turn.locked = std::move(error.with_tenant(name()));
}

TENANTRY_DECL BatchWriter::Effect BatchWriter::apply(Operation& operation)
{
    // The first one needs no savepoint, since nobody else's work is rolled back with it; nor does a
    // statement that rolls back itself.
    const bool alone = batch_.empty();
    std::optional<sqlite::Savepoint> part;
    if (!alone && (operation.kind() != OperationKind::statement || failures_leave_part_)) {
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
        if (operation.succeeded()) operation.fail_with(lost_transaction().value());
        return Effect::collapsed;
    }
    const bool violated = connection_.deferred_violations();
    if (violated && operation.succeeded()) operation.fail_with(connection_.deferred_violation());
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

TENANTRY_DECL void BatchWriter::call(Operation& operation)
{
    // A body that goes on after its transaction was rolled back must not write outside of one.
    const sqlite::Uncommittable nothing_yet(connection_);
    bool succeeded = false;
    {
        const Inside inside(this);
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
TENANTRY_DECL void BatchWriter::say_if_lost(Operation& operation)
{
    const Error* const error = operation.error();
    if (error != nullptr && is_unwritable(*error)) return file_.cannot_write();
    const bool unreadable = error != nullptr && (*error == errc::io_error || *error == errc::corrupt ||
                                                 *error == errc::not_a_database);
    if (unreadable && !file_.verify()) operation.fail_with(file_.lost_error());
}

TENANTRY_DECL void BatchWriter::finish(sqlite::Transaction& transaction)
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

// The file is verified before COMMIT, so that it can be said for certain that nothing of it is kept. What happens to the files
// afterwards might as well have happened after the answer.
TENANTRY_DECL Result<void> BatchWriter::commit(sqlite::Transaction& transaction)
{
    if (!file_.verify_cached()) {
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
TENANTRY_DECL void BatchWriter::answer_if_there(OperationPtr operation)
{
    if (file_.lost() && operation->succeeded()) return refuse(std::move(operation), file_.unknown_outcome());
    if (operation->succeeded()) counters_.writes.increment();
    answer(std::move(operation));
}

TENANTRY_DECL void BatchWriter::refuse(OperationPtr operation, Error error)
{
    operation->fail_with(std::move(error.with_tenant(name())));
    ended_.push_back(std::move(operation));
}

TENANTRY_DECL Error batch_aborted_error()
{
    return Error(errc::batch_aborted,
                 "another write that was to be committed with this one rolled the transaction back; nothing "
                 "of this one was written, and it may be tried again (or be declared repeatable)");
}

TENANTRY_DECL void BatchWriter::run_again(OperationPtr culprit, Turn& turn)
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

namespace tenantry::detail {

TENANTRY_DECL BatchWriter::BatchWriter(TenantDatabase& database, Checkpointer& log,
                                       const TenantOptions& options, const SchemaInfo& schema,
                                       TenantCounters& counters)
    : connection_(database.writer()),
      file_(database.file()),
      log_(log),
      failures_leave_part_(schema.failures_leave_part),
      triggers_roll_back_(schema.triggers_roll_back),
      counters_(counters),
      limit_(options.batch_writes),
      time_(options.batch_time)
{}

} // namespace tenantry::detail
