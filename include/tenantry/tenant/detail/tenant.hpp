// One open tenant: its connections, the strand its writes run on, and what waits for them.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <tenantry/async/detail/cancellation.hpp>
#include <tenantry/async/detail/fork.hpp>
#include <tenantry/async/detail/gate.hpp>
#include <tenantry/async/detail/inside.hpp>
#include <tenantry/async/detail/runs_here.hpp>
#include <tenantry/async/detail/strand.hpp>
#include <tenantry/async/detail/threads_of.hpp>
#include <tenantry/async/detail/timer_thread.hpp>
#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/batch_writer.hpp>
#include <tenantry/tenant/detail/checkpointer.hpp>
#include <tenantry/tenant/detail/connections.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/detail/job.hpp>
#include <tenantry/tenant/detail/job_list.hpp>
#include <tenantry/tenant/detail/job_queue.hpp>
#include <tenantry/tenant/detail/maintenance.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/detail/open_database.hpp>
#include <tenantry/tenant/detail/port.hpp>
#include <tenantry/tenant/detail/quiet_upkeep.hpp>
#include <tenantry/tenant/detail/read_runner.hpp>
#include <tenantry/tenant/detail/shared_lock.hpp>
#include <tenantry/tenant/detail/sole_connection.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>
#include <tenantry/tenant/detail/turn_keeper.hpp>
#include <tenantry/tenant/detail/write_hazards.hpp>
#include <tenantry/tenant/detail/writer_and_readers.hpp>
#include <tenantry/tenant/options.hpp>
#include <tenantry/tenant/stats.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Serves one tenant from opening to closing. Plain code over plain types: what the caller wants arrives as a
/// Job.
///
/// Writes run one after another, in the order they came, on a strand; what has queued up is committed together (see
/// Writer). Reads run in the strand's turns before that as long as they are brief (see ReadRunner), else beside them on
/// read-only connections, or between them where there is one connection alone (see Connections). Thread-safe, except for
/// `open` and `close`.
class Tenant final : public TenantPort {
    struct Private {};

public:
    /// Opens the tenant that lives in `directory`; never creates one. Blocks: files are read, and tables that
    /// the schema has and the database has not are made. `hazards` are those of the schema. Of `timers` it has some until it
    /// is closed.
    [[nodiscard]] static Result<std::shared_ptr<Tenant>> open(
        const TenantId& id, const std::filesystem::path& directory, const SchemaInfo& schema,
        const WriteHazards& hazards, const TenantOptions& options,
        const boost::asio::any_io_executor& executor, async::TimerThread& timers,
        const std::shared_ptr<ReaderBudget>& budget = nullptr, const Observation& observation = {})
    {
        return use_database(directory, migrate::current_mark(schema, options.history), options,
                            [&](OpenedDatabase opened) -> Result<std::shared_ptr<Tenant>> {
                                auto ensured = bring_up(opened, schema, options);
                                if (!ensured) return fail(std::move(ensured).error());
                                observation.begin(opened.connection, id.view());
                                return std::make_shared<Tenant>(Private(), id, directory / database_file,
                                                                std::move(opened), std::move(*ensured),
                                                                hazards, options, executor, timers, budget,
                                                                observation);
                            });
    }

    Tenant(Private, const TenantId& id, const std::filesystem::path& database, OpenedDatabase opened,
           Migrated opening, const WriteHazards& hazards, const TenantOptions& options,
           const boost::asio::any_io_executor& executor, async::TimerThread& timers,
           std::shared_ptr<ReaderBudget> budget, const Observation& observation)
        : TenantPort(id, opened.state.incarnation, std::move(opening)),
          options_(options),
          database_(id, database, opened.file, std::move(opened.connection), options_, counters_,
                    std::move(opened.name)),
          file_(database_.file()),
          executor_(executor),
          context_(async::context_of(executor)),
          strand_(std::in_place, executor),
          retry_(std::in_place, timers.executor()),
          observation_(observation),
          log_(database_, options_, observation_, counters_),
          writer_(database_.writer(), file_, log_, options, hazards, counters_),
          connections_(connections(std::move(budget))),
          runner_(*connections_, file_, database_, counters_),
          maintenance_(database_, options_.profile, log_, *connections_, observation_, counters_),
          writes_(options.queued_writes, options.queued_write_bytes),
          reads_(options.queued_reads),
          late_timer_(std::in_place, timers.executor())
    {
        if (options_.profile.read_only) return;
        // Somebody was killed, or is at work with it.
        log_.measure();
        if (log_.bytes() != 0) log_.note(Job::Clock::now());
    }

    /// True once the file was found removed or replaced under its name: everything is answered with
    /// `errc::tenant_gone` from then on.
    [[nodiscard]] bool lost() const noexcept { return file_.lost(); }

