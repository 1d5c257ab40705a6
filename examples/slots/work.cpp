// `slots work`: claims jobs, does them, and writes down that they are done.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "commands.hpp"
#include "concurrency.hpp"
#include "text.hpp"

namespace slots {

namespace {

constexpr std::size_t tenants_at_a_time = 16;

// A job that has been running for longer belonged to a worker that is gone, and may be claimed again.
constexpr std::chrono::minutes claim_lifetime{5};

// Claims the oldest job that waits; the result is empty if none does. Two workers never get the same one: between
// looking and claiming nobody else writes.
template <tenant_of<Slots> T>
asio::awaitable<Result<std::optional<Record<Job, T>>>> claim(TenantDb<T> db)
{
    auto transaction = [](Tx<T>& tx) -> Result<std::optional<Record<Job, T>>> {
        const Timestamp abandoned = now() - claim_lifetime;
        auto job = tx.read(
            first(select<Job>()
                      .where(col<&Job::status> == JobStatus::pending ||
                             (col<&Job::status> == JobStatus::running && col<&Job::started_at> < abandoned))
                      .order_by(col<&Job::created_at>, col<&Job::id>)));
        if (!job || !*job) return job;
        Record<Job, T>& claimed = **job;
        claimed.status = JobStatus::running;
        claimed.started_at = now();
        if (auto done = tx.run(update(claimed)); !done) return fail(std::move(done).error());
        return job;
    };
    co_return co_await db.async_write(transaction);
}

struct Busiest {
    std::string module{};
    std::string day{};
};

// The work of a "digest" job. It takes its time beside the tenant's writes, not between them.
template <tenant_of<Slots> T>
asio::awaitable<Result<std::optional<Busiest>>> digest(TenantDb<T> db)
{
    auto module = co_await db.async_read(first(select(col<&AuditLog::module>, count())
                                                   .group_by(col<&AuditLog::module>)
                                                   .order_by(desc(count()), col<&AuditLog::module>)));
    if (!module) co_return fail(module.error());
    // What cannot be said with expressions is said in SQL. Timestamps are milliseconds; a day has 86,400,000.
    auto day = co_await db.async_read(first(sql<"SELECT min(timestamp), count(*) FROM audit_log "
                                                "GROUP BY timestamp / 86400000 ORDER BY count(*) DESC, 1",
                                                Timestamp, std::int64_t>()));
    if (!day) co_return fail(day.error());
    if (!*module || !*day) co_return std::optional<Busiest>();

    const auto describe = [](const std::string& what, std::int64_t events) {
        return what + " (" + counted(events, "event") + ")";
    };
    co_return Busiest{.module = describe(std::get<0>(**module), std::get<1>(**module)),
                      .day = describe(date(std::get<0>(**day)), std::get<1>(**day))};
}

// Writes what came of a claimed job, and that it has ended, in one transaction. `errc::no_such_row` if the claim has
// passed to another worker meanwhile.
template <tenant_of<Slots> T>
asio::awaitable<Result<void>> finish(TenantDb<T> db, const Record<Job, T>& job, JobStatus status,
                                     const std::optional<Busiest>& busiest)
{
    auto transaction = [&](Tx<T>& tx) -> Result<void> {
        auto ended = tx.write(update<Job>()
                                  .set(col<&Job::status> = status, col<&Job::processed_at> = now())
                                  .where(col<&Job::id> == key_of(job) &&
                                         col<&Job::started_at> == job.started_at.value_or(Timestamp())));
        if (!ended) return fail(std::move(ended).error());
        if (*ended == 0) return fail(errc::no_such_row, "another worker has claimed the job meanwhile");
        if (!busiest) return {};
        const Setting module{.key = "busiest_module", .value = busiest->module, .updated_at = now()};
        if (auto written = tx.run(upsert(module)); !written) return written;
        const Setting day{.key = "busiest_day", .value = busiest->day, .updated_at = now()};
        return tx.run(upsert(day));
    };
    co_return co_await db.async_write(transaction);
}

// Does one job, if there is one: the result is what to say about it, empty if there was none.
template <tenant_of<Slots> T>
asio::awaitable<Result<std::string>> work_once(TenantDb<T> db)
{
    auto job = co_await claim(db);
    if (!job) co_return fail(job.error());
    if (!*job) co_return std::string();

    if ((*job)->module != "digest") {
        auto finished = co_await finish(db, **job, JobStatus::failed, std::nullopt);
        if (!finished) co_return fail(finished.error());
        co_return "nobody knows how to do '" + printable((*job)->module, 40) + "': marked as failed";
    }
    auto busiest = co_await digest(db);
    if (!busiest) co_return fail(busiest.error()); // the job is claimed again when its time is over
    auto finished = co_await finish(db, **job, JobStatus::done, *busiest);
    if (!finished) co_return fail(finished.error());
    if (!*busiest) co_return "no events to digest";
    co_return "busiest module " + printable((*busiest)->module, 60) + ", busiest day " + (*busiest)->day;
}

} // namespace

asio::awaitable<int> work(Context& context)
{
    auto tenants = context.fleet.tenants();
    if (!tenants) {
        complain(tenants.error());
        co_return exit_status::failure;
    }
    bool failed = false;
    std::int64_t done = 0;
    // Jobs that were claimed are finished, if that takes no longer than this.
    context.interrupt.closes(context.fleet, std::chrono::seconds(10));
    const auto stopping = [&] { return context.interrupt.signal() != 0; };
    const auto all_jobs_of = [&](const TenantId& tenant, std::size_t) -> asio::awaitable<void> {
        auto body = []<class T>(TenantDb<T> db) { return work_once(db); };
        while (!stopping()) {
            auto said = co_await context.fleet.async_with(tenant.view(), body);
            if (!said && !(stopping() && said.error() == errc::fleet_closed)) {
                complain(said.error());
                failed = true;
            }
            if (!said || said->empty()) co_return;
            std::cout << tenant << ": " << *said << '\n';
            ++done;
        }
    };
    co_await for_each(*tenants, tenants_at_a_time, all_jobs_of);

    std::cout << (stopping() ? "Interrupted: " : "") << counted(done, "job") << " done\n";
    if (stopping()) co_return exit_status::interrupted + context.interrupt.signal();
    co_return failed ? exit_status::failure : exit_status::success;
}

} // namespace slots
