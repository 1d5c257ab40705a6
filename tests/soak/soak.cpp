// The soak test: hundreds of clients who do what programs do, all at once, with more tenants than may be open.
//
//     soak [SECONDS [CLIENTS [SEED]]]
//
// Fleet after fleet is opened with options chosen at random, used, closed (when all is quiet, or under the hands of
// its clients) and opened once more to be looked through:
//
// - Each write that was acknowledged is there exactly once, one whose answer was `unknown_outcome` or was not taken once or
//   not at all, and no other is. (In general one more answer leaves it open: `io_error` out of a COMMIT whose sync has
//   failed, where the machine goes down afterwards.)
// - Of one client's writes to one tenant the later ones lie behind the earlier ones.
// - A tenant that comes and goes is there if it was made once more often than it was destroyed or removed.
// - Every database is whole, and there is nothing beside it.
// - What the fleet's observer has heard agrees with what clients were told.
// - Descriptors, threads and memory are back where they were.
// - What waits for an execution context that ends goes with it.
//
// Meanwhile contexts end under what waits for them, another program takes the write locks of tenants now and then, callers'
// executors throw instead of taking answers, and some fleets' executors instead of taking work, and of some tenants the
// directory, the database or the log is moved away or removed while they are in use (strangers.hpp). Those may say so;
// what was acknowledged of them, and not removed, is there like that of others. What clients look at meanwhile is in client.cpp.
//
// Prints what was done; what is wrong, and the seed, to the standard error, and the exit code is 1.
//
// CONTRIBUTING.md says how it is run for an hour.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <tenantry/sqlite/connection.hpp>

#include "soak/books.hpp"
#include "soak/client.hpp"
#include "soak/resources.hpp"
#include "soak/strangers.hpp"
#include "support/temp_dir.hpp"
#include "support/throwing_executor.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace tenantry::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

struct Arguments {
    double seconds = 2;
    int clients = 200;
    std::uint64_t seed = 4711;
};

// What was done in all fleets together.
struct Totals {
    std::uint64_t fleets = 0;
    std::uint64_t operations = 0;
    std::uint64_t kept = 0;
    std::uint64_t opened = 0;
    std::uint64_t thrown = 0; // by executors
    std::uint64_t lost = 0;   // files or directories of tenants
    std::map<std::string, std::uint64_t> errors;
};

[[noreturn]] void give_up(const std::string& why)
{
    std::cerr << "soak: " << why << '\n';
    std::exit(1);
}

std::string said(const Error& error)
{
    std::ostringstream text;
    text << error;
    return text.str();
}

