// One tenant's writing connection: what queues up is committed together, and each write stands for itself alone.
//
// A write that fails takes back itself and nothing of its neighbours. SQLite does not make that easy: an
// interrupted INSERT, `OR ROLLBACK` and RAISE(ROLLBACK) roll back the whole transaction, `OR FAIL` leaves half of
// a statement behind, and one violated deferred foreign key fails everybody's COMMIT. So after each write it is
// looked at what is left; where the schema or the statement says that it may be something, there is a savepoint
// before it. Where a neighbour's work went with it, the transaction is given up, and the neighbours are run again,
// each in a transaction of its own; a body that may not be called again is not put at that risk where it can be seen
// coming.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/last_change.hpp>
#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/detail/watched_directory.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/uncommittable.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/detail/bound_log.hpp>
#include <tenantry/tenant/detail/identity.hpp>
#include <tenantry/tenant/detail/job.hpp>
#include <tenantry/tenant/detail/job_list.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>
#include <tenantry/tenant/detail/write_hazards.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// Used by one thread at a time. Knows nothing of queues and executors: it is handed jobs and answers them.
class Writer {
public:
    using JobPtr = std::unique_ptr<Job>;
    using Clock = Job::Clock;

    /// What came of a turn.
    struct Turn {
        std::size_t done = 0; ///< jobs that were answered by then, or dropped since their callers are gone
        JobList unfinished;   ///< could not be run, because of `locked`; in order
        std::optional<Error> locked; ///< another process has the write lock
        bool had_lock = false;       ///< a transaction could be begun, before that or instead
    };

    Writer(sqlite::Connection connection, TenantFile& file, const TenantOptions& options,
           const WriteHazards& hazards, TenantCounters& counters)
        : connection_(std::move(connection)),
          file_(file),
          hazards_(hazards),
          counters_(counters),
          limit_(options.batch_writes),
          time_(options.batch_time),
          unchanged_since_(settled_change_of(file.path()))
    {
        constexpr std::int64_t usual_page = 4096;
        constexpr std::uint64_t frame_header = 24; // https://sqlite.org/fileformat2.html#the_write_ahead_log
        frame_ =
            static_cast<std::uint64_t>(connection_.query_integer("PRAGMA page_size").value_or(usual_page)) +
            frame_header;
    }

    /// Runs `job` and what `next()` gives after it, until that gives nullptr or the batch is full, and commits. Its callers
    /// are answered by `tell`.
    template <class Next>
    [[nodiscard]] Turn run(JobPtr job, Next&& next)
    {
        Turn turn;
        now_ = Clock::now();
        const auto until = later(now_, time_);
        const int spills = connection_.cache_spills();
        std::size_t begun = 0;
        const auto next_if_room = [&]() -> JobPtr {
            const bool full = ++begun >= limit_ || now_ >= until || connection_.cache_spills() != spills;
            return full ? nullptr : next();
        };
        while (job && !turn.locked) job = run_batch(std::move(job), next_if_room, turn);
        used(now_);
        return turn;
    }

    /// Answers those whose jobs `run` has ended, and has not answered yet. Apart from it, so that whoever is woken by that
    /// finds the connection free and all of it counted. Returned is how many there were.
    std::size_t tell()
    {
        const std::size_t count = ended_.size();
        while (const JobPtr job = ended_.pop_front()) job->complete(name());
        return count;
    }

    /// Whether the calling thread is inside a job of this writer.
    [[nodiscard]] bool runs_here() const noexcept { return running_here == this; }

    /// When what `run` has done last had been done.
    [[nodiscard]] Clock::time_point now() const noexcept { return now_; }

    /// The length of the write-ahead log after the last commit, which is known before anyone is told of it. From any
    /// thread.
    [[nodiscard]] std::uint64_t log_bytes() const noexcept { return counters_.log_bytes.value(); }

    /// So long is a log of so many frames, in bytes.
    [[nodiscard]] std::uint64_t log_bytes(int frames) const noexcept
    {
        return frames > 0 ? static_cast<std::uint64_t>(frames) * frame_ : 0;
    }

