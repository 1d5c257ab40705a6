// What one tenant does next: which operations wait, who may use the connection that it writes with, what is to be posted.
// No threads, no clocks, no files: the tenant calls it under its lock and carries out, without the lock, what it returns.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/operation_list.hpp>
#include <tenantry/tenant/detail/operation_queue.hpp>
#include <tenantry/tenant/detail/shared_lock.hpp>
#include <tenantry/tenant/detail/writer_use.hpp>

namespace tenantry::detail {

/// Reads that are run with one connection, without anybody else's turn between them.
struct ReadBatch {
    ReadBatch() = default;
    ReadBatch(const ReadBatch&) = delete;
    ReadBatch& operator=(const ReadBatch&) = delete;

    static constexpr std::size_t most = 16;

    std::array<std::unique_ptr<Operation>, most> operations;
    std::size_t count = 0;
    std::size_t done = 0; ///< of these, the first; null where the caller is gone
    bool with_writer =
        false; ///< they have the writer's connection; else there is one, and it is to have a reader

    void add(std::unique_ptr<Operation> operation) noexcept { operations[count++] = std::move(operation); }
    [[nodiscard]] bool all_done() const noexcept { return done == count; }
};

/// The state machine of one tenant. Nothing of it needs memory, so nothing of it fails. Not thread-safe, except where it says so.
///
/// There are two kinds of turns. The strand's turn first reads what is brief and then writes: reads
/// and writes wait for one and the same turn of the pool. What may take long, and what comes while the strand writes, is read
/// beside it in turns of reading; each goes on for as long as there is something to read, and how many there are is bounded.
///
/// Where the tenant has a sole owner there is one connection for all, and no readers. Turns that find it in use go away and
/// are begun again when it can be had; threads that call `read` wait for it. Nobody overtakes for ever: the threads that
/// waited when a turn ended go before the next one, and then the turns that were sent away.
class Schedule {
public:
    using OperationPtr = std::unique_ptr<Operation>;
    using Clock = Operation::Clock;
    using TimePoint = Clock::time_point;

    struct Options {
        std::size_t writes = 0;        ///< so many may wait
        std::size_t write_bytes = 0;   ///< of so much memory
        std::size_t reads = 0;         ///< so many may wait
        std::size_t reading_turns = 1; ///< at a time
        std::chrono::milliseconds
            lock_patience{};     ///< how long another process may hold the lock that a write waits for
        bool sole_owner = false; ///< there is one connection for all
    };

    /// What the library does by itself with the writer's connection, when it is to be had. Not worth waiting for.
    struct Chores {
        bool trim = false;       ///< give memory back
        bool checkpoint = false; ///< see whether the log is due

        [[nodiscard]] bool any() const noexcept { return trim || checkpoint; }
    };

    /// What is to be done after a call.
    struct Actions {
        enum class Work : std::uint8_t { as_it_is, hold, release };

        // Under the lock:
        std::optional<TimePoint>
            wake_at; ///< set the timer of deadlines, or say `timer_not_set`; then `deadline_came`
        Work work =
            Work::as_it_is; ///< keep the executor's context at work while somebody waits, or do not any more
        bool wake_threads = false; ///< that wait for the connection of a sole owner

        // Without it, in this order:
        bool post_turn = false;         ///< a turn of the strand: then `turn_begun`, or `turn_lost`
        bool post_reading_turn = false; ///< a turn of reading: then `next_reads`, or `reading_turn_lost`
        std::optional<Clock::duration>
            try_again_after; ///< then `wait_is_over(Wait::lock)`, or `not_tried_again`
        OperationList
            answer; ///< with an error that `Operation::end` says; last, since the tenant may be closed then
    };

    /// What writing waits for.
    enum class Wait : std::uint8_t { lock, reader, log };

    /// What becomes of an operation that has come. What waits is not in the caller's hand any more.
    enum class Admission : std::uint8_t {
        waits,
        refused, ///< with `refusal()`
        full,
    };

    explicit Schedule(const Options& options) noexcept
        : sole_(options.sole_owner),
          reading_turns_(options.reading_turns),
          lock_patience_(options.lock_patience),
          writes_(options.writes, options.write_bytes),
          reads_(options.reads)
    {}