    /// Looks whether its files are still there under their names. False: they are lost. What is closed is not looked for.
    [[nodiscard]] bool is_there()
    {
        if (!gate_.enter()) return !lost();
        const bool there = file_.glance() || !lost();
        leave();
        return there;
    }

    /// Where it is lost: what its operations are answered with.
    [[nodiscard]] Error lost_error() const { return file_.lost_error(); }

    void submit_write(JobPtr job) override
    {
        if (options_.profile.read_only) return job->refuse(only_reads_error().with_tenant(id().view()));
        if (!gate_.enter()) return job->refuse(shut_error());
        job->queued_at = Job::Clock::now();
        std::optional<Error> refused;
        {
            // Once the job can be refused, another thread may close the tenant.
            const async::GatePass alive(&posting_);
            if (queue_write(job, refused)) post_turn();
        }
        if (refused) return answer(std::move(job), *refused);
        if (job) return turn_away(std::move(job), "writes", "queued_writes, queued_write_bytes");
    }

    void submit_read(JobPtr job) override
    {
        if (!gate_.enter()) return job->refuse(shut_error());
        job->queued_at = Job::Clock::now();
        std::optional<Error> refused;
        {
            const async::GatePass alive(&posting_); // as above
            const auto begin = queue_read(job, refused);
            if (begin == Begin::turn) post_turn();
            if (begin == Begin::read_turn) post_read_turn();
        }
        if (refused) return answer(std::move(job), *refused);
        if (job) return turn_away(std::move(job), "reads", "queued_reads");
    }

    [[nodiscard]] Result<const void*> may_wait() override
    {
        const async::GatePass alive(&posting_);
        const void* const holder = is_sole() ? static_cast<const void*>(this) : &database_;
        if (alive && async::Inside::of(holder))
            return fail(Error(errc::wrong_thread,
                              "write() inside of a reading of the same tenant, which has the connection "
                              "that it would wait for: make it afterwards")
                            .with_tenant(id().view()));
        if (!alive || !async::runs_here(executor_)) return holder;
        return fail(Error(errc::wrong_thread,
                          "write() in a thread of the fleet's own pool, which it would wait for: "
                          "use async_write there, and the body's tx in a transaction")
                        .with_tenant(id().view()));
    }

    /// For now and then: writes the log back if nobody writes and it is old. Does not block.
    void upkeep()
    {
        if (!log_.is_old()) return;
        post_some_time(&Tenant::tend_old_log);
    }

    /// For when nobody has used it for a while: looks after its database, until somebody writes or it is closed. Does
    /// not block. `ended` is called when it is over. False: it is not begun (and over), since somebody is at work.
    [[nodiscard]] bool look_after(const UpkeepOptions& upkeep, std::function<void()> ended)
    {
        auto job = std::make_unique<QuietUpkeep>(upkeep, disturbed_, std::move(ended));
        if (!gate_.enter()) return false;
        bool quiet = false;
        {
            const async::GatePass alive(&posting_); // as above
            bool begin = false;
            {
                const std::lock_guard lock(mutex_);
                quiet = !refused_ && !shut_error_ && !turns_.is_writing() && writes_.empty();
                if (quiet) {
                    disturbed_ = false;
                    writes_.push(std::move(job));
                    begin = turns_.write_came();
                }
            }
            if (begin) post_turn();
        }
        if (!quiet) leave();
        return quiet;
    }

    /// For when nobody uses it: gives back what memory and descriptors it can do without. Does not block.
    void trim() { post_some_time(&Tenant::release_memory); }

    [[nodiscard]] TenantStats stats() override
    {
        if (gate_.is_forked()) return {};
        TenantStats stats = counters_.stats();
        connections_->count(stats);
        {
            const std::lock_guard lock(mutex_);
            stats.queued_writes = writes_.size();
            stats.queued_write_bytes = writes_.bytes();
            stats.queued_reads = reads_.size();
        }
        return stats;
    }

    /// Lets no new work in; `code` and `why` is what it is answered with. Calls `then` once, from whichever
    /// thread ends the last operation (or from here, if there is none). The second time it does nothing.
    void shut(errc code, std::string_view why, std::function<void()> then) noexcept
    {
        {
            const std::lock_guard lock(mutex_);
            if (std::exchange(is_shut_, true)) return;
            try {
                shut_error_.emplace(Error(code, std::string(why)).with_tenant(id().view()));
            } catch (...) {
                shut_error_.emplace(code);
            }
            disturbed_ = true;
            then_ = std::move(then);
        }
        if (gate_.shut()) emptied();
    }

    /// Answers everything that waits with the given error, and what would have to wait from now on. What runs, runs
    /// on.
    void refuse_waiting(const Error& error) noexcept
    {
        JobList waiting;
        {
            const std::lock_guard lock(mutex_);
            refused_ = error;
            waiting = writes_.take_all();
            waiting.append(reads_.take_all());
            rest_if_none_waits();
        }
        answer(std::move(waiting), error);
    }

