// Inserts into one tenant, by one client and by many: throughput.
#include <algorithm>
#include <string>
#include <vector>

#include "by_hand.hpp"
#include "rows.hpp"
#include "tenants.hpp"

namespace asio = boost::asio;

namespace bench {

namespace {

// Rows that a program has at hand.
const std::vector<AuditLog>& given()
{
    static const auto rows = [] {
        std::vector<AuditLog> made;
        for (std::int64_t i = 0; i < 500; ++i) made.push_back(audit(i));
        return made;
    }();
    return rows;
}

asio::awaitable<void> our_client(TenantDb<Slot> db, int writes)
{
    for (int i = 0; i < writes; ++i) {
        const AuditLog& row = given()[static_cast<std::size_t>(i) % given().size()];
        auto key = co_await db.async_write(insert(row));
        if (!key) give_up(std::string(key.error().message()));
    }
}

asio::awaitable<void> their_client(Strand strand, ByHand& db, int writes)
{
    for (int i = 0; i < writes; ++i) {
        const AuditLog& row = given()[static_cast<std::size_t>(i) % given().size()];
        const auto work = [&db, &row] { return db.insert(row); };
        (void)co_await async_run(strand, work, asio::deferred);
    }
}

constexpr int warm_up = 6000;

// Microseconds a write.
Compared inserts(const Setting& setting, const char* name, sqlite::Durability durability, int clients,
                 int writes, int rounds)
{
    const bool full = durability == sqlite::Durability::full;
    FleetOptions options;
    options.threads = 2;
    options.tenant.profile.durability = durability;
    auto fleet = open_fleet(setting.directory / (std::string(name) + "-ours"), options);
    const auto db = filled_tenant(fleet, "one", 1000);

    const auto path = setting.directory / (std::string(name) + "-theirs.db");
    ByHand::create(path);
    asio::thread_pool pool(2);
    ByHand theirs(path, full ? ByHand::Mode::full : ByHand::Mode::normal);
    theirs.fill(1000);
    const auto strand = asio::make_strand(pool.get_executor());

    const auto ours_take = [&](int each) {
        return run_clients(clients, [&](int) { return our_client(db, each); });
    };
    const auto theirs_take = [&](int each) {
        return run_clients(clients, [&](int) { return their_client(strand, theirs, each); });
    };
    // A file that becomes longer is slower to write than one that is written over: until both logs were begun anew once.
    (void)ours_take(warm_up / clients);
    (void)theirs_take(warm_up / clients);
    const double all = static_cast<double>(clients) * writes;
    return alternate(
        rounds, [&] { return ours_take(writes) / all; }, [&] { return theirs_take(writes) / all; });
}

// One client and one thread take turns, and where the system has put them makes an insert take twice as long or not, for as
// long as they are there. So each side is asked several times, with new threads, and counts where it was fastest.
Compared alone(const Setting& setting, const std::string& name, sqlite::Durability durability, int writes,
               int rounds)
{
    constexpr int placements = 7;
    Compared best;
    for (int n = 0; n < placements; ++n) {
        const std::string one = name + std::to_string(n);
        const Compared found = inserts(setting, one.c_str(), durability, 1, writes, rounds);
        best.ours = n == 0 ? found.ours : std::min(best.ours, found.ours);
        best.theirs = n == 0 ? found.theirs : std::min(best.theirs, found.theirs);
    }
    best.ratio = best.ours / best.theirs;
    return best;
}

void print_throughput(const char* what, Compared found, double target)
{
    // Of writes a second, not of time.
    found = {.ours = 1e6 / found.ours, .theirs = 1e6 / found.theirs, .ratio = 1 / found.ratio};
    print(what, found, "/s", Goal::at_least, target);
}

} // namespace

void write_alone(const Setting& setting)
{
    using enum sqlite::Durability;
    print("async write, 1 client, synchronous NORMAL", alone(setting, "normal", normal, 100, 51), "us",
          Goal::at_most, 1.10);
    print("async write, 1 client, synchronous FULL", alone(setting, "full", full, 20, 61), "us",
          Goal::at_most, 1.10);
}

void write_together(const Setting& setting)
{
    using enum sqlite::Durability;
    print_throughput("64 clients write to one tenant, NORMAL", inserts(setting, "normal", normal, 64, 20, 41),
                     2);
    print_throughput("64 clients write to one tenant, FULL", inserts(setting, "full", full, 64, 4, 21), 6);
}

} // namespace bench