    /// Whether a read may be ended after a short time and run again, so that the writer's connection can be lent to it.
    [[nodiscard]] static bool is_brief(const Operation& operation) noexcept
    {
        return is_statement(operation.kind()) && !operation.takes_long;
    }

    // --- operations come and go -------------------------------------------------------------------------------------

    [[nodiscard]] Admission write_came(OperationPtr& operation, Actions& actions) noexcept;
    [[nodiscard]] Admission read_came(OperationPtr& operation, Actions& actions) noexcept;

    /// The library's own, for when nobody writes. False: somebody does, or the tenant is to be closed.
    [[nodiscard]] bool background_came(OperationPtr& operation, Actions& actions) noexcept;

    /// False: it is not needed now, since somebody else does as much or was asked to.
    [[nodiscard]] bool chores_came(Chores chores, Actions& actions) noexcept;

    /// Some that wait were cancelled.
    void cancelled(Actions& actions) noexcept;

    /// The timer that was set has come.
    void deadline_came(TimePoint now, Actions& actions) noexcept;
    void timer_not_set() noexcept { timer_set_.reset(); }

    /// Nobody new is let in from now on; the second time false.
    [[nodiscard]] bool shut(Error why) noexcept;

    /// Nobody waits any more, now and from now on.
    void refuse(const Error& why, Actions& actions) noexcept;

    [[nodiscard]] const std::optional<Error>& shut_error() const noexcept { return shut_error_; }
    [[nodiscard]] const std::optional<Error>& refusal() const noexcept { return refusal_; }
    [[nodiscard]] const OperationQueue& writes() const noexcept { return writes_; }
    [[nodiscard]] const OperationQueue& reads() const noexcept { return reads_; }

    // --- the strand's turn ------------------------------------------------------------------------------------------

    /// What a turn of the strand does next.
    struct Step {
        enum class What : std::uint8_t {
            end,   ///< nothing: the turn is over
            read,  ///< `reads`; then `reads_unfinished` if there are some, and `turn_begun` again
            write, ///< `first`, and what `next_write` gives; then `chores`; then `turn_ended`
        };

        What what = What::end;
        OperationPtr first{};     ///< may be null where there are chores
        Chores chores{};          ///< to be done with the writer's connection
        bool shares_lock = false; ///< `turn_ended` wants to know when writing was begun
    };

    /// The turn that was posted has begun, or has read what the last call gave. `may_read`: it has time for more of that.
    [[nodiscard]] Step turn_begun(ReadBatch& reads, bool may_read, TimePoint now, Actions& actions) noexcept;

    /// The next one of the batch that is being written, or null. `has_writes` says without the lock that there is none.
    [[nodiscard]] OperationPtr next_write(Actions& actions) noexcept;
    [[nodiscard]] bool has_writes() const noexcept { return has_writes_.load(std::memory_order_relaxed); }

    /// What came of writing.
    struct Written {
        OperationList unfinished{}; ///< could not be run yet
        std::optional<Wait> wait{}; ///< why: the lock or the log
        bool is_last = false;       ///< they go behind those that wait
        bool had_lock = false;      ///< the tenant's lock could be had, before that or instead
        TimePoint begun{};          ///< where `shares_lock` was said
    };

    /// The writer's connection is free again.
    void turn_ended(Written written, TimePoint now, Actions& actions) noexcept;

    /// What writing has waited for is over.
    void wait_is_over(Wait wait, Actions& actions) noexcept;

    /// The executor has not taken the turn, or has ended before it: what relied on it is not to wait any more.
    void turn_lost(TimePoint now, Actions& actions) noexcept;
    void not_tried_again(Actions& actions) noexcept;

    /// A thread takes the turn that nobody has, to write an operation of its own: then `turn_ended`. `What::end`: somebody else
    /// is at work, or waits.
    [[nodiscard]] Step take_turn_here() noexcept;

    // --- turns of reading -------------------------------------------------------------------------------------------

    /// False: there is nothing to do, and the turn is over.
    [[nodiscard]] bool next_reads(ReadBatch& reads, TimePoint now, Actions& actions) noexcept;

    /// The reads that were given were run; before they are answered, so that a caller who is woken finds the turn over.
    /// False: so it is.
    [[nodiscard]] bool reads_ended(const ReadBatch& reads, TimePoint now, Actions& actions) noexcept;

