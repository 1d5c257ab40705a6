#pragma once

#include <tenantry/tenant/detail/tenant.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <boost/asio/post.hpp>

#include <tenantry/async/detail/fork.hpp>
#include <tenantry/async/detail/inside.hpp>
#include <tenantry/async/detail/runs_here.hpp>
#include <tenantry/async/detail/threads_of.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/directory.hpp>

namespace tenantry::detail {

// --- opening and closing --------------------------------------------------------------------------------------------

TENANTRY_DECL Result<std::shared_ptr<Tenant>> Tenant::open(
    const TenantId& id, const std::filesystem::path& directory, const SchemaInfo& schema,
    const TenantOptions& options, const boost::asio::any_io_executor& executor, TimerThread& timers,
    const std::shared_ptr<ReaderBudget>& budget, const Observation& observation, TimeSource clock)
{
    return use_database(directory, migrate::current_mark(schema, options.history), options,
                        [&](OpenedDatabase opened) -> Result<std::shared_ptr<Tenant>> {
                            auto ensured = bring_up(opened, schema, options);
                            if (!ensured) return fail(std::move(ensured).error());
                            observation.begin(opened.connection, id.view());
                            return std::make_shared<Tenant>(Private(), id, directory / database_file,
                                                            std::move(opened), std::move(*ensured), schema,
                                                            options, executor, timers, budget, observation,
                                                            clock);
                        });
}

TENANTRY_DECL Tenant::Tenant(Private, const TenantId& id, const std::filesystem::path& database,
                             OpenedDatabase opened, Migrated opening, const SchemaInfo& schema,
                             const TenantOptions& options, const boost::asio::any_io_executor& executor,
                             TimerThread& timers, std::shared_ptr<ReaderBudget> budget,
                             const Observation& observation, TimeSource clock)
    : TenantPort(id, opened.state.incarnation, std::move(opening)),
      options_(options),
      observation_(observation),
      database_(id, database, opened.file, std::move(opened.connection), options_, observation_, counters_,
                readers(), std::move(budget), std::move(opened.name)),
      executor_(executor),
      context_(context_of(executor)),
      strand_(std::in_place, executor),
      schedule_(schedule_options()),
      retry_(std::in_place, timers.executor()),
      deadline_timer_(std::in_place, timers.executor()),
      runner_(database_, counters_),
      log_(database_, options_, observation_, counters_, clock),
      writer_(database_, log_, options, schema, counters_),
      maintenance_(database_, options_.profile, log_, observation_, counters_)
{
    if (is_sole())
        sole_reads_.emplace(
            database_, schedule_, mutex_,
            [this](Schedule::Actions& actions) {
                const GatePass alive(&posting_);
                post(actions, alive);
            },
            [this] { return detail::runs_here(executor_); });
    if (options_.profile.read_only) return;
    // Somebody was killed, or is at work with it.
    log_.measure();
    if (log_.bytes() != 0) log_.note(Clock::now());
}

TENANTRY_DECL Schedule::Options Tenant::schedule_options() const noexcept
{
    return {.writes = options_.queued_writes,
            .write_bytes = options_.queued_write_bytes,
            .reads = options_.queued_reads,
            .reading_turns = reads_at_work(),
            .lock_patience = options_.busy_deadline,
            .sole_owner = is_sole()};
}

TENANTRY_DECL std::size_t Tenant::readers() const noexcept
{
    constexpr std::size_t usual = 4;
    return is_sole() ? 1 : options_.readers != 0 ? options_.readers : usual;
}

// Turns of reading that may take long, at a time: one tenant does not take every thread that others need as well.
TENANTRY_DECL std::size_t Tenant::reads_at_work() const noexcept
{
    const std::size_t most = readers();
    if (options_.reads_at_work != 0) return std::min(options_.reads_at_work, most);
    const std::size_t threads = threads_of(executor_);
    if (threads == 0) return most;
    constexpr std::size_t left = 2; // for the strand, and for other tenants
    return std::min(threads > left ? threads - left : 1, most);
}

TENANTRY_DECL void Tenant::shut(errc code, std::string_view why, std::function<void()> then) noexcept
{
    std::optional<Error> error;
    try {
        error.emplace(Error(code, std::string(why)).with_tenant(id().view()));
    } catch (...) {
        error.emplace(code);
    }
    {
        const std::lock_guard lock(mutex_);
        if (!schedule_.shut(std::move(*error))) return;
        then_ = std::move(then);
    }
    if (gate_.shut()) emptied();
}

TENANTRY_DECL void Tenant::refuse_waiting(const Error& error) noexcept
{
    decide([&](Schedule::Actions& actions) { schedule_.refuse(error, actions); });
}

TENANTRY_DECL Result<void> Tenant::close()
{
    const std::lock_guard lock(closing_);
    if (!strand_) return {}; // it was closed before
    if (!posting_.shut()) posting_.wait_empty();
    strand_.reset();
    {
        const std::lock_guard waiting(mutex_);
        retry_.reset();
        deadline_timer_.reset();
        held_work_.reset();
    }
    return database_.close();
}

TENANTRY_DECL void Tenant::leave() noexcept
{
    if (gate_.leave()) emptied();
}

TENANTRY_DECL void Tenant::emptied()
{
    std::function<void()> then;
    {
        const std::lock_guard lock(mutex_);
        then = std::exchange(then_, nullptr);
    }
    if (then) then();
}

// --- operations come and are answered -------------------------------------------------------------------------------

TENANTRY_DECL void Tenant::submit_write(OperationPtr operation)
{
    if (options_.profile.read_only) return operation->refuse(only_reads_error().with_tenant(id().view()));
    if (!gate_.enter()) return operation->refuse(shut_error());
    operation->queued_at = Clock::now();
    queue_write(std::move(operation));
}

TENANTRY_DECL void Tenant::write_here(OperationPtr operation)
{
    if (options_.profile.read_only || operation->kind() == OperationKind::maintenance)
        return submit_write(std::move(operation));
    if (!gate_.enter()) return operation->refuse(shut_error());
    operation->queued_at = Clock::now();
    auto step = [this] {
        const std::lock_guard lock(mutex_);
        return schedule_.take_turn_here();
    }();
    if (step.what != Schedule::Step::What::write) return queue_write(std::move(operation));
    step.first = std::move(operation);
    turn_here(std::move(step));
}

TENANTRY_DECL void Tenant::queue_write(OperationPtr operation)
{
    const auto how =
        decide([&](Schedule::Actions& actions) { return schedule_.write_came(operation, actions); });
    if (operation) admitted(std::move(operation), how, "writes", "queued_writes, queued_write_bytes");
}

TENANTRY_DECL void Tenant::submit_read(OperationPtr operation)
{
    if (!gate_.enter()) return operation->refuse(shut_error());
    operation->queued_at = Clock::now();
    const auto how =
        decide([&](Schedule::Actions& actions) { return schedule_.read_came(operation, actions); });
    if (operation) admitted(std::move(operation), how, "reads", "queued_reads");
}

TENANTRY_DECL void Tenant::admitted(OperationPtr operation, Schedule::Admission how, std::string_view what,
                                    std::string_view options) noexcept
{
    if (how == Schedule::Admission::refused)
        refuse(std::move(operation), Operation::Stage::refused, nullptr);
    else
        turn_away(std::move(operation), what, options);
}

TENANTRY_DECL void Tenant::turn_away(OperationPtr operation, std::string_view what,
                                     std::string_view options) noexcept
{
    Error full(errc::overloaded);
    try {
        full = Error(errc::overloaded, "as many " + std::string(what) + " wait for this tenant as may (" +
                                           std::string(options) + "); try again later");
    } catch (...) { // no memory for the words
    }
    counters_.overloaded.increment();
    operation->refuse(std::move(full.with_tenant(id().view())));
    leave();
}

TENANTRY_DECL void Tenant::answer(Schedule::Actions& actions, const Error* locked) noexcept
{
    while (OperationPtr operation = actions.answer.pop_front()) {
        const auto why = operation->stage;
        refuse(std::move(operation), why, locked);
    }
}

TENANTRY_DECL void Tenant::refuse(OperationPtr operation, Operation::Stage why, const Error* locked) noexcept
{
    using Stage = Operation::Stage;
    const auto named = [&](Error error) { return std::move(error.with_tenant(id().view())); };
    switch (why) {
    case Stage::refused: operation->refuse(refusal()); break;
    case Stage::cancelled: operation->refuse(named(cancelled_early_error())); break;
    case Stage::late: operation->refuse(named(too_late_error())); break;
    case Stage::lock_held: operation->refuse(locked != nullptr ? *locked : named(Error(errc::busy))); break;
    case Stage::not_taken:
    case Stage::waiting:
    case Stage::claimed:
        operation->refuse(named(Error(
            errc::overloaded, "the fleet's executor has not taken what was to do this; nothing was done")));
        break;
    }
    operation.reset();
    leave();
}

TENANTRY_DECL Error Tenant::shut_error()
{
    if (gate_.is_forked()) return std::move(forked_error().with_tenant(id().view()));
    const std::lock_guard lock(mutex_);
    return schedule_.shut_error().value_or(Error(errc::tenant_gone));
}

TENANTRY_DECL Error Tenant::refusal()
{
    const std::lock_guard lock(mutex_);
    return schedule_.refusal().value_or(Error(errc::tenant_gone));
}

TENANTRY_DECL Result<const void*> Tenant::may_wait()
{
    const GatePass alive(&posting_);
    const void* const holder = is_sole() ? static_cast<const void*>(this) : &database_.writer();
    if (alive && Inside::of(holder))
        return fail(Error(errc::wrong_thread,
                          "write() inside of a reading of the same tenant, which has the connection "
                          "that it would wait for: make it afterwards")
                        .with_tenant(id().view()));
    if (!alive || !detail::runs_here(executor_)) return holder;
    return fail(Error(errc::wrong_thread,
                      "write() in a thread of the fleet's own pool, which it would wait for: "
                      "use async_write there, and the body's tx in a transaction")
                    .with_tenant(id().view()));
}

// --- the fleet looks after it ---------------------------------------------------------------------------------------

TENANTRY_DECL bool Tenant::is_there()
{
    if (!gate_.enter()) return !lost();
    const bool there = database_.file().verify_cached() || !lost();
    leave();
    return there;
}

TENANTRY_DECL void Tenant::upkeep()
{
    if (log_.is_old()) begin_chores({.checkpoint = true});
}

TENANTRY_DECL bool Tenant::look_after(const UpkeepOptions& upkeep, std::function<void()> ended)
{
    OperationPtr operation =
        std::make_unique<QuietUpkeep>(upkeep, schedule_.background_interrupted(), std::move(ended));
    if (!gate_.enter()) return false;
    const bool begun =
        decide([&](Schedule::Actions& actions) { return schedule_.background_came(operation, actions); });
    if (!begun) leave();
    return begun;
}

TENANTRY_DECL TenantStats Tenant::stats()
{
    if (gate_.is_forked()) return {};
    TenantStats stats = counters_.stats();
    database_.count_readers(stats);
    const std::lock_guard lock(mutex_);
    if (is_sole()) {
        stats.readers = 1;
        stats.readers_in_use = schedule_.is_lent() ? 1 : 0;
    }
    stats.queued_writes = schedule_.writes().size();
    stats.queued_write_bytes = schedule_.writes().bytes();
    stats.queued_reads = schedule_.reads().size();
    return stats;
}

// --- what the schedule says -----------------------------------------------------------------------------------------

TENANTRY_DECL Tenant::Decision::~Decision()
{
    tenant_.set_timers(actions);
    lock_.unlock();
    tenant_.post(actions, *alive_);
    alive_.reset();
    // An operation that is still to be answered keeps the tenant open. Where there is none, the tenant may be destroyed by now.
    if (!actions.answer.empty()) tenant_.answer(actions, locked_);
}

TENANTRY_DECL Tenant::Later::~Later()
{
    if (tenant_ && lost_ != nullptr) (tenant_.get()->*lost_)();
}

TENANTRY_DECL void Tenant::Later::operator()()
{
    const auto tenant = std::move(tenant_);
    (tenant.get()->*doing_)();
}

TENANTRY_DECL void Tenant::set_timers(Schedule::Actions& actions) noexcept
{
    if (actions.wake_threads && sole_reads_) sole_reads_->wake();
    if (actions.try_again_after) try_again_after(*actions.try_again_after, actions);
    if (actions.wake_at) wake_at(*actions.wake_at);
    if (actions.work == Schedule::Actions::Work::release) held_work_.reset();
    if (actions.work == Schedule::Actions::Work::hold && deadline_timer_ && !held_work_) try {
            held_work_.emplace(at_work(executor_));
        } catch (...) { // the callers' own executors are at work
        }
}

// For an operation whose turn was posted, too: the pool may be busy for long. An operation that has set the timer leaves it set when its
// turn has come, since setting it costs a system call now and then: deadlines that lie equally far ahead set it once in that
// time, however many operations there are.
TENANTRY_DECL void Tenant::wake_at(Clock::time_point deadline) noexcept
{
    if (!deadline_timer_) return;
    try {
        deadline_timer_->expires_at(deadline);
        deadline_timer_->async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!error && self) static_cast<Tenant&>(*self).deadline_came();
        });
    } catch (...) { // without memory for that it is looked at when its turn comes
        schedule_.timer_not_set();
    }
}

