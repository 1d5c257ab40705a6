// 128 clients on 64 tenants: 80% lookups, 15% inserts, 5% the latest 100. Throughput and the slowest hundredth.
#include <chrono>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "by_hand.hpp"
#include "rows.hpp"
#include "tenants.hpp"

namespace asio = boost::asio;

namespace bench {

namespace {

constexpr int tenants = 64;
constexpr int clients = 128;
constexpr int operations = 600; // a client, each round
// And so many before that, whose times do not count: until the system has found processors for threads that have slept
// while it was the other side's turn, a twentieth of a second or more, either side is twice as slow.
constexpr int warm_up = 150;
constexpr std::int64_t entries = 2000;

enum class What { lookup, insert, latest };

// What a client does, the same on both sides.
class Plan {
public:
    explicit Plan(int seed) : random_(static_cast<unsigned>(seed)) {}

    struct Step {
        What what;
        std::size_t tenant;
        std::int64_t id;
    };
    Step next()
    {
        const unsigned dice = static_cast<unsigned>(random_() % 100);
        return {.what = dice < 80   ? What::lookup
                        : dice < 95 ? What::insert
                                    : What::latest,
                .tenant = random_() % tenants,
                .id = 1 + static_cast<std::int64_t>(random_() % entries)};
    }

private:
    std::mt19937 random_;
};

// One round's measures.
struct Times {
    std::vector<double> each = std::vector<double>(std::size_t{clients} * operations); // by client
    double all = 0;

    void note(int client, int n, Clock::time_point begun)
    {
        if (n < 0) return;
        each[static_cast<std::size_t>(client) * operations + static_cast<std::size_t>(n)] =
            std::chrono::duration<double, std::micro>(Clock::now() - begun).count();
    }
};

// Clients in a thread of their own, as a server's sockets have one, and the pool for the databases beside it.
template <class Client>
Times run_round(Client client)
{
    Times times;
    times.all = run_clients(clients, [&](int n) { return client(n, times); });
    return times;
}

asio::awaitable<void> our_client(std::vector<TenantDb<Slot>>& dbs, bool hops, int number, int seed,
                                 Times& times)
{
    Plan plan(seed);
    for (int n = -warm_up; n < operations; ++n) {
        const auto step = plan.next();
        const TenantDb<Slot>& db = dbs[step.tenant];
        const auto begun = Clock::now();
        if (step.what == What::insert) {
            const AuditLog row = audit(step.id);
            auto key = co_await db.async_write(insert(row));
            if (!key) give_up(std::string(key.error().message()));
        } else if (step.what == What::lookup) {
            const auto query =
                one(select<AuditLog>().where(col<&AuditLog::id> == key_for<AuditLog>(db, step.id)));
            if (hops) {
                auto row = co_await db.async_read(query);
                if (!row) give_up(std::string(row.error().message()));
            } else {
                auto row = db.read(query);
                if (!row) give_up(std::string(row.error().message()));
            }
        } else {
            auto rows =
                co_await db.async_read(select<AuditLog>().order_by(desc(col<&AuditLog::at>)).limit(100));
            if (!rows || rows->size() != 100) give_up("latest");
        }
        times.note(number, n, begun);
    }
}

struct Theirs {
    Strand strand;
    ByHand db;
};

asio::awaitable<void> their_client(std::vector<std::unique_ptr<Theirs>>& dbs, int number, int seed,
                                   Times& times)
{
    Plan plan(seed);
    for (int n = -warm_up; n < operations; ++n) {
        const auto step = plan.next();
        Theirs& tenant = *dbs[step.tenant];
        const auto begun = Clock::now();
        if (step.what == What::insert) {
            const AuditLog row = audit(step.id);
            const auto work = [&db = tenant.db, &row] { return db.insert(row); };
            (void)co_await async_run(tenant.strand, work, asio::deferred);
        } else if (step.what == What::lookup) {
            const auto work = [&db = tenant.db, id = step.id] { return db.lookup(id); };
            const auto row = co_await async_run(tenant.strand, work, asio::deferred);
            if (row.id != step.id) give_up("lookup");
        } else {
            const auto work = [&db = tenant.db] { return db.latest(); };
            const auto rows = co_await async_run(tenant.strand, work, asio::deferred);
            if (rows.size() != 100) give_up("latest");
        }
        times.note(number, n, begun);
    }
}

void measure(const std::filesystem::path& directory, const char* what, bool sole_owner, bool hops)
{
    std::filesystem::create_directory(directory);
    FleetOptions options;
    options.threads = 2;
    options.sole_owner = sole_owner;
    auto fleet = open_fleet(directory / "ours", options);
    std::vector<TenantDb<Slot>> ours;
    asio::thread_pool pool(2);
    std::vector<std::unique_ptr<Theirs>> theirs;
    for (int n = 0; n < tenants; ++n) {
        ours.push_back(filled_tenant(fleet, "t" + std::to_string(n), entries));
        const auto path = directory / ("theirs" + std::to_string(n) + ".db");
        ByHand::create(path);
        theirs.push_back(
            std::make_unique<Theirs>(Theirs{asio::make_strand(pool.get_executor()), ByHand(path)}));
        theirs.back()->db.fill(entries);
    }
    std::vector<double> our_tails;
    std::vector<double> their_tails;
    std::vector<double> ratios;
    int seed = 0;
    const auto run_ours = [&] {
        const Times times =
            run_round([&](int n, Times& into) { return our_client(ours, hops, n, seed + n, into); });
        our_tails.push_back(quantile(times.each, 0.99));
        return times.all;
    };
    const auto run_theirs = [&] {
        const Times times =
            run_round([&](int n, Times& into) { return their_client(theirs, n, seed + n, into); });
        seed += clients;
        their_tails.push_back(quantile(times.each, 0.99));
        return times.all;
    };
    constexpr int rounds = 11;
    Compared found = alternate(rounds, run_ours, run_theirs);
    constexpr double all = 1e6 * clients * (warm_up + operations);
    found = {.ours = all / found.ours, .theirs = all / found.theirs, .ratio = 1 / found.ratio};
    print(what, found, "/s", Goal::at_least, 1.0);
    for (std::size_t n = 0; n < our_tails.size(); ++n) ratios.push_back(our_tails[n] / their_tails[n]);
    print("   its p99", {.ours = median(our_tails), .theirs = median(their_tails), .ratio = median(ratios)},
          "us", Goal::at_most, 1.0);
}

} // namespace

void mixed(const Setting& setting)
{
    measure(setting.directory / "now", "mixed load, lookups here and now", false, false);
    measure(setting.directory / "asynchronous", "mixed load, every read asynchronous", false, true);
    measure(setting.directory / "sole", "mixed load, sole owner", true, true);
}

} // namespace bench