    /// Blocks until what runs has ended. Only after `shut`.
    void wait_idle() { gate_.wait_empty(); }

    /// Checkpoints and closes every connection, and lets go of the executor. Only when shut and idle. Blocks.
    [[nodiscard]] Result<void> close()
    {
        const std::lock_guard lock(closing_);
        if (!strand_) return {}; // it was closed before
        if (!posting_.shut()) posting_.wait_empty();
        connections_->close();
        retry_.reset();
        strand_.reset();
        {
            const std::lock_guard waiting(mutex_);
            late_timer_.reset();
            late_work_.reset();
        }
        return database_.close();
    }

    void wake(boost::asio::cancellation_type) noexcept override
    {
        // A caller may cancel what was answered already, and with it the executor's life may have ended.
        const async::GatePass alive(&posting_);
        try {
            if (alive) boost::asio::post(executor_, later(&Tenant::sweep_cancelled));
        } catch (...) { // what was cancelled is found so when its turn comes
        }
    }

private:
    // Something that is to be done on the executor, or `if_lost`, if that is something, where it is not to be.
    class Later {
    public:
        using Doing = void (Tenant::*)();

        Later(std::shared_ptr<Tenant> tenant, Doing doing, Doing lost) noexcept
            : tenant_(std::move(tenant)), doing_(doing), lost_(lost)
        {}
        Later(Later&&) noexcept = default;
        Later& operator=(Later&&) noexcept = delete;
        Later(const Later&) = delete;
        Later& operator=(const Later&) = delete;
        ~Later()
        {
            if (tenant_ && lost_ != nullptr) (tenant_.get()->*lost_)();
        }

        void operator()()
        {
            const auto tenant = std::move(tenant_);
            (tenant.get()->*doing_)();
        }

    private:
        std::shared_ptr<Tenant> tenant_;
        Doing doing_;
        Doing lost_;
    };

    [[nodiscard]] Later later(Later::Doing doing, Later::Doing if_lost = nullptr)
    {
        return {shared_self(), doing, if_lost};
    }

    // On the strand; where that does not take it there is another time.
    void post_some_time(Later::Doing doing) noexcept
    {
        const async::GatePass alive(&posting_);
        if (!alive) return;
        try {
            strand_->post(later(doing));
        } catch (...) { // as it says
        }
    }

    [[nodiscard]] std::shared_ptr<Tenant> shared_self()
    {
        return std::static_pointer_cast<Tenant>(shared_from_this());
    }

    [[nodiscard]] Error shut_error()
    {
        if (gate_.is_forked()) return std::move(async::forked_error().with_tenant(id().view()));
        const std::lock_guard lock(mutex_);
        return shut_error_.value_or(Error(errc::tenant_gone));
    }

    // Null afterwards: it waits. True: a turn is to be posted.
    [[nodiscard]] bool queue_write(JobPtr& job, std::optional<Error>& refused)
    {
        const std::lock_guard lock(mutex_);
        refused = refused_;
        if (refused || !writes_.has_room_for(job->bytes)) return false;
        const auto deadline = job->limits.deadline;
        writes_.push(std::move(job));
        disturbed_ = true;
        const bool begin = turns_.write_came();
        begin ? wake_at(deadline) : wait_until(deadline);
        return begin;
    }

    // What is to be posted.
    enum class Begin : std::uint8_t { nothing, turn, read_turn };

    // Null afterwards: it waits.
    [[nodiscard]] Begin queue_read(JobPtr& job, std::optional<Error>& refused)
    {
        const std::lock_guard lock(mutex_);
        refused = refused_;
        if (refused || reads_.full()) return Begin::nothing;
        const auto deadline = job->limits.deadline;
        const bool first = !is_sole() && ReadRunner::is_brief(*job) && turns_.reads_first();
        reads_.push(std::move(job));
        disturb_if_sole();
        const bool begin = first ? turns_.read_came() : turns_.want_reading();
        begin ? wake_at(deadline) : wait_until(deadline);
        return !begin ? Begin::nothing : first ? Begin::turn : Begin::read_turn;
    }

    void turn_away(JobPtr job, std::string_view what, std::string_view options) noexcept
    {
        Error full(errc::overloaded);
        try {
            full = Error(errc::overloaded, "as many " + std::string(what) + " wait for this tenant as may (" +
                                               std::string(options) + "); try again later");
        } catch (...) { // no memory for the words
        }
        counters_.overloaded.increment();
        job->refuse(std::move(full.with_tenant(id().view())));
        leave();
    }

    void answer(JobPtr job, const Error& error) noexcept
    {
        job->refuse(error);
        job.reset();
        leave();
    }