// The strand stays free meanwhile: a timer begins the next turn.
TENANTRY_DECL void Tenant::try_again_after(Clock::duration time, Schedule::Actions& actions) noexcept
{
    if (!retry_) return;
    try {
        retry_->expires_after(time);
        retry_->async_wait([self = shared_self(), on = at_work(executor_)](boost::system::error_code error) {
            if (!error) self->wait_is_over(Schedule::Wait::lock);
        });
    } catch (...) { // nobody is kept waiting for a timer that there is not
        schedule_.not_tried_again(actions);
    }
}

// What the executor does not take is lost, and has seen to that.
TENANTRY_DECL void Tenant::post(const Schedule::Actions& actions, const GatePass& alive) noexcept
{
    if (!alive) return; // nobody waits any more
    if (actions.post_turn) try {
            strand_->post(later(&Tenant::turn, &Tenant::turn_lost));
        } catch (...) { // as above
        }
    if (actions.post_reading_turn) post_reading_turn();
}

// On the pool, or on the strand where there is one connection alone.
TENANTRY_DECL void Tenant::post_reading_turn() noexcept
{
    const GatePass alive(&posting_);
    if (!alive) return;
    try {
        Later turn = later(&Tenant::reading_turn, &Tenant::reading_turn_lost);
        if (is_sole())
            strand_->post(std::move(turn));
        else
            boost::asio::post(executor_, std::move(turn));
    } catch (...) { // as above
    }
}

