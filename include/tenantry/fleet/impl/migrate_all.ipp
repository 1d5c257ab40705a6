#pragma once

#include <tenantry/fleet/migrate_all.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/fleet/detail/core.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/tenant/detail/held_lock.hpp>
#include <tenantry/tenant/detail/open_database.hpp>

namespace tenantry::detail {

/// One run over a fleet. Each tenant is opened for itself, beside those who use it; nobody is evicted for it.
class MigrateAll : public std::enable_shared_from_this<MigrateAll> {
    using Clock = std::chrono::steady_clock;
    using Outcome = MigrationOutcome;

public:
    MigrateAll(std::shared_ptr<FleetCore> core, MigrateOptions options,
               std::unique_ptr<Promise<MigrationReport>> done, bool reports)
        : core_(std::move(core)), options_(std::move(options)), done_(std::move(done)), reports_(reports)
    {
        options_.concurrency = std::max<std::size_t>(options_.concurrency, 1);
    }

    void start() noexcept
    {
        try {
            core_->spawn([self = shared_from_this()] { self->begin(); });
        } catch (...) {
            done_->complete(fail(FleetCore::not_taken(std::current_exception())));
        }
    }

private:
    void begin() noexcept
    {
        try {
            if (auto listed = list(); !listed) return done_->complete(fail(std::move(listed).error()));
        } catch (...) {
            return done_->complete(fail(failed_to_run(std::current_exception())));
        }
        go_on();
    }

    Result<void> list()
    {
        if (core_->options().read_only && options_.dry_run != DryRun::plan) return fail(only_reads_error());
        auto found = core_->layout().tenants();
        if (!found) return fail(std::move(found).error());
        std::vector<TenantId> rest = std::move(*found);
        for (const std::string& name : options_.canaries) {
            const auto at = std::ranges::find(rest, std::string_view(name), &TenantId::view);
            const bool twice = std::ranges::any_of(
                report_.tenants, [&](const TenantMigration& tenant) { return tenant.id.view() == name; });
            if (twice) continue;
            if (at == rest.end())
                return fail(errc::no_such_tenant, "there is no tenant '" + name + "', named as a canary");
            report_.tenants.push_back({.id = *at, .canary = true});
            rest.erase(at);
        }
        const std::size_t more = std::min(options_.first_canaries, rest.size());
        for (std::size_t i = 0; i < rest.size(); ++i)
            report_.tenants.push_back({.id = rest[i], .canary = i < more});
        canaries_ =
            static_cast<std::size_t>(std::ranges::count(report_.tenants, true, &TenantMigration::canary));
        limit_ = canaries_ != 0 ? canaries_ : report_.tenants.size();
        return {};
    }

    [[nodiscard]] static Error failed_to_run(std::exception_ptr thrown) noexcept
    {
        return thrown_error(std::move(thrown), errc::internal, "migrating the fleet");
    }

    // Begins as many as may run; answers when all have ended.
    void go_on() noexcept
    {
        while (auto index = begin_one()) {
            try {
                spawn(*index);
            } catch (...) {
                record(*index, failure(*index, FleetCore::not_taken(std::current_exception())));
            }
        }
        std::optional<Result<MigrationReport>> finished;
        {
            const std::lock_guard lock(mutex_);
            if (finished_ || running_ != 0) return;
            finished_ = true;
            finished = progress_error_ ? Result<MigrationReport>(fail(std::move(*progress_error_)))
                                       : Result<MigrationReport>(std::move(report_));
        }
        done_->complete(std::move(*finished));
    }

    // The next one, if it may run now.
    [[nodiscard]] std::optional<std::size_t> begin_one() noexcept
    {
        const std::lock_guard lock(mutex_);
        if (finished_) return std::nullopt;
        if (done_->cancelled() || abandoned_) report_.cancelled = true;
        const bool enough = options_.stop_after_failures != 0 && failures_ >= options_.stop_after_failures;
        const bool canary_failed = failures_ != 0 && next_ <= canaries_;
        if (next_ < report_.tenants.size() && (enough || canary_failed)) report_.stopped = true;
        if (report_.cancelled || report_.stopped || progress_error_) return std::nullopt;
        if (running_ == 0 && next_ == canaries_) limit_ = report_.tenants.size();
        if (running_ >= options_.concurrency || next_ >= limit_) return std::nullopt;
        ++running_;
        return next_++;
    }

    void spawn(std::size_t index)
    {
        core_->spawn([self = shared_from_this(), index] { self->run(index, HeldLock()); });
    }

    void run(std::size_t index, HeldLock lock) noexcept
    {
        try {
            TenantMigration result{.id = report_.tenants[index].id, .canary = report_.tenants[index].canary};
            const auto begun = Clock::now();
            auto done = migrate(result);
            if (!done && done.error() == errc::busy && !done_->cancelled()) {
                const auto patience = core_->options().tenant.busy_deadline;
                lock.found(core_->now(), patience);
                if (!HeldLock::is_enough(lock.time(), patience))
                    return later(index, lock); // without holding a thread meanwhile
            }
            result.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
            if (!done) {
                result.outcome = Outcome::failed;
                result.error.emplace(std::move(done.error().with_tenant(result.id.view())));
            }
            record(index, std::move(result));
        } catch (...) {
            record(index, failure(index, thrown_error(std::current_exception(), errc::internal,
                                                      "migrating a tenant")));
        }
        go_on();
    }