    void answer(JobList jobs, const Error& error) noexcept
    {
        while (JobPtr job = jobs.pop_front()) answer(std::move(job), error);
    }

    // What was to be put back, and is not to wait any longer.
    struct Ended {
        std::optional<Error> why;
        JobList refused; // for that reason
        JobList cancelled;
    };

    // Under the lock: puts back what could not be run yet, in order.
    [[nodiscard]] Ended put_back(JobQueue& queue, JobList jobs) noexcept
    {
        Ended ended;
        if (refused_) {
            ended.why = refused_;
            ended.refused = std::move(jobs);
            return ended;
        }
        // Those that wait have been looked through meanwhile.
        ended.cancelled = jobs.take_if([](const Job& job) { return job.cancelled(); });
        for (const auto& job : jobs) wait_until(job->limits.deadline);
        queue.put_back(std::move(jobs));
        return ended;
    }

    // Last: once they are in the queue they may be refused, and the tenant closed, by another thread.
    void answer(Ended ended) noexcept
    {
        if (ended.why) answer(std::move(ended.refused), *ended.why);
        if (!ended.cancelled.empty()) answer(std::move(ended.cancelled), cancelled_error());
    }

    void sweep_cancelled()
    {
        JobList cancelled;
        {
            const std::lock_guard lock(mutex_);
            cancelled = writes_.take_cancelled();
            cancelled.append(reads_.take_cancelled());
            rest_if_none_waits();
        }
        if (!cancelled.empty()) answer(std::move(cancelled), cancelled_error());
    }

    // --- deadlines of those that wait, under the lock -------------------------------------------------------------

    // For a job whose turn was posted, too: the pool may be busy for long. Who has set the timer leaves it set when his job's
    // turn has come, since setting it costs a system call now and then: deadlines that lie equally far ahead set it once in
    // that time, however many operations there are.
    void wake_at(std::optional<Job::Clock::time_point> deadline) noexcept
    {
        if (!deadline || !late_timer_ || (late_timer_set_ && *late_timer_set_ <= *deadline)) return;
        try {
            late_timer_->expires_at(*deadline);
            late_timer_->async_wait([weak = weak_from_this()](boost::system::error_code error) {
                const auto self = weak.lock();
                if (!error && self) static_cast<Tenant&>(*self).sweep_late();
            });
            late_timer_set_ = deadline;
        } catch (...) { // without memory for that it is looked at when its turn comes
            late_timer_set_.reset();
        }
    }

    // The same for a job whose turn is not posted, but begun later by somebody else: the executor's context is at work as
    // long as it waits.
    void wait_until(std::optional<Job::Clock::time_point> deadline) noexcept
    {
        if (!deadline || !late_timer_) return;
        wake_at(deadline);
        try {
            if (!late_work_) late_work_.emplace(async::at_work(executor_));
        } catch (...) { // whoever waits has his own executor at work
        }
    }

    // The next turn of writing is begun later, by somebody else.
    void wait_until_deadline()
    {
        const std::lock_guard lock(mutex_);
        wait_until(writes_.next_deadline());
    }

    // Nobody who waits has a deadline: the executor's context is not kept at work for nothing.
    void rest_if_none_waits()
    {
        if (late_work_ && writes_.deadlines() + reads_.deadlines() == 0) late_work_.reset();
    }

    [[nodiscard]] JobPtr pop(JobQueue& queue)
    {
        JobPtr job = queue.pop();
        rest_if_none_waits();
        return job;
    }

    void sweep_late()
    {
        JobList late;
        {
            const std::lock_guard lock(mutex_);
            late_timer_set_.reset();
            const auto now = Job::Clock::now();
            late = writes_.take_late(now);
            late.append(reads_.take_late(now));
            wake_at(writes_.next_deadline());
            wake_at(reads_.next_deadline());
            rest_if_none_waits();
        }
        if (!late.empty()) answer(std::move(late), late_error());
    }

    [[nodiscard]] Error late_error() const { return std::move(too_late_error().with_tenant(id().view())); }

    [[nodiscard]] Error cancelled_error() const
    {
        return std::move(cancelled_early_error().with_tenant(id().view()));
    }

    void leave() noexcept
    {
        if (gate_.leave()) emptied();
    }

    void emptied()
    {
        std::function<void()> then;
        {
            const std::lock_guard lock(mutex_);
            then = std::exchange(then_, nullptr);
        }
        if (then) then();
    }

    // --- the strand's turn ------------------------------------------------------------------------------------------

    void post_turn() noexcept
    {
        try {
            strand_->post(later(&Tenant::turn, &Tenant::turn_lost));
        } catch (...) { // it was lost, and has seen to that
        }
    }