// --- what the schedule is told --------------------------------------------------------------------------------------

TENANTRY_DECL void Tenant::wake(boost::asio::cancellation_type) noexcept
{
    // A caller may cancel what was answered already, and with it the executor's life may have ended.
    const GatePass alive(&posting_);
    try {
        if (alive) boost::asio::post(executor_, later(&Tenant::sweep_cancelled));
    } catch (...) { // what was cancelled is found so when its turn comes
    }
}

TENANTRY_DECL void Tenant::sweep_cancelled()
{
    decide([this](Schedule::Actions& actions) { schedule_.cancelled(actions); });
}

TENANTRY_DECL void Tenant::deadline_came()
{
    decide([this](Schedule::Actions& actions) { schedule_.deadline_came(Clock::now(), actions); });
}

TENANTRY_DECL void Tenant::wait_is_over(Schedule::Wait wait)
{
    decide([&](Schedule::Actions& actions) { schedule_.wait_is_over(wait, actions); });
}

TENANTRY_DECL void Tenant::turn_lost() noexcept
{
    decide([this](Schedule::Actions& actions) { schedule_.turn_lost(Clock::now(), actions); });
}

TENANTRY_DECL void Tenant::reading_turn_lost() noexcept
{
    decide([this](Schedule::Actions& actions) { schedule_.reading_turn_lost(Clock::now(), actions); });
}