template <class T>
T need(Result<T> result)
{
    if (!result) {
        std::cerr << result.error() << '\n';
        give_up("what must work did not");
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

constexpr std::size_t stable = 24;
constexpr std::size_t changing = 8;

FleetOptions some_options(std::mt19937_64& random)
{
    const auto between = [&](std::size_t least, std::size_t most) {
        return least + random() % (most - least + 1);
    };
    FleetOptions options;
    options.threads = between(1, 4);
    options.max_open = between(3, 16);
    options.trim_idle_after = std::chrono::milliseconds(between(5, 50));
    options.close_idle_after = std::chrono::milliseconds(between(10, 200));
    options.open_deadline = std::chrono::milliseconds(between(200, 2000));
    options.sole_owner = between(0, 2) == 0;
    if (!options.sole_owner) {
        options.max_readers = between(1, 8);
        options.tenant.readers = between(1, 3);
    }
    options.upkeep.idle_after = std::chrono::milliseconds(between(5, 50));
    options.upkeep.every = std::chrono::milliseconds(between(10, 100));
    options.upkeep.compact_percent = static_cast<int>(between(0, 20));
    options.upkeep.compact_free = 8192;
    options.tenant.queued_writes = between(16, 256);
    options.tenant.queued_reads = between(4, 64);
    options.tenant.batch_writes = between(0, 3) == 0 ? 1 : between(2, 64);
    options.tenant.batch_time = std::chrono::milliseconds(between(1, 10));
    options.tenant.read_wait = 2ms; // in a thread of clients
    options.tenant.checkpoints.size = between(16, 256) << 10U;
    options.tenant.checkpoints.interval = std::chrono::milliseconds(between(0, 20));
    options.tenant.checkpoints.age = std::chrono::milliseconds(between(10, 200));
    options.tenant.checkpoints.limit = between(256, 1024) << 10U;
    options.tenant.checkpoints.refuse_at = std::uint64_t{4} << 20U;
    return options;
}

// --- while they work

// Hears what happens, to be compared with what clients were told.
class Listener final : public Observer {
public:
    explicit Listener(bool all_statements) : all_statements_(all_statements) {}

    [[nodiscard]] std::optional<std::chrono::nanoseconds> statements_from() const noexcept override
    {
        return all_statements_ ? std::optional<std::chrono::nanoseconds>(0ns) : std::nullopt;
    }
    void statement(const ObservedStatement& ended) override
    {
        if (ended.sql.empty() || ended.tenant.empty()) ++odd_;
    }
    void tenant_created(std::string_view, std::chrono::nanoseconds) override { ++created_; }
    void tenant_destroyed(std::string_view) override { ++destroyed_; }
    void tenant_opened(const ObservedOpening& opened) override
    {
        ++opened_;
        if (!opened.migrated.empty()) ++odd_;
    }
    void tenant_closed(std::string_view tenant, CloseReason why) override
    {
        ++closed_;
        if (why == CloseReason::gone && !World::loses_files(tenant)) ++odd_;
    }
    void background_error(BackgroundTask task, const Error& error) override
    {
        // A reader may be in the way of writing the log back.
        const bool blocked = task == BackgroundTask::checkpoint && error == errc::busy;
        if (!blocked && !World::loses_files(error.tenant())) ++odd_;
    }

    // Once the fleet is gone.
    void compare(World& world, const FleetStats& stats) const
    {
        std::int64_t created = 0;
        std::int64_t destroyed = 0;
        for (const Place& place : world.places()) {
            created += place.created;
            destroyed += place.destroyed;
        }
        const auto same = [&](const char* what, std::int64_t heard, std::int64_t expected) {
            if (heard == expected) return;
            world.found("the observer has heard of " + std::to_string(heard) + " tenants " + what + ", not " +
                        std::to_string(expected));
        };
        same("made", created_, created);
        same("destroyed", destroyed_, destroyed);
        same("opened", opened_, static_cast<std::int64_t>(stats.opened));
        same("closed", closed_, opened_);
        same("in an odd way", odd_, 0);
    }

private:
    const bool all_statements_;
    std::atomic<std::int64_t> created_{0};
    std::atomic<std::int64_t> destroyed_{0};
    std::atomic<std::int64_t> opened_{0};
    std::atomic<std::int64_t> closed_{0};
    std::atomic<std::int64_t> odd_{0};
};

// Who else is at work in a fleet.
struct Strangers {
    Strangers(World& world, std::int64_t clients, const std::filesystem::path& away, std::mt19937_64& random)
        : ending(world, clients, random()),
          throwing(world, clients + 1, random()),
          foreign(world, random()),
          lost(world, away, random())
    {}

    EndingContexts ending;
    ThrowingCallers throwing;
    ForeignLocks foreign;
    LostFiles lost;
};

// What a fleet may be opened on.
struct UnreliableExecutor {
    explicit UnreliableExecutor(std::size_t threads) : pool(threads) {}
    ~UnreliableExecutor() { pool.join(); }

    [[nodiscard]] asio::any_io_executor executor() { return ThrowingExecutor(pool.get_executor(), state); }

    ThrowingState state;
    asio::thread_pool pool;
};

// Runs clients until the time is over, and ends the fleet in one way or another.
void work(World& world, std::vector<std::unique_ptr<Client>>& clients, Strangers& strangers, bool shared,
          int count, std::mt19937_64& random, std::chrono::duration<double> time)
{
    asio::io_context contexts[2];
    for (int n = 0; n < count; ++n) {
        auto& context = contexts[n % 2];
        auto& client =
            *clients.emplace_back(std::make_unique<Client>(world, context.get_executor(), n, random()));
        asio::co_spawn(context, client.work(), [&world](std::exception_ptr thrown) {
            if (thrown) world.found("a client ended by an exception");
        });
    }
    std::thread threads[2];
    for (int n = 0; n < 2; ++n) threads[n] = std::thread([&context = contexts[n]] { context.run(); });
    std::thread others[] = {
        std::thread([&] { strangers.ending.work(); }),
        std::thread([&] { strangers.throwing.work(); }),
        std::thread([&] {
            if (shared) strangers.foreign.work();
        }),
        std::thread([&] { strangers.lost.work(); }),
    };
    std::this_thread::sleep_for(time);
    const auto way = random() % 3;
    if (way != 0) (void)world.fleet().close(way == 1 ? Shutdown::drain : Shutdown::cancel);
    world.stop();
    for (auto& thread : threads) thread.join();
    for (auto& thread : others) thread.join();
    if (way != 0) return;
    const auto closed = world.fleet().close(Shutdown::drain);
    if (!closed && !World::loses_files(closed.error().tenant()))
        world.found("closing the fleet: " + said(closed.error()));
}

// --- afterwards

class Audit {
public:
    Audit(World& world, std::filesystem::path root) : world_(world), root_(std::move(root)) {}

    void know(const std::deque<Asked>& writes)
    {
        for (const Asked& asked : writes) {
            if (!asked.answered) wrong("a write was never answered");
            asked_[asked.number] = &asked;
        }
    }

    void run()
    {
        std::vector<std::filesystem::path> directories;
        {
            FleetOptions patient; // beside other programs a thread may wait long for its turn
            patient.open_deadline = std::chrono::minutes(10);
            auto fleet = need(open_notes(root_, patient));
            for (std::size_t tenant = 0; tenant < world_.places().size(); ++tenant) {
                const Place& place = world_.places()[tenant];
                auto db = fleet.tenant(place.name);
                if (!db && !(db.error() == errc::no_such_tenant)) {
                    wrong(place.name + " cannot be opened any more: " + said(db.error()));
                    continue;
                }
                const std::int64_t there = db ? 1 : 0;
                if (there != place.times_there())
                    wrong(place.name + " is there " + std::to_string(there) + " times, and was made " +
                          std::to_string(place.created) + " times, destroyed " +
                          std::to_string(place.destroyed) + " times and removed " +
                          std::to_string(place.removed) + " times");
                if (!db) continue;
                look_through(*db, place, tenant);
                directories.push_back(need(fleet.directory(place.name)));
            }
            need(fleet.close(Shutdown::drain));
        }
        for (const auto& directory : directories) check_files(directory);
    }

private:
    void wrong(const std::string& what) { world_.found(what); }

    void look_through(const TenantDb<Notes>& db, const Place& place, std::size_t tenant)
    {
        const auto read =
            db.read(select(col<&Note::number>, col<&Note::text>).from(table<Note>).order_by(col<&Note::id>));
        if (!read) return wrong(place.name + " cannot be read any more: " + said(read.error()));
        std::map<std::int64_t, int> found;
        std::map<std::int64_t, std::int64_t> last; // of each client
        for (const auto& [number, text] : *read) {
            ++found[number];
            auto& before = last[number / numbers_each];
            if (number < before) wrong(place.name + " has writes out of order");
            before = number;
            const auto asked = asked_.find(number);
            if (asked == asked_.end() || text == poison || asked->second->incarnation != db.incarnation())
                wrong(place.name + " has a row '" + text + "' that is none of its own");
        }
        for (const auto& [number, asked] : asked_) {
            // Where there is but one incarnation, whatever was written to the tenant is to be found in it.
            if (place.has_one_incarnation() ? asked->tenant != tenant
                                            : asked->incarnation != db.incarnation())
                continue;
            const auto at = found.find(number);
            const int there = at == found.end() ? 0 : at->second;
            if (there != asked->rows && there != asked->rows + asked->perhaps)
                wrong(place.name + " has " + std::to_string(there) + " rows of write " +
                      std::to_string(number) + " where " + std::to_string(asked->rows) +
                      " were acknowledged");
        }
    }

    void check_files(const std::filesystem::path& directory)
    {
        std::size_t files = 0;
        for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(directory)) ++files;
        if (files != 2) wrong(directory.string() + " holds more than a database and its state");
        auto connection = need(sqlite::Connection::open(directory / "main.db", sqlite::OpenMode::read_only));
        const auto damages = need(connection.query_integer(
            "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"));
        if (damages != 0) wrong(directory.string() + " is damaged");
    }

    World& world_;
    std::filesystem::path root_;
    std::map<std::int64_t, const Asked*> asked_;
};

// One fleet from opening to audit. What is wrong with it.
std::vector<std::string> one_fleet(const Arguments& arguments, std::mt19937_64& random,
                                   std::chrono::duration<double> time, Totals& totals)
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto options = some_options(random);
    const auto listener = std::make_shared<Listener>(random() % 2 == 0);
    options.observer = listener;
    std::optional<UnreliableExecutor> unreliable;
    if (random() % 3 == 0) unreliable.emplace(options.threads);
    std::optional<Fleet<Notes>> fleet(
        need(unreliable ? open_notes(unreliable->executor(), root, options) : open_notes(root, options)));
    World world(*fleet, stable, changing);
    for (auto& place : world.places()) {
        if (place.fate == Fate::comes_and_goes) continue;
        need(fleet->create(place.name));
        ++place.created;
    }
    if (unreliable) unreliable->state.throw_one_in(10 + random() % 500);
    std::vector<std::unique_ptr<Client>> clients;
    const auto away = directory.path() / "away";
    std::filesystem::create_directory(away);
    Strangers strangers(world, arguments.clients, away, random);
    work(world, clients, strangers, !options.sole_owner, arguments.clients, random, time);
    const auto stats = fleet->stats();
    if (stats.open != 0 || stats.idle != 0 || stats.waiting != 0)
        world.found("a closed fleet has tenants open");
    fleet.reset();
    listener->compare(world, stats);
    Audit audit(world, root);
    for (const auto& client : clients) audit.know(client->asked());
    audit.know(strangers.ending.asked());
    audit.know(strangers.throwing.asked());
    audit.run();

    ++totals.fleets;
    totals.opened += stats.opened;
    totals.thrown += strangers.throwing.times_thrown() + (unreliable ? unreliable->state.times_thrown() : 0);
    totals.lost += strangers.lost.times();
    for (const auto& client : clients) {
        totals.operations += client->operations();
        totals.kept += client->kept();
        for (std::size_t code = 0; code < client->errors().size(); ++code)
            if (client->errors()[code] != 0)
                totals.errors[std::string(to_string(static_cast<errc>(code)))] += client->errors()[code];
    }
    return world.findings();
}