    // The executor has not taken it, or it was never begun: who relied on it is not kept waiting.
    void turn_lost() noexcept
    {
        {
            const std::lock_guard lock(mutex_);
            turns_.lost();
        }
        refuse_all(writes_);
        refuse_all(reads_);
        const async::GatePass alive(&posting_); // the tenant may have been closed meanwhile
        if (alive) connections_->nothing_to_write();
    }

    void read_turn_lost() noexcept
    {
        {
            const std::lock_guard lock(mutex_);
            turns_.end_reading(false);
        }
        refuse_all(reads_);
        const async::GatePass alive(&posting_); // as above
        if (alive) connections_->nothing_to_read();
    }

    void refuse_all(JobQueue& queue) noexcept
    {
        const auto next = [&] {
            const std::lock_guard lock(mutex_);
            return pop(queue);
        };
        while (JobPtr job = next()) answer(std::move(job), not_taken_error());
    }

    [[nodiscard]] Error not_taken_error() const noexcept
    {
        return std::move(Error(errc::overloaded,
                               "the fleet's executor has not taken what was to do this; nothing was done")
                             .with_tenant(id().view()));
    }

    void tend_old_log()
    {
        if (!gate_.enter()) return;
        if (begin_other()) {
            if (const WritingTurn turn(*connections_); turn) (void)tend_log(no_writes(), Job::Clock::now());
            end_turn(Then::rest);
        }
        leave();
    }

    void release_memory()
    {
        if (!gate_.enter()) return;
        connections_->close();
        if (const WritingTurn turn(*connections_); turn) database_.release_memory();
        leave();
    }

    // Works off some of what waits, then goes to the back of the pool, so that others get their turn.
    void turn()
    {
        const async::Inside inside(context_);
        if (read_first()) write_turn();
    }

    // What does not have to wait for long, before anything is written; what is still to be read is read beside that. True:
    // there is something to write.
    [[nodiscard]] bool read_first()
    {
        Job::Clock::duration left = ReadRunner::moment;
        for (std::size_t done = 0;;) {
            Reads reads;
            bool writes = false;
            bool read = false;
            {
                const std::lock_guard lock(mutex_);
                if (done == 0) turns_.begin();
                if (done < Reads::most && !is_sole()) take_brief(reads);
                if (reads.count == 0) {
                    writes = turns_.begin_writing();
                    read = want_reading();
                }
            }
            if (read) post_read_turn();
            if (reads.count == 0) return writes;
            done += reads.count;
            runner_.run_together(reads, left);
            if (!reads.all_done()) done = Reads::most; // they have had their moment
            answer_together(reads);
        }
    }

    [[nodiscard]] bool begin_other()
    {
        const std::lock_guard lock(mutex_);
        return turns_.begin_other();
    }

    // What is to become of writing when the turn is over.
    enum class Then : std::uint8_t {
        rest,  // it is begun again by somebody else, or was over before
        go_on, // with what is still to be written, in another turn
    };

    void end_turn(Then then)
    {
        bool begin = false;
        {
            const std::lock_guard lock(mutex_);
            if (then == Then::go_on) begin = write_or_rest();
            turns_.end();
        }
        if (begin) post_turn();
    }

    // Under the lock. True: there is more to write, and a turn is to be posted.
    [[nodiscard]] bool write_or_rest() noexcept
    {
        if (!writes_.empty()) return turns_.write();
        turns_.all_written();
        return false;
    }

    // --- writing, on the strand -----------------------------------------------------------------------------------

    // After what it had to wait for.
    void write_on()
    {
        bool begin = false;
        {
            const std::lock_guard lock(mutex_);
            begin = turns_.write();
        }
        if (begin) post_turn();
    }

    void write_turn()
    {
        auto then = Then::rest;
        std::size_t done = write_some(then);
        end_turn(then);
        done += writer_.tell();
        // Last: whoever hears that the last one has left may close the tenant at once.
        for (; done != 0; --done) leave();
    }

    // Returned is how many jobs have ended; what the writer has still to tell are more.
    [[nodiscard]] std::size_t write_some(Then& then)
    {
        const WritingTurn begun(*connections_);
        if (!begun) return wait_until_deadline(), 0;
        const auto room = log_.room();
        if (room == Checkpointer::Room::none) return wait_until_deadline(), 0;
        JobPtr first = next_write();
        if (!first) return 0;
        if (room == Checkpointer::Room::little) (void)tend_log(false, Job::Clock::now());
        if (first->kind() == JobKind::apart) return apart_turn(std::move(first), then);
        const bool full = room == Checkpointer::Room::little && log_.is_full();
        const auto begun_at = shared_.is_shared() ? Job::Clock::now() : Job::Clock::time_point();
        auto turn = full ? refuse_for_full_log(std::move(first))
                         : writer_.run(std::move(first), [this] { return pop_write(); });
        database_.used(writer_.now());
        if (turn.had_lock) lock_was_had();
        if (turn.locked) {
            log_.note(writer_.now());
            wait_for_lock(std::move(turn.unfinished), *turn.locked);
        } else {
            turn.done += tend_log(no_writes(), writer_.now());
            then = Then::go_on;
            if (shared_.is_shared() && turn.had_lock)
                if (const auto pause = shared_.had(begun_at, writer_.now());
                    pause != pause.zero() && write_later(pause))
                    then = Then::rest;
        }
        return turn.done;
    }