TENANTRY_DECL void Tenant::begin_chores(Schedule::Chores chores)
{
    decide([&](Schedule::Actions& actions) { return schedule_.chores_came(chores, actions); });
}

// --- the strand's turn ----------------------------------------------------------------------------------------------

// Works off some of what waits, then goes to the back of the pool, so that others get their turn.
TENANTRY_DECL void Tenant::turn()
{
    const Inside inside(context_);
    Clock::duration left = ReadRunner::loan;
    for (std::size_t done = 0;;) {
        ReadBatch reads;
        auto step = decide([&](Schedule::Actions& actions) {
            return schedule_.turn_begun(reads, done < ReadBatch::most, sole_now(), actions);
        });
        if (step.what == Schedule::Step::What::end) return;
        if (step.what == Schedule::Step::What::write) {
            const Inside writing(&schedule_);
            Outcome outcome;
            if (step.first) write(step, outcome);
            do_chores(step.chores);
            return end_turn(std::move(outcome));
        }
        done += reads.count;
        const bool there = runner_.run_together(reads, lend_to_turn(), left);
        if (!reads.all_done()) done = ReadBatch::most; // they have had their time
        answer_reads(reads, there);
    }
}

// In the calling thread, which writes an operation of its own and nobody else's. While it does it counts as a thread of the
// pool: a body must not wait for another one. Checkpoints, and whatever has to wait, are left to the pool.
TENANTRY_DECL void Tenant::turn_here(Schedule::Step step)
{
    const Inside of_pool(context_);
    const Inside inside(&schedule_);
    Outcome outcome;
    Schedule::Chores due;
    if (log_.room() != Checkpointer::Room::enough) {
        outcome.written.unfinished.push_back(std::move(step.first));
    } else {
        if (step.shares_lock) outcome.written.begun = Clock::now();
        take(writer_.run(std::move(step.first), [] { return OperationPtr(); }), outcome);
        due.checkpoint = !outcome.locked && log_.is_due(writer_.now());
    }
    end_turn(std::move(outcome), due);
}