    void later(std::size_t index, const HeldLock& lock)
    {
        const auto self = shared_from_this();
        core_->spawn_later(
            std::chrono::milliseconds(5), [self, index, lock] { self->run(index, lock); },
            [self, index] {
                self->record(index, self->failure(index, Error(errc::out_of_memory)));
                self->go_on();
            });
    }

    // Of a tenant that has its place in the report still.
    [[nodiscard]] TenantMigration failure(std::size_t index, Error error) noexcept
    {
        TenantMigration result = std::move(report_.tenants[index]);
        result.outcome = Outcome::failed;
        result.error.emplace(std::move(error));
        return result;
    }

    Result<void> migrate(TenantMigration& result)
    {
        if (core_->options().sole_owner && found_open(result)) return {};
        const TenantOptions& options = core_->options().tenant;
        const SchemaInfo& schema = core_->schema();
        auto opened = open_database(core_->layout().directory(result.id), options,
                                    migrate::current_mark(schema, options.history));
        if (!opened) return fail(std::move(opened).error());
        auto* const connection = &opened->connection;
        if (options_.dry_run == DryRun::plan) {
            auto found = migrate::forecast(*connection, schema, options.history, true);
            if (!found) return fail(std::move(found).error());
            result.from = std::move(found->at);
            result.done = std::move(found->to_do);
            result.tolerated = std::move(found->tolerated);
            result.plan = std::move(found->plan);
            if (found->error) return fail(std::move(*found->error));
            result.outcome = found->standing == migrate::Standing::behind  ? Outcome::planned
                             : found->standing == migrate::Standing::newer ? Outcome::newer
                                                                           : Outcome::current;
            return {};
        }
        const bool rehearsal = options_.dry_run == DryRun::deep;
        auto migrated = rehearsal ? migrate::rehearse(*connection, schema, options.history)
                                  : bring_up(*opened, schema, options);
        if (!migrated) return fail(std::move(migrated).error());
        // What was moved away meanwhile is no tenant any more.
        if (auto moved = connection->file_moved(); !moved || *moved)
            return fail(errc::tenant_gone, "the tenant was destroyed while it was being migrated");
        result.from = std::move(migrated->from);
        result.to = std::move(migrated->to);
        result.done = std::move(migrated->done);
        result.tolerated = std::move(migrated->tolerated);
        result.outcome = migrated->was_current ? Outcome::current
                         : migrated->is_newer  ? Outcome::newer
                         : rehearsal           ? Outcome::planned
                                               : Outcome::migrated;
        return connection->close();
    }

    // Where there is one connection to a tenant, it is what was brought up to date when it was opened.
    bool found_open(TenantMigration& result)
    {
        auto opening = core_->opening(result.id);
        if (!opening) return false;
        result.from = opening->to;
        result.to = std::move(opening->to);
        result.tolerated = std::move(opening->tolerated);
        result.outcome = opening->is_newer ? Outcome::newer : Outcome::current;
        return true;
    }

    void record(std::size_t index, TenantMigration result) noexcept
    {
        const std::lock_guard reporting(progress_mutex_); // one call at a time, in the order of the numbers
        std::size_t ended = 0;
        {
            const std::lock_guard lock(mutex_);
            if (result.outcome == Outcome::failed) ++failures_;
            ended = ++ended_;
        }
        auto threw = report(result, ended);
        const std::lock_guard lock(mutex_);
        if (threw && !progress_error_) progress_error_ = std::move(threw);
        report_.tenants[index] = std::move(result);
        --running_;
    }

    // Calls what is the caller's, unless its execution context has ended. What it throws is returned.
    [[nodiscard]] std::optional<Error> report(const TenantMigration& result, std::size_t ended) noexcept
    {
        if (!reports_) return std::nullopt;
        std::optional<Error> threw;
        bool is_there = done_->claim();
        if (is_there) {
            try {
                done_->kept<MigrationProgress>()(result, ended, report_.tenants.size());
            } catch (...) {
                threw = thrown_error(std::current_exception(), errc::body_failed,
                                     "the progress callback of async_migrate_all");
            }
            is_there = done_->unclaim();
        }
        if (!is_there) abandoned_ = true;
        return threw;
    }

    const std::shared_ptr<FleetCore> core_;
    MigrateOptions options_;
    const std::unique_ptr<Promise<MigrationReport>> done_;
    const bool reports_;                 // there is a MigrationProgress with it
    std::atomic<bool> abandoned_{false}; // the caller's execution context has ended
    std::mutex progress_mutex_;

    std::mutex
        mutex_; // of all that follows; a tenant's place in the report is its task's alone until it is recorded
    MigrationReport report_;
    std::size_t canaries_ = 0;
    std::size_t limit_ = 0;
    std::size_t next_ = 0;
    std::size_t running_ = 0;
    std::size_t ended_ = 0;
    std::size_t failures_ = 0;
    bool finished_ = false;
    std::optional<Error> progress_error_; // ends the run
};

TENANTRY_DECL void start_migrate_all(const std::shared_ptr<FleetPort>& fleet, MigrateOptions options,
                                     std::unique_ptr<Promise<MigrationReport>> done, bool reports)
{
    std::make_shared<MigrateAll>(FleetCore::of(fleet), std::move(options), std::move(done), reports)->start();
}

} // namespace tenantry::detail