    /// Writes the whole log back, so that the next commit restarts it; `truncate` also cuts its file. errc::busy if a
    /// reader is in the way, or another process.
    [[nodiscard]] Result<void> restart_log(sqlite::Checkpoint how) noexcept
    {
        if (auto bound = check_bound(connection_); !bound) return bound;
        auto done = caught("writing the log back", [&] { return connection_.checkpoint(how); });
        if (!done) return fail(std::move(done.error().with_tenant(name())));
        counters_.log_bytes.set(0);
        return {};
    }

    /// Before a log is written back: whether it is still the log of what lies under the database's name, as `connection` to
    /// it finds. Another database may have been copied over it in place. Then the tenant is lost, and the log stays.
    [[nodiscard]] Result<void> check_bound(sqlite::Connection& connection) noexcept
    {
        return caught("looking whose a log is", [&] { return try_to_check_bound(connection); });
    }

    [[nodiscard]] Result<void> try_to_check_bound(sqlite::Connection& connection)
    {
        if (unchanged_since_ == change_of(file_.path())) return {};
        const TenantState state{.id = file_.id().string(), .incarnation = connection_.incarnation()};
        auto bound = BoundLog::check_open(connection, file_.path(), state);
        if (bound) return {};
        if (bound.error() == errc::foreign_log || bound.error() == errc::misplaced_tenant)
            file_.was_replaced();
        return fail(std::move(bound.error().with_tenant(name())));
    }

    /// Before the connection is closed, which writes the log back and removes it: not where another database lies.
    void keep_foreign_log() noexcept
    {
        try {
            if (!has_log(file_.path())) return;
        } catch (...) { // there may be one
        }
        if (!check_bound(connection_)) connection_.keep_log_on_close();
    }

    /// Looks how long the log is.
    void find_log() noexcept { log_has(connection_.log_length()); }

    /// Another connection has made it so many frames long.
    void log_has(std::uint64_t frames) noexcept { counters_.log_bytes.set(frames * frame_); }

    /// Says until when the connection was used: its memory is looked at now and then.
    void used(Clock::time_point now) noexcept
    {
        if (now - looked_at_memory_ < std::chrono::seconds(1)) return;
        looked_at_memory_ = now;
        look_at_memory();
    }

    /// Gives back what memory it can do without.
    void release_memory() noexcept
    {
        connection_.release_memory();
        look_at_memory();
    }

    [[nodiscard]] Result<void> close() { return connection_.close(); }

    /// For whoever may use it between two turns.
    [[nodiscard]] sqlite::Connection& connection() noexcept { return connection_; }

private:
    // What a job did to the transaction it was run in.
    enum class Effect : std::uint8_t {
        kept,       // its changes are in it
        taken_back, // nothing of it is in it
        collapsed,  // the transaction cannot be committed
    };

    [[nodiscard]] std::string_view name() const noexcept { return file_.id().view(); }

    // One transaction, with `job` as the first in it. Returned is the job that is to begin the next one.
    template <class Next>
    [[nodiscard]] JobPtr run_batch(JobPtr job, Next& next, Turn& turn)
    {
        if (!ended_.empty()) turn.done += tell(); // of the batch before
        if (dismissed(job)) return next();
        auto transaction = sqlite::Transaction::begin(connection_, sqlite::Behaviour::immediate);
        if (!transaction) return not_begun(std::move(job), std::move(transaction).error(), turn), nullptr;
        turn.had_lock = true;
        for (; job; job = next()) {
            if (dismissed(job)) continue;
            // A body that may be ended half-way would take its neighbours with it, and they could not all be run again.
            const bool alone = !is_statement(job->kind()) && job->limits.any();
            if (alone ? !batch_.empty() : may_roll_back(*job) && holds_body_) {
                finish(*transaction);
                return job;
            }
            const bool again = job->claimed;
            if (!claim(job, turn)) continue;
            if (!again) counters_.write_wait.add(now_ - job->queued_at);
            switch (apply(*job)) {
            case Effect::kept:
                holds_body_ = holds_body_ || job->kind() == JobKind::body;
                batch_.push_back(std::move(job));
                if (!alone) break;
                finish(*transaction);
                return next();
            case Effect::taken_back:
                // What it has found may come of a neighbour's write that is not committed yet.
                if (batch_.empty())
                    answer(std::move(job));
                else
                    batch_.push_back(std::move(job));
                break;
            case Effect::collapsed:
                (void)transaction->rollback();
                run_again(std::move(job), turn);
                return turn.locked ? nullptr : next();
            }
        }
        finish(*transaction);
        return nullptr;
    }