TENANTRY_DECL void Tenant::write(Schedule::Step& step, Outcome& outcome)
{
    const auto room = log_.room();
    if (room == Checkpointer::Room::none) {
        outcome.written.wait = Schedule::Wait::log;
        outcome.written.unfinished.push_back(std::move(step.first));
        return;
    }
    if (room == Checkpointer::Room::little) (void)tend_log(false, Clock::now());
    if (step.first->kind() == OperationKind::maintenance) return maintain(std::move(step.first), outcome);
    const bool full = room == Checkpointer::Room::little && log_.is_full();
    if (step.shares_lock) outcome.written.begun = Clock::now();
    if (full) {
        step.first->refuse(log_.full_error());
        step.first.reset();
        ++outcome.done;
    } else {
        take(writer_.run(std::move(step.first), [this] { return next_write(); }), outcome);
    }
    if (!outcome.locked) outcome.done += tend_log(!schedule_.has_writes(), writer_.now());
}

TENANTRY_DECL Tenant::OperationPtr Tenant::next_write()
{
    if (!schedule_.has_writes()) return nullptr;
    Schedule::Actions actions;
    const std::lock_guard lock(mutex_);
    OperationPtr operation = schedule_.next_write(actions);
    set_timers(actions);
    return operation;
}

TENANTRY_DECL void Tenant::take(BatchWriter::Turn turn, Outcome& outcome)
{
    database_.used(writer_.now());
    outcome.done += turn.done;
    outcome.written.had_lock = turn.had_lock;
    if (!turn.locked) return;
    log_.note(writer_.now());
    outcome.written.wait = Schedule::Wait::lock;
    outcome.written.unfinished = std::move(turn.unfinished);
    outcome.locked = std::move(turn.locked);
}

