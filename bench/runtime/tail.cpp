// Single inserts, one after the other for a minute: how slow the slowest thousandth is, where SQLite checkpoints by
// itself and where tenantry does.
#include <chrono>
#include <string>
#include <vector>

#include "by_hand.hpp"
#include "rows.hpp"
#include "tenants.hpp"

namespace asio = boost::asio;

namespace bench {

namespace {

using Times = std::vector<double>;

void note(Times& times, Clock::time_point begun)
{
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
}

asio::awaitable<void> our_client(TenantDb<Slot> db, Clock::time_point until, Times& times)
{
    for (std::int64_t i = 0; Clock::now() < until; ++i) {
        const AuditLog row = audit(i % 1000);
        const auto begun = Clock::now();
        auto key = co_await db.async_write(insert(row));
        if (!key) give_up(std::string(key.error().message()));
        note(times, begun);
    }
}

asio::awaitable<void> their_client(Strand strand, ByHand& db, Clock::time_point until, Times& times)
{
    for (std::int64_t i = 0; Clock::now() < until; ++i) {
        const AuditLog row = audit(i % 1000);
        const auto begun = Clock::now();
        const auto work = [&db, &row] { return db.insert(row); };
        (void)co_await async_run(strand, work, asio::deferred);
        note(times, begun);
    }
}

} // namespace

void tail(const Setting& setting)
{
    FleetOptions options;
    options.threads = 2;
    auto fleet = open_fleet(setting.directory / "ours", options);
    const auto db = filled_tenant(fleet, "one", 20'000);
    const auto path = setting.directory / "theirs.db";
    ByHand::create(path);
    asio::thread_pool pool(2);
    ByHand theirs(path);
    theirs.fill(20'000);
    const auto strand = asio::make_strand(pool.get_executor());

    Times our_times;
    Times their_times;
    const auto slice = std::chrono::milliseconds(500);
    const auto end = Clock::now() + std::chrono::duration<double>(2 * setting.seconds);
    while (Clock::now() < end) {
        const auto begun = Clock::now();
        run_clients(1, [&](int) { return our_client(db, begun + slice, our_times); });
        run_clients(1, [&](int) { return their_client(strand, theirs, begun + 2 * slice, their_times); });
    }
    for (const double part : {0.5, 0.99, 0.999}) {
        const double ours = quantile(our_times, part);
        const double others = quantile(their_times, part);
        const std::string what = "single inserts, p" + std::string(part == 0.5    ? "50"
                                                                   : part == 0.99 ? "99"
                                                                                  : "99.9");
        print(what.c_str(), {.ours = ours, .theirs = others, .ratio = ours / others}, "us",
              part == 0.999 ? Goal::at_most : Goal::none, 0.2);
    }
}

} // namespace bench