void compare(const Resources& before, const Resources& after, std::vector<std::string>& findings)
{
    const auto differ = [&](const char* what, auto was, auto is) {
        findings.push_back(std::string(what) + ": " + std::to_string(was) + " before, " + std::to_string(is) +
                           " after");
    };
    constexpr std::size_t heap_noise = std::size_t{1} << 20U;
    if (after.descriptors != before.descriptors) differ("descriptors", before.descriptors, after.descriptors);
    if (after.threads != before.threads) differ("threads", before.threads, after.threads);
    if (after.sqlite_bytes != before.sqlite_bytes)
        differ("bytes of SQLite's", before.sqlite_bytes, after.sqlite_bytes);
    if (after.heap_bytes > before.heap_bytes + heap_noise)
        differ("bytes of heap", before.heap_bytes, after.heap_bytes);
}

} // namespace

int main(int count, char** values)
{
    Arguments arguments;
    if (count > 1) arguments.seconds = std::atof(values[1]);
    if (count > 2) arguments.clients = std::atoi(values[2]);
    if (count > 3) arguments.seed = std::strtoull(values[3], nullptr, 10);
    if (count > 4 || arguments.clients < 1 || arguments.seconds <= 0) give_up("[SECONDS [CLIENTS [SEED]]]");
    std::mt19937_64 random(arguments.seed);
    const auto end = Clock::now() + std::chrono::duration<double>(arguments.seconds);

    Totals totals;
    std::vector<std::string> findings;
    // What is made once for the process is made by the first fleet.
    constexpr std::chrono::duration<double> warm_up = 100ms;
    constexpr std::chrono::duration<double> at_most = 1s;
    findings = one_fleet(arguments, random, warm_up, totals);
    const Resources before = Resources::now();
    while (findings.empty()) {
        findings = one_fleet(arguments, random,
                             std::min(at_most, std::chrono::duration<double>(arguments.seconds) / 3), totals);
        Resources::wait_for_threads(before.threads);
        compare(before, Resources::now(), findings);
        if (Clock::now() >= end) break;
    }

    std::printf("%llu fleets, %llu rounds of %d clients, %llu acknowledged writes, %llu tenants opened\n",
                static_cast<unsigned long long>(totals.fleets),
                static_cast<unsigned long long>(totals.operations), arguments.clients,
                static_cast<unsigned long long>(totals.kept), static_cast<unsigned long long>(totals.opened));
    std::printf("%llu times an executor threw, %llu times files of a tenant were taken away\n",
                static_cast<unsigned long long>(totals.thrown), static_cast<unsigned long long>(totals.lost));
    for (const auto& [name, times] : totals.errors)
        std::printf("  %s: %llu\n", name.c_str(), static_cast<unsigned long long>(times));
    if (findings.empty()) return 0;
    for (std::size_t n = 0; n < findings.size() && n < 20; ++n) std::cerr << "soak: " << findings[n] << '\n';
    std::cerr << "soak: " << findings.size() << " findings; seed " << arguments.seed << ", fleet "
              << totals.fleets << '\n';
    return 1;
}