    /// Those that were not run to their end wait on. After `reads_ended`, or in the strand's turn.
    void reads_unfinished(ReadBatch& reads, Actions& actions) noexcept;

    /// In place of `reads_ended` where no reader was to be had: `reader_came_back` says when one is.
    void no_reader(ReadBatch& reads, Actions& actions) noexcept;

    /// A thread has given a reader back. Where no read waits, which `has_reads` says without the lock, that need not be said.
    void reader_came_back(Actions& actions) noexcept { (void)want_reading(actions); }
    [[nodiscard]] bool has_reads() const noexcept { return has_reads_.load(std::memory_order_relaxed); }

    void reading_turn_lost(TimePoint now, Actions& actions) noexcept;

    // --- threads that read, from any thread and without the lock ----------------------------------------------------

    /// Where there are readers: who has the writer's connection, which they may borrow. `wait_is_over(Wait::reader)` is to be
    /// said when `give_back` says so.
    [[nodiscard]] WriterUse& writer_use() noexcept { return writer_; }

    /// What runs in the background is to end: somebody wants to write, or the tenant is to be closed.
    void interrupt_background() noexcept { interrupted_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] const std::atomic<bool>& background_interrupted() const noexcept { return interrupted_; }

    // --- threads that read where there is a sole owner --------------------------------------------------------------

    /// A thread wants the connection, and has it or waits. `end_thread_read` gives it back.
    [[nodiscard]] bool begin_thread_read() noexcept;

    /// A thread that waits looks again, when it was woken or at `thread_looks_at`. True: it has the connection. `of_pool`: it
    /// is a thread that turns need. It lets a turn go first for a short time only: all threads may wait here.
    [[nodiscard]] bool retry_thread_read(bool of_pool, TimePoint now) noexcept;
    [[nodiscard]] TimePoint thread_looks_at(bool of_pool, TimePoint at_last) const noexcept;
    void thread_gives_up(TimePoint now, Actions& actions) noexcept;
    void end_thread_read(TimePoint now, Actions& actions) noexcept { let_go(now, actions); }

    /// Whether the connection of a sole owner is lent to a read.
    [[nodiscard]] bool is_lent() const noexcept
    {
        return holder_ == Holder::thread || holder_ == Holder::reading_turn;
    }

private:
    // Where the strand is.
    enum class Strand : std::uint8_t {
        idle,
        posted,
        reading, // and will look once more at what there is to do
        writing, // or does chores: the writer's connection is in use
    };

    // Why a turn does not write.
    enum class Writing : std::uint8_t {
        none, // there is nothing to write
        due,  // it does: the turn that has been posted, has begun, or will be posted when this one ends
        waits_for_lock,
        waits_for_reader,
        waits_for_log,
    };

    // Who has the connection of a sole owner.
    enum class Holder : std::uint8_t { nobody, writing_turn, reading_turn, thread };

    [[nodiscard]] static Writing waiting_for(Wait wait) noexcept
    {
        return wait == Wait::lock     ? Writing::waits_for_lock
               : wait == Wait::reader ? Writing::waits_for_reader
                                      : Writing::waits_for_log;
    }

    // True: the turn was posted by this.
    bool post_turn(Actions& actions) noexcept
    {
        if (strand_ != Strand::idle) return false;
        strand_ = Strand::posted;
        return actions.post_turn = true;
    }

    // True: a turn of reading was posted by this.
    bool want_reading(Actions& actions) noexcept
    {
        if (reads_.empty() || reading_ >= reading_turns_ || looking_ > 0 || reading_sent_away_) return false;
        ++reading_;
        ++looking_;
        return actions.post_reading_turn = true;
    }

    void end_reading(bool was_alone) noexcept
    {
        --reading_;
        if (!was_alone) --looking_;
    }

    [[nodiscard]] Step begin_writing(TimePoint now, Actions& actions) noexcept;
    void take_brief(ReadBatch& reads) noexcept;

    // --- those that wait --------------------------------------------------------------------------------------------

    void end_all(OperationList operations, Operation::Stage why, Actions& actions) noexcept
    {
        for (const auto& operation : operations) operation->stage = why;
        actions.answer.append(std::move(operations));
    }

    // What could not be run yet, in order. Those that wait have been looked through meanwhile.
    void put_back(OperationQueue& queue, OperationList operations, bool is_last, Actions& actions) noexcept;