    [[nodiscard]] BatchWriter::Turn refuse_for_full_log(JobPtr job) noexcept
    {
        job->refuse(log_.full_error());
        BatchWriter::Turn turn;
        turn.done = 1;
        return turn;
    }

    [[nodiscard]] JobPtr pop_write()
    {
        const std::lock_guard lock(mutex_);
        const Job* const next = writes_.next();
        return next != nullptr && next->kind() == JobKind::apart ? nullptr : pop(writes_);
    }

    // Where there is none, the turn is over.
    [[nodiscard]] JobPtr next_write()
    {
        const std::lock_guard lock(mutex_);
        JobPtr job = pop(writes_);
        if (!job) turns_.all_written();
        return job;
    }

    [[nodiscard]] bool no_writes()
    {
        const std::lock_guard lock(mutex_);
        return writes_.empty();
    }

    void lock_was_had()
    {
        if (!std::exchange(met_lock_, false)) return;
        const std::lock_guard lock(mutex_);
        writes_.lock_was_had();
    }

    // The strand stays free while another process has the lock: a timer begins the next turn.
    void wait_for_lock(JobList unfinished, const Error& locked)
    {
        met_lock_ = true;
        const bool begins = write_later(shared_.refused(Job::Clock::now()));
        Ended ended;
        JobList late;
        {
            const std::lock_guard lock(mutex_);
            ended = put_back(writes_, std::move(unfinished));
            late = writes_.wait_for_lock(Job::Clock::now(), options_.busy_deadline);
        }
        answer(std::move(ended));
        answer(std::move(late), locked);
        if (!begins) turn_lost();
    }

    // What comes meanwhile waits for that, too. False: there is no memory for that.
    [[nodiscard]] bool write_later(Job::Clock::duration time) noexcept
    {
        try {
            retry_->expires_after(time);
            retry_->async_wait(
                [self = shared_self(), on = async::at_work(executor_)](boost::system::error_code error) {
                    const async::GatePass alive(&self->posting_); // the tenant may have been closed meanwhile
                    if (!error && alive) self->write_on();
                });
            return true;
        } catch (...) {
            return false;
        }
    }

    // --- upkeep of the database, on the strand -----------------------------------------------------------------------

    // The tenant's own writes wait for the strand meanwhile. Returned is how many jobs have ended.
    [[nodiscard]] std::size_t apart_turn(JobPtr job, Then& then)
    {
        auto run = maintenance_.run(std::move(job));
        const bool over = run.unfinished == nullptr;
        if (run.had_lock) lock_was_had();
        if (run.locked) {
            JobList unfinished;
            unfinished.push_back(std::move(run.unfinished));
            wait_for_lock(std::move(unfinished), *run.locked);
        } else {
            (void)tend_log(no_writes(), Job::Clock::now());
            if (over)
                then = Then::go_on;
            else
                put_last(std::move(run.unfinished));
        }
        return over ? 1 : 0;
    }

    // Behind those that have waited meanwhile.
    void put_last(JobPtr job)
    {
        std::optional<Error> ended;
        {
            bool begin = false;
            const async::GatePass alive(
                &posting_); // once it can be refused, another thread may close the tenant
            {
                const std::lock_guard lock(mutex_);
                if (refused_)
                    ended = refused_;
                else if (job->cancelled())
                    ended = cancelled_error();
                if (!ended) {
                    const auto deadline = job->limits.deadline;
                    writes_.push(std::move(job));
                    wait_until(deadline);
                }
                begin = write_or_rest();
            }
            if (begin) post_turn();
        }
        if (ended) answer(std::move(job), *ended);
    }

    // --- the write-ahead log ----------------------------------------------------------------------------------------

    // On the strand, between batches. Nobody waits for his answer while the log is written back here; returned is how many
    // were answered.
    [[nodiscard]] std::size_t tend_log(bool idle, Job::Clock::time_point now)
    {
        std::size_t told = 0;
        if (log_.checkpoint_if_due(idle, now, [&] { told = writer_.tell(); })) {
            try {
                boost::asio::post(executor_, later(&Tenant::write_log_back, &Tenant::write_back_lost));
            } catch (...) { // it was lost, and has seen to that
            }
        }
        return told;
    }

    // On the pool. Whoever writes goes on meanwhile.
    void write_log_back()
    {
        const bool entered = gate_.enter(); // else the tenant is about to be closed, which does the same
        const bool awaited = entered ? log_.write_back() : log_.give_up();
        const async::GatePass alive(&posting_);
        if (awaited && alive) write_on();
        if (entered) leave();
    }

