// One open tenant: tells its schedule what happens, and does what that says on a strand, on the pool and in callers' threads.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <tenantry/async/detail/cancellation.hpp>
#include <tenantry/async/detail/gate.hpp>
#include <tenantry/async/detail/strand.hpp>
#include <tenantry/async/detail/timer_thread.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/time_source.hpp>
#include <tenantry/migrate/migrated.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/tenant/detail/batch_writer.hpp>
#include <tenantry/tenant/detail/checkpointer.hpp>
#include <tenantry/tenant/detail/maintenance.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/detail/open_database.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/operation_list.hpp>
#include <tenantry/tenant/detail/port.hpp>
#include <tenantry/tenant/detail/quiet_upkeep.hpp>
#include <tenantry/tenant/detail/read_runner.hpp>
#include <tenantry/tenant/detail/schedule.hpp>
#include <tenantry/tenant/detail/sole_reads.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>
#include <tenantry/tenant/options.hpp>
#include <tenantry/tenant/stats.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Serves one tenant from opening to closing. Plain code over plain types: what the caller wants arrives as an
/// Operation.
///
/// Writes run one after another, in the order they came, on a strand; what has queued up is committed together (see
/// BatchWriter). Reads run in the strand's turns before that as long as they are brief (see ReadRunner), else beside them on
/// read-only connections, or between them where there is one connection alone (see SoleReads). When which is done is
/// decided by Schedule. Thread-safe, except for `open` and `close`.
class Tenant final : public TenantPort, private WriterLender {
    struct Private {};

public:
    /// Opens the tenant that lives in `directory`; never creates one. Blocks: files are read, and tables that
    /// the schema has and the database has not are made. Of `timers` it has some until it
    /// is closed.
    [[nodiscard]] static Result<std::shared_ptr<Tenant>> open(
        const TenantId& id, const std::filesystem::path& directory, const SchemaInfo& schema,
        const TenantOptions& options, const boost::asio::any_io_executor& executor, TimerThread& timers,
        const std::shared_ptr<ReaderBudget>& budget = nullptr, const Observation& observation = {},
        TimeSource clock = {});

    Tenant(Private, const TenantId& id, const std::filesystem::path& database, OpenedDatabase opened,
           Migrated opening, const SchemaInfo& schema, const TenantOptions& options,
           const boost::asio::any_io_executor& executor, TimerThread& timers,
           std::shared_ptr<ReaderBudget> budget, const Observation& observation, TimeSource clock);

    /// True once the file was found removed or replaced under its name: everything is answered with
    /// `errc::tenant_gone` from then on.
    [[nodiscard]] bool lost() const noexcept { return database_.file().lost(); }

    /// Looks whether its files are still there under their names. False: they are lost. What is closed is not looked for.
    [[nodiscard]] bool is_there();

    /// Where it is lost: what its operations are answered with.
    [[nodiscard]] Error lost_error() const { return database_.file().lost_error(); }

    void submit_write(OperationPtr operation) override;
    void write_here(OperationPtr operation) override;
    void submit_read(OperationPtr operation) override;
    [[nodiscard]] Result<const void*> may_wait() override;

    /// For now and then: writes the log back if nobody writes and it is old. Does not block.
    void upkeep();

    /// For when nobody uses it: gives back what memory and descriptors it can do without. Does not block.
    void trim() { begin_chores({.trim = true}); }

    /// For when nobody has used it for a while: looks after its database, until somebody writes or it is closed. Does
    /// not block. `ended` is called when it is over. False: it is not begun (and over), since somebody is at work.
    [[nodiscard]] bool look_after(const UpkeepOptions& upkeep, std::function<void()> ended);

    [[nodiscard]] TenantStats stats() override;

    /// Lets no new work in; `code` and `why` is what it is answered with. Calls `then` once, from whichever
    /// thread ends the last operation (or from here, if there is none). The second time it does nothing.
    void shut(errc code, std::string_view why, std::function<void()> then) noexcept;

    /// Answers everything that waits with the given error, and what would have to wait from now on. What runs, runs
    /// on.
    void refuse_waiting(const Error& error) noexcept;

    /// Blocks until what runs has ended. Only after `shut`.
    void wait_idle() { gate_.wait_empty(); }

    /// Checkpoints and closes every connection, and lets go of the executor. Only when shut and idle. Blocks.
    [[nodiscard]] Result<void> close();

    void wake(boost::asio::cancellation_type) noexcept override;

private:
    using Clock = Operation::Clock;

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
        ~Later();

        void operator()();

