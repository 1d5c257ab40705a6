// A quiet tenant beside one that floods the pool with slow reads: the slowest hundredth of the quiet one's lookups.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "by_hand.hpp"
#include "rows.hpp"
#include "tenants.hpp"

namespace asio = boost::asio;

namespace bench {

namespace {

constexpr std::size_t threads = 4;
constexpr int flooding = 16; // reads that the one tenant always has waiting, or at work
constexpr std::int64_t entries = 2000;
constexpr int lookups = 300; // the quiet one's, each round, one after the other

// A read that waits for the disk: it keeps a thread, and leaves the processor to others.
void slow() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

// Calls `read(again)` so often at a time, and once more whenever it has called back, until this ends.
template <class Read>
class Flood {
public:
    explicit Flood(Read read) : read_(std::move(read))
    {
        for (int n = 0; n < flooding; ++n) next();
    }
    ~Flood()
    {
        over_ = true;
        while (at_work_ != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;

private:
    void next()
    {
        ++at_work_;
        read_([this] {
            if (!over_) next();
            --at_work_;
        });
    }

    Read read_;
    std::atomic<bool> over_{false};
    std::atomic<int> at_work_{0};
};

// The slowest hundredth of the lookups.
template <class Lookup>
double p99(Lookup lookup)
{
    std::vector<double> times;
    for (std::int64_t n = 0; n < lookups; ++n)
        times.push_back(microseconds([&] { lookup(1 + n % entries); }));
    return quantile(std::move(times), 0.99);
}

} // namespace

void fair(const Setting& setting)
{
    FleetOptions options;
    options.threads = threads;
    auto fleet = open_fleet(setting.directory / "ours", options);
    const auto quiet = filled_tenant(fleet, "quiet", entries);
    const auto loud = filled_tenant(fleet, "loud", entries);
    const auto run_ours = [&] {
        const Flood flood([&](auto again) {
            auto body = [](auto& moment) -> Result<std::int64_t> {
                auto count = moment.read(one(select(tenantry::count()).from(table<AuditLog>)));
                slow();
                return count;
            };
            loud.async_snapshot(body, [again](const auto& result) {
                if (!result) give_up(std::string(result.error().message()));
                again();
            });
        });
        return p99([&](std::int64_t id) {
            const auto query =
                one(select<AuditLog>().where(col<&AuditLog::id> == key_for<AuditLog>(quiet, id)));
            (void)need(wait_for(quiet.async_read(query)));
        });
    };

    asio::thread_pool pool(threads);
    std::vector<ByHand> dbs;
    std::vector<Strand> strands;
    for (const char* name : {"their_quiet.db", "their_loud.db"}) {
        ByHand::create(setting.directory / name);
        dbs.emplace_back(setting.directory / name);
        dbs.back().fill(entries);
        strands.push_back(asio::make_strand(pool.get_executor()));
    }
    const auto run_theirs = [&] {
        const Flood flood([&](auto again) {
            asio::post(strands[1], [&, again] {
                (void)dbs[1].latest();
                slow();
                again();
            });
        });
        return p99([&](std::int64_t id) {
            const auto work = [&] { return dbs[0].lookup(id); };
            (void)async_run(strands[0], work, asio::use_future).get();
        });
    };
    constexpr int rounds = 11;
    print("a quiet tenant's p99 beside a flooding one", alternate(rounds, run_ours, run_theirs), "us",
          Goal::none, 0);
    pool.join();
}

} // namespace bench
