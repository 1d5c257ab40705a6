#pragma once

#include <tenantry/tenant/detail/schedule.hpp>

#include <algorithm>

namespace tenantry::detail {

// --- operations come and go -----------------------------------------------------------------------------------------

TENANTRY_DECL Schedule::Admission Schedule::write_came(OperationPtr& operation, Actions& actions) noexcept
{
    if (refusal_) return Admission::refused;
    if (!writes_.has_room_for(operation->bytes)) return Admission::full;
    const auto deadline = operation->limits.deadline;
    writes_.push(std::move(operation));
    interrupt_background();
    bool posted = false;
    if (writing_ == Writing::none) {
        writing_ = Writing::due;
        posted = post_turn(actions);
    }
    posted ? wake_at(deadline, actions) : wait_until(deadline, actions);
    settle(actions);
    return Admission::waits;
}

TENANTRY_DECL Schedule::Admission Schedule::read_came(OperationPtr& operation, Actions& actions) noexcept
{
    if (refusal_) return Admission::refused;
    if (reads_.full()) return Admission::full;
    const auto deadline = operation->limits.deadline;
    const bool first = !sole_ && is_brief(*operation) && strand_ != Strand::writing && looking_ == 0;
    reads_.push(std::move(operation));
    if (sole_) interrupt_background(); // reads need the connection that it has
    const bool posted = first ? post_turn(actions) : want_reading(actions);
    posted ? wake_at(deadline, actions) : wait_until(deadline, actions);
    settle(actions);
    return Admission::waits;
}

TENANTRY_DECL bool Schedule::background_came(OperationPtr& operation, Actions& actions) noexcept
{
    if (refusal_ || shut_error_ || writing_ != Writing::none || !writes_.empty()) return false;
    interrupted_.store(false, std::memory_order_relaxed);
    writes_.push(std::move(operation));
    writing_ = Writing::due;
    (void)post_turn(actions);
    settle(actions);
    return true;
}

TENANTRY_DECL bool Schedule::chores_came(Chores chores, Actions& actions) noexcept
{
    const bool batch_comes = writing_ == Writing::due; // and looks after the log itself
    const bool trims = chores.trim && !chores_.trim;
    const bool checkpoints = chores.checkpoint && !chores_.checkpoint && !batch_comes;
    if (!trims && !checkpoints) return false;
    chores_.trim = chores_.trim || trims;
    chores_.checkpoint = chores_.checkpoint || checkpoints;
    (void)post_turn(actions);
    return true;
}

TENANTRY_DECL void Schedule::cancelled(Actions& actions) noexcept
{
    end_all(writes_.take_cancelled(), Operation::Stage::cancelled, actions);
    end_all(reads_.take_cancelled(), Operation::Stage::cancelled, actions);
    settle(actions);
}

TENANTRY_DECL void Schedule::deadline_came(TimePoint now, Actions& actions) noexcept
{
    timer_set_.reset();
    end_all(writes_.take_late(now), Operation::Stage::late, actions);
    end_all(reads_.take_late(now), Operation::Stage::late, actions);
    wake_at(writes_.next_deadline(), actions);
    wake_at(reads_.next_deadline(), actions);
    settle(actions);
}

TENANTRY_DECL bool Schedule::shut(Error why) noexcept
{
    if (shut_error_) return false;
    shut_error_.emplace(std::move(why));
    interrupt_background();
    return true;
}

TENANTRY_DECL void Schedule::refuse(const Error& why, Actions& actions) noexcept
{
    refusal_ = why;
    end_all(writes_.take_all(), Operation::Stage::refused, actions);
    end_all(reads_.take_all(), Operation::Stage::refused, actions);
    settle(actions);
}

TENANTRY_DECL void Schedule::put_back(OperationQueue& queue, OperationList operations, bool is_last,
                                      Actions& actions) noexcept
{
    if (refusal_) return end_all(std::move(operations), Operation::Stage::refused, actions);
    end_all(operations.take_if([](const Operation& operation) { return operation.cancelled(); }),
            Operation::Stage::cancelled, actions);
    for (const auto& operation : operations) wait_until(operation->limits.deadline, actions);
    if (!is_last) return queue.put_back(std::move(operations));
    while (OperationPtr operation = operations.pop_front()) queue.push(std::move(operation));
}

// --- the strand's turn ----------------------------------------------------------------------------------------------

TENANTRY_DECL Schedule::Step Schedule::turn_begun(ReadBatch& reads, bool may_read, TimePoint now,
                                                  Actions& actions) noexcept
{
    strand_ = Strand::reading;
    Step step;
    if (may_read && !sole_) take_brief(reads);
    if (reads.count != 0)
        step.what = Step::What::read;
    else
        step = begin_writing(now, actions);
    if (step.what != Step::What::read)
        (void)want_reading(actions); // what is still to be read is read beside that
    settle(actions);
    return step;
}

TENANTRY_DECL Schedule::Step Schedule::begin_writing(TimePoint now, Actions& actions) noexcept
{
    Step step;
    if (writing_ == Writing::due && writes_.empty()) {
        writing_ = Writing::none;
        forgo_writer(now, actions);
    }
    bool has_writer = false;
    if (writing_ == Writing::due) {
        has_writer = take_writer();
        if (!has_writer) {
            writing_ = Writing::waits_for_reader;
            wait_until(writes_.next_deadline(), actions);
        }
    } else if (chores_.any()) {
        has_writer = take_idle_writer();
    }
    if (!has_writer) {
        strand_ = Strand::idle;
        chores_ = {}; // not worth waiting for
        return step;
    }
    strand_ = Strand::writing;
    log_came_ = false;
    step.what = Step::What::write;
    step.chores = std::exchange(chores_, {});
    step.shares_lock = shared_lock_.is_shared();
    if (writing_ == Writing::due) step.first = writes_.pop();
    return step;
}

TENANTRY_DECL void Schedule::take_brief(ReadBatch& reads) noexcept
{
    const Operation* next = reads_.next();
    if (next == nullptr || !is_brief(*next) || !writer_.try_borrow()) return;
    reads.with_writer = true;
    do {
        reads.add(reads_.pop());
        next = reads_.next();
    } while (reads.count < ReadBatch::most && next != nullptr && is_brief(*next));
}

TENANTRY_DECL Schedule::OperationPtr Schedule::next_write(Actions& actions) noexcept
{
    const Operation* const next = writes_.next();
    if (next == nullptr || next->kind() == OperationKind::maintenance) return nullptr;
    OperationPtr operation = writes_.pop();
    settle(actions);
    return operation;
}

TENANTRY_DECL void Schedule::turn_ended(Written written, TimePoint now, Actions& actions) noexcept
{
    strand_ = Strand::idle;
    if (written.had_lock && std::exchange(met_lock_, false)) writes_.lock_was_had();
    put_back(writes_, std::move(written.unfinished), written.is_last, actions);
    if (written.wait == Wait::lock) {
        met_lock_ = true;
        writing_ = Writing::waits_for_lock;
        actions.try_again_after = shared_lock_.refused(now);
        end_all(writes_.wait_for_lock(now, lock_patience_), Operation::Stage::lock_held, actions);
    } else if (written.wait == Wait::log && !log_came_) {
        writing_ = Writing::waits_for_log;
    } else if (writing_ == Writing::due) {
        if (shared_lock_.is_shared() && written.had_lock && written.begun != TimePoint()) {
            const auto pause = shared_lock_.had(written.begun, now);
            if (pause != pause.zero()) {
                writing_ = Writing::waits_for_lock;
                actions.try_again_after = pause;
            }
        }
        if (writing_ == Writing::due && writes_.empty()) writing_ = Writing::none;
    }
    if (sole_)
        let_go(now, actions);
    else
        writer_.release();
    if (writing_ == Writing::due || chores_.any())
        (void)post_turn(actions);
    else if (writing_ != Writing::none)
        wait_until(writes_.next_deadline(), actions);
    settle(actions);
}

TENANTRY_DECL void Schedule::wait_is_over(Wait wait, Actions& actions) noexcept
{
    if (wait == Wait::log && strand_ == Strand::writing) log_came_ = true;
    if (writing_ != waiting_for(wait)) {
        if (wait == Wait::reader) writer_.forgo(); // the turn that waited for it is gone
        return;
    }
    writing_ = writes_.empty() ? Writing::none : Writing::due;
    if (writing_ == Writing::due)
        (void)post_turn(actions);
    else if (wait == Wait::reader)
        writer_.forgo();
}

TENANTRY_DECL void Schedule::turn_lost(TimePoint now, Actions& actions) noexcept
{
    strand_ = Strand::idle;
    writing_ = Writing::none;
    chores_ = {};
    end_all(writes_.take_all(), Operation::Stage::not_taken, actions);
    end_all(reads_.take_all(), Operation::Stage::not_taken, actions);
    forgo_writer(now, actions);
    settle(actions);
}

TENANTRY_DECL void Schedule::not_tried_again(Actions& actions) noexcept
{
    if (writing_ != Writing::waits_for_lock) return;
    if (!met_lock_)
        return wait_is_over(Wait::lock, actions); // it was left alone for a while, and need not be
    writing_ = Writing::none;
    end_all(writes_.take_all(), Operation::Stage::not_taken, actions);
    settle(actions);
}

TENANTRY_DECL Schedule::Step Schedule::take_turn_here() noexcept
{
    Step step;
    if (refusal_ || strand_ != Strand::idle || writing_ != Writing::none || !writes_.empty()) return step;
    if (!take_idle_writer()) return step;
    interrupt_background();
    strand_ = Strand::writing;
    writing_ = Writing::due;
    log_came_ = false;
    step.what = Step::What::write;
    step.shares_lock = shared_lock_.is_shared();
    return step;
}

// --- turns of reading -----------------------------------------------------------------------------------------------

TENANTRY_DECL bool Schedule::next_reads(ReadBatch& reads, TimePoint now, Actions& actions) noexcept
{
    if (reads_.empty()) {
        end_reading(false);
        forgo_reading(now, actions);
        return false;
    }
    if (sole_) {
        reading_sent_away_ = !take_turn(Holder::reading_turn, owed_reading_);
        if (reading_sent_away_) return end_reading(false), false;
    } else {
        take_brief(reads);
    }
    if (reads.count == 0) {
        reads.add(reads_.pop());
        --looking_; // somebody else has to look for what comes while it is read
        (void)want_reading(actions);
    }
    settle(actions);
    return true;
}

TENANTRY_DECL bool Schedule::reads_ended(const ReadBatch& reads, TimePoint now, Actions& actions) noexcept
{
    const bool was_alone = !reads.with_writer;
    if (sole_) let_go(now, actions);
    if (!reads_.empty() || !reads.all_done()) {
        if (was_alone) ++looking_;
        return true;
    }
    end_reading(was_alone);
    return false;
}

TENANTRY_DECL void Schedule::reads_unfinished(ReadBatch& reads, Actions& actions) noexcept
{
    OperationList unfinished;
    for (std::size_t n = reads.done; n < reads.count; ++n)
        unfinished.push_back(std::move(reads.operations[n]));
    put_back(reads_, std::move(unfinished), false, actions);
    settle(actions);
}

TENANTRY_DECL void Schedule::no_reader(ReadBatch& reads, Actions& actions) noexcept
{
    reads_unfinished(reads, actions);
    end_reading(true);
}

TENANTRY_DECL void Schedule::reading_turn_lost(TimePoint now, Actions& actions) noexcept
{
    end_reading(false);
    end_all(reads_.take_all(), Operation::Stage::not_taken, actions);
    forgo_reading(now, actions);
    settle(actions);
}

// --- the connection of a sole owner ---------------------------------------------------------------------------------

TENANTRY_DECL bool Schedule::begin_thread_read() noexcept
{
    if (holder_ == Holder::nobody && !is_owed() && threads_first_ == 0) {
        holder_ = Holder::thread;
        return true;
    }
    ++threads_waiting_;
    return false;
}

TENANTRY_DECL bool Schedule::retry_thread_read(bool of_pool, TimePoint now) noexcept
{
    if (!thread_may_read(of_pool, now)) return false;
    holder_ = Holder::thread;
    --threads_waiting_;
    if (threads_first_ != 0) --threads_first_;
    return true;
}

TENANTRY_DECL Schedule::TimePoint Schedule::thread_looks_at(bool of_pool, TimePoint at_last) const noexcept
{
    const bool lets_turn_go_first = of_pool && holder_ == Holder::nobody && is_owed();
    return lets_turn_go_first ? std::min(at_last, owed_since_ + head_start) : at_last;
}

TENANTRY_DECL void Schedule::thread_gives_up(TimePoint now, Actions& actions) noexcept
{
    --threads_waiting_;
    threads_first_ = std::min(threads_first_, threads_waiting_);
    hand_on(now, actions);
}

TENANTRY_DECL void Schedule::let_go(TimePoint now, Actions& actions) noexcept
{
    const bool was_turn = holder_ != Holder::thread;
    holder_ = Holder::nobody;
    if (was_turn && !is_owed()) threads_first_ = threads_waiting_;
    hand_on(now, actions);
}

// It is free: the turns that were sent away are next, unless threads are.
TENANTRY_DECL void Schedule::hand_on(TimePoint now, Actions& actions) noexcept
{
    if (holder_ != Holder::nobody) return;
    if (threads_first_ == 0) {
        if (writing_ == Writing::waits_for_reader) {
            writing_ = writes_.empty() ? Writing::none : Writing::due;
            owed_writing_ = writing_ == Writing::due;
            if (owed_writing_) (void)post_turn(actions);
            if (owed_writing_) owed_since_ = now;
        }
        if (std::exchange(reading_sent_away_, false)) {
            owed_reading_ = owed_reading_ || want_reading(actions);
            if (owed_reading_) owed_since_ = now;
        }
    }
    if (threads_waiting_ != 0) actions.wake_threads = true;
}

} // namespace tenantry::detail