// Upkeep of the database: the tenant's own writes wait for the strand meanwhile.
TENANTRY_DECL void Tenant::maintain(OperationPtr operation, Outcome& outcome)
{
    auto run = maintenance_.run(std::move(operation));
    outcome.written.had_lock = run.had_lock;
    if (run.unfinished)
        outcome.written.unfinished.push_back(std::move(run.unfinished));
    else
        ++outcome.done;
    if (run.locked) {
        outcome.written.wait = Schedule::Wait::lock;
        outcome.locked = std::move(run.locked);
    } else {
        outcome.written.is_last = true; // behind those that have waited meanwhile
        (void)tend_log(!schedule_.has_writes(), Clock::now());
    }
}

// `due` is left to another turn. The connection is free, and all is counted, before anybody is answered.
TENANTRY_DECL void Tenant::end_turn(Outcome outcome, Schedule::Chores due)
{
    const auto now = outcome.written.wait || is_sole() ? Clock::now() : writer_.now();
    OperationList ended = writer_.take_ended();
    decide(
        [&](Schedule::Actions& actions) {
            schedule_.turn_ended(std::move(outcome.written), now, actions);
            if (due.any()) (void)schedule_.chores_came(due, actions);
        },
        outcome.locked ? &*outcome.locked : nullptr);
    outcome.done += ended.size();
    while (const OperationPtr operation = ended.pop_front()) operation->complete(id().view());
    // Last: once the last operation has left the gate another thread may close the tenant.
    for (; outcome.done != 0; --outcome.done) leave();
}

TENANTRY_DECL void Tenant::do_chores(Schedule::Chores chores)
{
    if (!chores.any() || !gate_.enter()) return; // or it is about to be closed
    if (chores.checkpoint) (void)tend_log(!schedule_.has_writes(), Clock::now());
    if (chores.trim) {
        database_.close_readers();
        database_.release_memory();
    }
    leave();
}

// --- the write-ahead log --------------------------------------------------------------------------------------------

// Between batches. No caller waits for an answer while the log is written back here. Returned is how many were answered.
TENANTRY_DECL std::size_t Tenant::tend_log(bool idle, Clock::time_point now)
{
    std::size_t answered = 0;
    if (log_.checkpoint_if_due(idle, now, [&] { answered = writer_.answer_ended(); })) {
        try {
            boost::asio::post(executor_, later(&Tenant::write_log_back, &Tenant::write_back_lost));
        } catch (...) { // it was lost, and has seen to that
        }
    }
    return answered;
}

// On the pool. Writes go on meanwhile.
TENANTRY_DECL void Tenant::write_log_back()
{
    const bool entered = gate_.enter(); // else the tenant is about to be closed, which does the same
    const bool awaited = entered ? log_.write_back() : log_.give_up();
    if (awaited) wait_is_over(Schedule::Wait::log);
    if (entered) leave();
}

TENANTRY_DECL void Tenant::write_back_lost() noexcept
{
    if (log_.give_up()) wait_is_over(Schedule::Wait::log);
}

// --- reading --------------------------------------------------------------------------------------------------------

// On the pool, or on the strand where there is one connection alone.
TENANTRY_DECL void Tenant::reading_turn()
{
    const Inside inside(context_);
    for (std::size_t done = 0; done < ReadBatch::most;) {
        ReadBatch reads;
        const bool some = decide(
            [&](Schedule::Actions& actions) { return schedule_.next_reads(reads, sole_now(), actions); });
        if (!some) return;
        done += reads.count;
        if (reads.with_writer ? !read_together(reads) : !read_alone(reads)) return;
    }
    post_reading_turn();
}