    void write_back_lost() noexcept
    {
        const bool awaited = log_.give_up();
        const async::GatePass alive(&posting_);
        if (awaited && alive) write_on();
    }

    // --- reading ----------------------------------------------------------------------------------------------------

    // Under the lock: those that are next, as far as they may have the writer's connection, if that is to be had.
    void take_brief(Reads& reads)
    {
        const Job* next = reads_.next();
        if (next == nullptr || !ReadRunner::is_brief(*next)) return;
        reads.writers = connections_->try_borrow_writers();
        if (!reads.writers) return;
        do {
            reads.add(pop(reads_));
            next = reads_.next();
        } while (reads.count < Reads::most && next != nullptr && ReadRunner::is_brief(*next));
    }

    // Under the lock: whether one more turn of reading is worth starting.
    [[nodiscard]] bool want_reading() noexcept { return !reads_.empty() && turns_.want_reading(); }

    bool start_read_turn()
    {
        bool start = false;
        {
            const std::lock_guard lock(mutex_);
            start = want_reading();
        }
        if (start) post_read_turn();
        return start;
    }

    void post_read_turn() noexcept
    {
        try {
            Later turn = later(&Tenant::read_turn, &Tenant::read_turn_lost);
            if (!is_sole()) return boost::asio::post(executor_, std::move(turn));
            const async::GatePass alive(&posting_); // the tenant may have been closed meanwhile
            if (alive) strand_->post(std::move(turn));
        } catch (...) { // it was lost, and has seen to that
        }
    }

    // On the pool, or on the strand where there is one connection alone.
    void read_turn()
    {
        const async::Inside inside(context_);
        for (std::size_t done = 0; done < Reads::most;) {
            Reads reads;
            if (!next_reads(reads)) return connections_->nothing_to_read();
            done += reads.count;
            if (reads.writers ? !read_together(reads) : !read_alone(std::move(reads.jobs[0]))) return;
        }
        post_read_turn();
    }

    // False: there are none, and the turn is over.
    [[nodiscard]] bool next_reads(Reads& reads)
    {
        bool start = false;
        {
            const std::lock_guard lock(mutex_);
            if (reads_.empty()) return turns_.end_reading(false), false;
            take_brief(reads);
            if (reads.count != 0) return true;
            reads.add(pop(reads_));
            turns_.reads_long();
            start = want_reading();
        }
        if (start) post_read_turn();
        return true;
    }

    // Before the answers, so that whoever is woken by them finds the turn over. True: nobody waits, and it is.
    [[nodiscard]] bool end_read_turn(bool was_alone)
    {
        {
            const std::lock_guard lock(mutex_);
            if (!reads_.empty()) {
                if (was_alone) turns_.reads_on();
                return false;
            }
            turns_.end_reading(was_alone);
        }
        connections_->nothing_to_read();
        return true;
    }

    // With the writer's connection. False: the turn is over.
    [[nodiscard]] bool read_together(Reads& reads)
    {
        Job::Clock::duration left = ReadRunner::moment;
        runner_.run_together(reads, left);
        const bool over = reads.all_done() && end_read_turn(false);
        answer_together(reads);
        return !over;
    }

    // Those that the writer's connection was not lent long enough for wait on.
    void answer_together(Reads& reads)
    {
        for (std::size_t n = 0; n < reads.done; ++n) answer_read(std::move(reads.jobs[n]), reads.there);
        if (!reads.all_done()) put_back_reads(reads);
    }

    // With a reader. False: the turn is over.
    [[nodiscard]] bool read_alone(JobPtr job)
    {
        auto reader = connections_->try_acquire();
        if (reader && !*reader) {
            // All are lent to synchronous reads: the first that comes back starts a turn.
            JobList unfinished;
            unfinished.push_back(std::move(job));
            Ended ended;
            {
                const std::lock_guard lock(mutex_);
                ended = put_back(reads_, std::move(unfinished));
                turns_.end_reading(true);
            }
            answer(std::move(ended));
            if (connections_->available()) start_read_turn(); // it came back meanwhile, and saw no job
            return false;
        }
        bool there = true;
        if (reader)
            there = runner_.run_alone(job, std::move(*reader));
        else
            job->fail_with(file_.not_opened(std::move(reader).error()));
        const bool over = end_read_turn(true);
        answer_read(std::move(job), there);
        return !over;
    }

    void answer_read(JobPtr job, bool there)
    {
        if (job && there)
            job->complete(id().view());
        else if (job)
            job->refuse(file_.lost_error());
        job.reset();
        leave();
    }