    [[nodiscard]] bool dismissed(JobPtr& job)
    {
        if (job->cancelled())
            refuse(std::move(job), cancelled_early_error());
        else if (file_.lost())
            refuse(std::move(job), file_.lost_error());
        else if (job->limits.any() && job->limits.passed(Clock::now()))
            refuse(std::move(job), too_late_error());
        return job == nullptr;
    }

    // False: the caller's execution context has ended.
    [[nodiscard]] bool claim(JobPtr& job, Turn& turn)
    {
        if (!job->claimed) job->claimed = job->claim();
        if (job->claimed) return true;
        job.reset();
        ++turn.done;
        return false;
    }

    void not_begun(JobPtr job, Error error, Turn& turn)
    {
        if (is_unwritable(error)) file_.cannot_write();
        if (!(error == errc::busy)) return refuse(std::move(job), std::move(error));
        turn.unfinished.push_back(std::move(job));
        turn.locked = std::move(error.with_tenant(name()));
    }

    // Whether it may take with it what is in the batch, as far as that can be known before.
    [[nodiscard]] bool may_roll_back(const Job& job) const noexcept
    {
        return hazards_.rolls_back || job.kind() == JobKind::rollback_statement || job.limits.any();
    }

    [[nodiscard]] Effect apply(Job& job)
    {
        // The first one needs no savepoint, since nobody else's work is taken back with it; nor does a
        // statement that takes back itself.
        const bool alone = batch_.empty();
        std::optional<sqlite::Savepoint> part;
        if (!alone && (job.kind() != JobKind::statement || hazards_.leaves_part)) {
            auto begun = sqlite::Savepoint::begin(connection_);
            if (!begun) {
                job.fail_with(std::move(begun).error());
                return Effect::collapsed;
            }
            part.emplace(std::move(*begun));
        }
        const auto changes = connection_.total_changes();
        call(job);
        if (!connection_.in_transaction()) {
            if (job.succeeded()) job.fail_with(sqlite::detail::lost_transaction().value());
            return Effect::collapsed;
        }
        const bool violated = connection_.deferred_violations();
        if (violated && job.succeeded())
            job.fail_with(
                Error(errc::constraint, "FOREIGN KEY constraint failed", SQLITE_CONSTRAINT_FOREIGNKEY));
        if (job.succeeded()) {
            if (!part) return Effect::kept;
            auto released = part->release();
            if (released) return Effect::kept;
            job.fail_with(std::move(released).error());
            return Effect::collapsed;
        }
        if (part)
            return part->rollback() && connection_.in_transaction() ? Effect::taken_back : Effect::collapsed;
        // What triggers have changed counts even where it was taken back, so this is careful.
        const bool clean =
            job.kind() == JobKind::statement && !violated && connection_.total_changes() == changes;
        return clean ? Effect::taken_back : Effect::collapsed;
    }

    void call(Job& job)
    {
        // A body that goes on after its transaction was rolled back must not write outside of one.
        const sqlite::Uncommittable nothing_yet(connection_);
        run(job);
        if (!is_statement(job.kind())) connection_.end_statements();
        counters_.write_time.add(pass_time());
    }

    void run(Job& job)
    {
        running_here = this;
        connection_.watch(job.cancel_flag(), job.limits.end_of_run());
        const bool succeeded = job.run(connection_);
        connection_.watch(nullptr);
        connection_.report_statements();
        running_here = nullptr;
        if (!succeeded) say_if_lost(job);
    }

    // The tenant is to be opened anew.
    [[nodiscard]] bool is_unwritable(const Error& error) const noexcept
    {
        return error.sqlite_code() == SQLITE_READONLY &&
               sqlite3_db_readonly(connection_.native_handle(), "main") == 0;
    }