    private:
        std::shared_ptr<Tenant> tenant_;
        Doing doing_;
        Doing lost_;
    };

    [[nodiscard]] Later later(Later::Doing doing, Later::Doing if_lost = nullptr)
    {
        return {shared_self(), doing, if_lost};
    }

    [[nodiscard]] std::shared_ptr<Tenant> shared_self()
    {
        return std::static_pointer_cast<Tenant>(shared_from_this());
    }

    // --- operations come and are answered ---------------------------------------------------------------------------

    void queue_write(OperationPtr operation);

    // One that does not wait is answered at once.
    void admitted(OperationPtr operation, Schedule::Admission how, std::string_view what,
                  std::string_view options) noexcept;
    void turn_away(OperationPtr operation, std::string_view what, std::string_view options) noexcept;
    void answer(Schedule::Actions& actions, const Error* locked) noexcept;
    void refuse(OperationPtr operation, Operation::Stage why, const Error* locked) noexcept;
    void leave() noexcept;
    void emptied();

    [[nodiscard]] Error shut_error();
    [[nodiscard]] Error refusal();

    // --- what the schedule says -------------------------------------------------------------------------------------

    // One decision: the tenant's lock is held until it ends, and then what it has come to is done. Once an operation can be
    // answered another thread may close the tenant: until everything is posted the gate keeps it from that.
    class Decision {
    public:
        Decision(Tenant& tenant, const Error* locked)
            : tenant_(tenant), locked_(locked), alive_(std::in_place, &tenant.posting_), lock_(tenant.mutex_)
        {}
        Decision(const Decision&) = delete;
        Decision& operator=(const Decision&) = delete;
        ~Decision();

        Schedule::Actions actions;

    private:
        Tenant& tenant_;
        const Error* const locked_;
        std::optional<GatePass> alive_;
        std::unique_lock<std::mutex> lock_;
    };

    // Tells the schedule of something that has happened, `event(actions)`, and does what it says. `locked` is why another
    // process's lock could not be had, if that was it.
    template <class Event>
    auto decide(Event&& event, const Error* locked = nullptr)
        -> decltype(event(std::declval<Schedule::Actions&>()))
    {
        Decision decision(*this, locked);
        return event(decision.actions);
    }

    void set_timers(Schedule::Actions& actions) noexcept; // under the lock
    void wake_at(Clock::time_point deadline) noexcept;
    void try_again_after(Clock::duration time, Schedule::Actions& actions) noexcept;
    void post(const Schedule::Actions& actions, const GatePass& alive) noexcept;
    void post_reading_turn() noexcept;

    // --- what the schedule is told ----------------------------------------------------------------------------------

    void sweep_cancelled();
    void deadline_came();
    void wait_is_over(Schedule::Wait wait);
    void turn_lost() noexcept;
    void reading_turn_lost() noexcept;
    void begin_chores(Schedule::Chores chores);

    // --- the strand's turn ------------------------------------------------------------------------------------------

    // What a turn of writing has come to.
    struct Outcome {
        Schedule::Written written{};
        std::optional<Error> locked{}; // why another process's lock could not be had
        std::size_t done = 0; // operations that have ended; those that are still to be answered are more
    };

    void turn();
    void turn_here(Schedule::Step step);
    void write(Schedule::Step& step, Outcome& outcome);
    [[nodiscard]] OperationPtr next_write();
    void maintain(OperationPtr operation, Outcome& outcome);
    void take(BatchWriter::Turn turn, Outcome& outcome);
    void end_turn(Outcome outcome, Schedule::Chores due = {});
    void do_chores(Schedule::Chores chores);

    // --- the write-ahead log ----------------------------------------------------------------------------------------

    [[nodiscard]] std::size_t tend_log(bool idle, Clock::time_point now);
    void write_log_back();
    void write_back_lost() noexcept;

    // --- reading ----------------------------------------------------------------------------------------------------

    void reading_turn();
    [[nodiscard]] bool read_together(ReadBatch& reads);
    [[nodiscard]] bool read_alone(ReadBatch& reads);
    [[nodiscard]] bool end_reads(const ReadBatch& reads);
    void answer_reads(ReadBatch& reads, bool there);
    [[nodiscard]] Result<void> read_here(ReaderTask task, const Limits& limits) override;
    [[nodiscard]] Result<void> read_inside(ReaderTask task, const Limits& limits);
    void reader_came_back();

    // --- the connections --------------------------------------------------------------------------------------------

    /// One connection for all.
    [[nodiscard]] bool is_sole() const noexcept { return options_.profile.exclusive; }

    // Only there the schedule needs to know in each turn.
    [[nodiscard]] Clock::time_point sole_now() const noexcept
    {
        return is_sole() ? Clock::now() : Clock::time_point();
    }

    [[nodiscard]] std::size_t readers() const noexcept;
    [[nodiscard]] std::size_t reads_at_work() const noexcept;
    [[nodiscard]] Schedule::Options schedule_options() const noexcept;

    // To read with, for the thread that the schedule lets have the writer's connection.
    [[nodiscard]] ReadLease lend_to_turn() noexcept
    {
        return database_.lend_writer(is_sole() ? nullptr : this);
    }
    [[nodiscard]] ReadLease try_borrow_writer() noexcept
    {
        return !is_sole() && schedule_.writer_use().try_borrow() ? database_.lend_writer(this) : ReadLease();
    }
    [[nodiscard]] Result<ReadLease> reader_of_thread(std::chrono::milliseconds patience)
    {
        return sole_reads_ ? sole_reads_->acquire(patience) : database_.reader(patience);
    }
    void writer_came_back() noexcept override;

    const TenantOptions options_;
    const Observation observation_;
    TenantCounters counters_;
    TenantDatabase database_;
    const boost::asio::any_io_executor executor_;
    const boost::asio::execution_context* const context_; // the executor's

    Gate gate_;    // operations and chores
    Gate posting_; // threads that are posting on behalf of callers whose operations may be over
    std::mutex closing_;
    std::optional<Strand<Later>> strand_; // until it is closed

    std::mutex mutex_; // of these:
    Schedule schedule_;
    std::function<void()> then_;
    std::optional<boost::asio::steady_timer> retry_;          // until it is closed
    std::optional<boost::asio::steady_timer> deadline_timer_; // the same
    std::optional<boost::asio::any_io_executor>
        held_work_; // while somebody waits whose turn nobody has posted

    std::optional<SoleReads> sole_reads_; // none: there are readers
    ReadRunner runner_;

    // For the thread that has the writer's connection:
    Checkpointer log_; // and of the pool beside it
    BatchWriter writer_;
    Maintenance maintenance_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/tenant.ipp>
#endif