    void wake_at(std::optional<TimePoint> deadline, Actions& actions) noexcept
    {
        if (!deadline || (timer_set_ && *timer_set_ <= *deadline)) return;
        actions.wake_at = timer_set_ = deadline;
    }

    // For one whose turn was not posted, but is begun later by somebody else: the executor's context is at work meanwhile.
    void wait_until(std::optional<TimePoint> deadline, Actions& actions) noexcept
    {
        if (!deadline) return;
        wake_at(deadline, actions);
        if (!std::exchange(holds_work_, true)) actions.work = Actions::Work::hold;
    }

    // At the end of every call that may have changed what waits.
    void settle(Actions& actions) noexcept
    {
        has_writes_.store(!writes_.empty(), std::memory_order_relaxed);
        has_reads_.store(!reads_.empty(), std::memory_order_relaxed);
        if (!holds_work_ || writes_.deadlines() + reads_.deadlines() != 0) return;
        holds_work_ = false;
        actions.work = Actions::Work::release;
    }

    // --- the writer's connection ------------------------------------------------------------------------------------

    [[nodiscard]] bool take_writer() noexcept
    {
        return sole_ ? take_turn(Holder::writing_turn, owed_writing_) : writer_.try_take();
    }

    // For what is not worth waiting for.
    [[nodiscard]] bool take_idle_writer() noexcept
    {
        if (!sole_) return writer_.try_take_idle();
        if (holder_ != Holder::nobody || is_owed() || threads_first_ != 0) return false;
        holder_ = Holder::writing_turn;
        return true;
    }

    // Nothing is to be written after all.
    void forgo_writer(TimePoint now, Actions& actions) noexcept
    {
        if (!sole_) return writer_.forgo();
        if (std::exchange(owed_writing_, false)) hand_on(now, actions);
    }

    // The same of reading; only a sole owner's turns rely on that.
    void forgo_reading(TimePoint now, Actions& actions) noexcept
    {
        if (std::exchange(owed_reading_, false)) hand_on(now, actions);
    }

    // Those of a sole owner:

    [[nodiscard]] bool is_owed() const noexcept { return owed_writing_ || owed_reading_; }

    [[nodiscard]] bool take_turn(Holder turn, bool& owed) noexcept
    {
        if (holder_ != Holder::nobody || (!owed && threads_first_ != 0)) return owed = false;
        owed = false;
        holder_ = turn;
        return true;
    }

    [[nodiscard]] bool thread_may_read(bool of_pool, TimePoint now) const noexcept
    {
        return holder_ == Holder::nobody && (!is_owed() || (of_pool && now >= owed_since_ + head_start));
    }

    void let_go(TimePoint now, Actions& actions) noexcept;
    void hand_on(TimePoint now, Actions& actions) noexcept;

    static constexpr std::chrono::milliseconds head_start{1};

    const bool sole_;
    const std::size_t reading_turns_;
    const std::chrono::milliseconds lock_patience_;
    OperationQueue writes_;
    OperationQueue reads_;
    std::optional<Error> shut_error_;
    std::optional<Error> refusal_;
    std::atomic<bool> interrupted_{false};
    std::atomic<bool> has_writes_{false};
    std::atomic<bool> has_reads_{false};

    Strand strand_ = Strand::idle;
    Writing writing_ = Writing::none;
    bool log_came_ = false; // while the strand writes: what it may find itself waiting for is over
    Chores chores_;
    WriterUse writer_;
    SharedLock shared_lock_;
    bool met_lock_ = false; // another process's, and it could not be had since

    std::size_t reading_ = 0; // turns of reading: posted, or at work
    std::size_t looking_ = 0; // of those, who will soon look at what is to be read

    std::optional<TimePoint> timer_set_; // of deadlines
    bool holds_work_ = false;

    // Of a sole owner:
    Holder holder_ = Holder::nobody;
    bool reading_sent_away_ =
        false; // a turn of reading, since the connection was in use; writing waits for a reader then
    bool owed_writing_ = false; // the turn was begun again, and the connection is kept for it
    bool owed_reading_ = false;
    TimePoint owed_since_{};
    std::size_t threads_waiting_ = 0;
    std::size_t threads_first_ = 0; // so many of them go before the next turn
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/schedule.ipp>
#endif