    // What cannot be read since the files were taken away is not the disk's fault.
    void say_if_lost(Job& job)
    {
        const Error* const error = job.error();
        if (error != nullptr && is_unwritable(*error)) return file_.cannot_write();
        const bool unreadable = error != nullptr && (*error == errc::io_error || *error == errc::corrupt ||
                                                     *error == errc::not_a_database);
        if (unreadable && !file_.look()) job.fail_with(file_.lost_error());
    }

    // The end of a transaction that can be committed. The first in the batch, if there is one, was kept.
    void finish(sqlite::Transaction& transaction)
    {
        if (batch_.empty()) return (void)transaction.rollback();
        // Before COMMIT, so that it can be said for certain that nothing of it is kept. What happens to the files afterwards
        // might as well have happened after the answer.
        auto done = file_.glance() ? transaction.commit() : given_up(transaction);
        if (done) committed(batch_.size());
        while (JobPtr job = batch_.pop_front()) {
            if (done)
                answer_if_there(std::move(job));
            else
                refuse(std::move(job), done.error());
        }
        holds_body_ = false;
    }

    [[nodiscard]] Result<void> given_up(sqlite::Transaction& transaction)
    {
        (void)transaction.rollback();
        return fail(file_.lost_error());
    }

    // So many jobs, just now.
    void committed(std::size_t jobs)
    {
        counters_.commit_time.add(pass_time());
        counters_.batch_sizes.add(jobs);
        counters_.commits.increment();
        find_log();
    }

    // Another thread may have found out, since it was asked before COMMIT, that the file is the tenant's no more.
    void answer_if_there(JobPtr job)
    {
        if (file_.lost() && job->succeeded()) return refuse(std::move(job), file_.unknown_outcome());
        if (job->succeeded()) counters_.writes.increment();
        answer(std::move(job));
    }

    // The transaction was rolled back because of `culprit`: the others are run again in the order they came, each
    // in a transaction of its own.
    void run_again(JobPtr culprit, Turn& turn)
    {
        holds_body_ = false;
        const auto nothing = []() -> JobPtr { return nullptr; };
        JobList neighbours = std::exchange(batch_, {});
        while (JobPtr job = neighbours.pop_front()) {
            if (job->kind() == JobKind::body) {
                if (job->succeeded()) job->fail_with(aborted_error());
                answer(std::move(job));
            } else if (turn.locked) {
                turn.unfinished.push_back(std::move(job));
            } else {
                (void)run_batch(std::move(job), nothing, turn);
            }
        }
        answer(std::move(culprit));
    }

    [[nodiscard]] static Error aborted_error()
    {
        return Error(
            errc::batch_aborted,
            "another write that was to be committed with this one rolled the transaction back; nothing "
            "of this one was written, and it may be tried again (or be declared repeatable)");
    }

    // None where what is changed next may get the same time.
    [[nodiscard]] static std::optional<LastChange::Time> settled_change_of(const std::filesystem::path& file)
    {
        const auto now = WatchedDirectory::now();
        const auto changed = change_of(file);
        return LastChange::is_settled(changed, now) ? std::optional(changed) : std::nullopt;
    }

    // How long it was since the last time.
    [[nodiscard]] Clock::duration pass_time() noexcept
    {
        const auto before = std::exchange(now_, Clock::now());
        return now_ - before;
    }

    void look_at_memory() noexcept { counters_.set_writer_memory(connection_.memory_use()); }

    void answer(JobPtr job) { ended_.push_back(std::move(job)); }

    void refuse(JobPtr job, Error error)
    {
        job->fail_with(std::move(error.with_tenant(name())));
        ended_.push_back(std::move(job));
    }

    sqlite::Connection connection_;
    TenantFile& file_;
    const WriteHazards hazards_;
    TenantCounters& counters_;
    const std::size_t limit_;
    const std::chrono::milliseconds time_;
    const std::optional<LastChange::Time>
        unchanged_since_; // the database's file, when it was opened; none: it just was
    JobList batch_;
    JobList ended_;           // to be told
    bool holds_body_ = false; // there is one in the batch that may not be called again, and has done its work
    Clock::time_point now_{}; // when what was done last had been done
    Clock::time_point looked_at_memory_{};
    std::uint64_t frame_ = 0; // bytes that a page takes in the log
    static inline thread_local const Writer* running_here = nullptr;
};

} // namespace tenantry::detail