    void put_back_reads(Reads& reads)
    {
        JobList unfinished;
        for (std::size_t n = reads.done; n < reads.count; ++n) unfinished.push_back(std::move(reads.jobs[n]));
        Ended ended;
        {
            const std::lock_guard lock(mutex_);
            ended = put_back(reads_, std::move(unfinished));
        }
        answer(std::move(ended));
    }

    [[nodiscard]] Result<void> read_here(ReaderTask task, const Limits& limits) override
    {
        if (writer_.runs_here())
            return fail(Error(errc::wrong_thread,
                              "read() inside a transaction body of the same tenant: use the body's tx")
                            .with_tenant(id().view()));
        if (!gate_.enter()) return fail(shut_error());
        const async::Inside inside(this, async::Awaited::yes);
        auto done = read_inside(task, limits);
        leave();
        if (!done) done.error().with_tenant(id().view());
        return done;
    }

    [[nodiscard]] Result<void> read_inside(ReaderTask task, const Limits& limits)
    {
        if (limits.any() && limits.passed(Job::Clock::now())) return fail(too_late_error());
        disturb_if_sole();
        if (task.calls == ReaderTask::Calls::again)
            if (auto read = runner_.run_brief_task(task, limits)) return *std::move(read);
        auto done = runner_.run_task(task, limits, options_.read_wait);
        start_read_turn(); // who waits for a reader may have waited for this one
        return done;
    }

    // --- the connections --------------------------------------------------------------------------------------------

    /// One connection for all.
    [[nodiscard]] bool is_sole() const noexcept { return options_.profile.exclusive; }

    // Reads need the connection that looks after the database.
    void disturb_if_sole() noexcept
    {
        if (is_sole()) disturbed_.store(true, std::memory_order_relaxed);
    }

    [[nodiscard]] std::size_t readers() const noexcept
    {
        constexpr std::size_t usual = 4;
        return is_sole() ? 1 : options_.readers != 0 ? options_.readers : usual;
    }

    // Turns of reading that may take long, at a time: one tenant does not take every thread that others need as well.
    [[nodiscard]] std::size_t reads_at_work() const noexcept
    {
        const std::size_t most = readers();
        if (options_.reads_at_work != 0) return std::min(options_.reads_at_work, most);
        const std::size_t threads = async::threads_of(executor_);
        if (threads == 0) return most;
        constexpr std::size_t left = 2; // for the strand, and for other tenants
        return std::min(threads > left ? threads - left : 1, most);
    }

    [[nodiscard]] std::unique_ptr<Connections> connections(std::shared_ptr<ReaderBudget> budget)
    {
        if (!is_sole())
            return std::make_unique<WriterAndReaders>(
                database_.writer(), [this] { begin_turns({.write = true}); }, file_.path(), file_.identity(),
                options_.profile, readers(), incarnation(), std::move(budget), observation_, id().string());
        return std::make_unique<SoleConnection>(
            database_.writer(), [this](SoleConnection::Turns turns) { begin_turns(turns); },
            [this] { return async::runs_here(executor_); });
    }

    void begin_turns(SoleConnection::Turns turns)
    {
        {
            const async::GatePass alive(&posting_); // the tenant may have been closed meanwhile
            if (alive && turns.write) write_on();
        }
        if (turns.read && !start_read_turn()) connections_->nothing_to_read();
    }

    const TenantOptions options_;
    TenantCounters counters_;
    TenantDatabase database_;
    TenantFile& file_; // the database's
    const boost::asio::any_io_executor executor_;
    const boost::asio::execution_context* const context_; // the executor's

    // Of the strand:
    std::optional<async::Strand<Later>> strand_;
    std::optional<boost::asio::steady_timer> retry_;
    bool met_lock_ = false; // another process's, and it could not be had since
    SharedLock shared_;

    async::Gate gate_;
    async::Gate posting_; // who is just posting on behalf of callers whose operations may be over
    const Observation observation_;
    Checkpointer log_;   // of the strand, and of the pool beside it
    BatchWriter writer_; // of the strand
    const std::unique_ptr<Connections> connections_;
    ReadRunner runner_;
    Maintenance maintenance_; // of the strand
    std::mutex closing_;

    std::mutex mutex_; // of all that follows
    JobQueue writes_;
    JobQueue reads_;
    TurnKeeper turns_{reads_at_work()};
    std::atomic<bool> disturbed_{
        false}; // somebody wants to write, or the tenant is to be closed: read without the lock
    bool is_shut_ = false;
    std::optional<Error> shut_error_;
    std::optional<Error> refused_; // what is said to all who would have to wait
    std::function<void()> then_;
    std::optional<boost::asio::steady_timer> late_timer_; // until it is closed
    std::optional<Job::Clock::time_point> late_timer_set_;
    std::optional<boost::asio::any_io_executor>
        late_work_; // while somebody waits whose turn nobody has posted
};

} // namespace tenantry::detail