// With the writer's connection. False: the turn is over.
TENANTRY_DECL bool Tenant::read_together(ReadBatch& reads)
{
    Clock::duration left = ReadRunner::loan;
    const bool there = runner_.run_together(reads, lend_to_turn(), left);
    const bool goes_on = end_reads(reads);
    answer_reads(reads, there);
    return goes_on;
}

// With a reader. False: the turn is over.
TENANTRY_DECL bool Tenant::read_alone(ReadBatch& reads)
{
    auto reader = is_sole() ? lend_to_turn() : database_.try_reader();
    if (reader && !*reader) {
        // All are lent to synchronous reads: the first that comes back starts a turn.
        decide([&](Schedule::Actions& actions) { schedule_.no_reader(reads, actions); });
        if (database_.has_reader()) reader_came_back(); // it came back meanwhile, and saw no operation
        return false;
    }
    OperationPtr& operation = reads.operations[0];
    bool there = true;
    if (reader)
        there = runner_.run_alone(operation, std::move(*reader));
    else
        operation->fail_with(std::move(reader).error());
    reads.done = 1;
    const bool goes_on = end_reads(reads);
    answer_reads(reads, there);
    return goes_on;
}

TENANTRY_DECL bool Tenant::end_reads(const ReadBatch& reads)
{
    return decide(
        [&](Schedule::Actions& actions) { return schedule_.reads_ended(reads, sole_now(), actions); });
}

// Those that the writer's connection was not lent long enough for wait on.
TENANTRY_DECL void Tenant::answer_reads(ReadBatch& reads, bool there)
{
    for (std::size_t n = 0; n < reads.done; ++n) {
        OperationPtr operation = std::move(reads.operations[n]);
        if (operation && there)
            operation->complete(id().view());
        else if (operation)
            operation->refuse(database_.file().lost_error());
        operation.reset();
        leave();
    }
    if (!reads.all_done())
        decide([&](Schedule::Actions& actions) { schedule_.reads_unfinished(reads, actions); });
}

TENANTRY_DECL Result<void> Tenant::read_here(ReaderTask task, const Limits& limits)
{
    if (writer_.runs_here())
        return fail(Error(errc::wrong_thread,
                          "read() inside a transaction body of the same tenant: use the body's tx")
                        .with_tenant(id().view()));
    if (!gate_.enter()) return fail(shut_error());
    const Inside inside(this, Awaited::yes);
    auto done = read_inside(task, limits);
    leave();
    if (!done) done.error().with_tenant(id().view());
    return done;
}

TENANTRY_DECL Result<void> Tenant::read_inside(ReaderTask task, const Limits& limits)
{
    if (limits.any() && limits.passed(Clock::now())) return fail(too_late_error());
    if (is_sole()) schedule_.interrupt_background(); // reads need the connection that it has
    if (task.calls == ReaderTask::Calls::again)
        if (ReadLease writer = try_borrow_writer())
            if (auto read = runner_.run_brief_task(task, limits, std::move(writer))) return *std::move(read);
    auto reader = reader_of_thread(ReadRunner::patience_of(limits, options_.read_wait));
    auto done = reader ? runner_.run_task(task, limits, std::move(*reader)) : fail(std::move(reader).error());
    if (schedule_.has_reads()) reader_came_back(); // it may be this reader that one of them waits for
    return done;
}

TENANTRY_DECL void Tenant::reader_came_back()
{
    decide([this](Schedule::Actions& actions) { schedule_.reader_came_back(actions); });
}

TENANTRY_DECL void Tenant::writer_came_back() noexcept
{
    if (schedule_.writer_use().give_back()) wait_is_over(Schedule::Wait::reader);
}

} // namespace tenantry::detail
