// A hundred thousand tenants in one process, some hundreds of them open: what each step takes, and what memory is held.
//
//     bench_many_tenants [DIRECTORY [COUNT [MAX_OPEN]]]
//
// DIRECTORY (the system's temporary one) is where a folder is made, and removed; COUNT is 100,000 tenants, MAX_OPEN 500.
// A tenant takes two small files and a directory: look at the free inodes first.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include <malloc.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <tenantry/fleet/for_each.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/tenantry.hpp>

#include "folder.hpp"

namespace {

namespace asio = boost::asio;
using namespace tenantry;
using Clock = std::chrono::steady_clock;

struct Note {
    Id<Note> id{};
    std::string text{};
    std::int64_t number{};
};
struct Notes : Schema<Table<"note", Note, Index<"by_number", &Note::number>>> {};

[[noreturn]] void give_up(const std::string& why)
{
    std::cerr << "bench_many_tenants: " << why << '\n';
    std::exit(1);
}

template <class T>
T need(Result<T> result)
{
    if (!result) {
        std::ostringstream why;
        why << result.error();
        give_up(why.str());
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// What the process has in memory, in MiB.
double resident()
{
    std::ifstream file("/proc/self/statm");
    std::size_t all = 0;
    std::size_t pages = 0;
    file >> all >> pages;
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

std::string name(int n) { return "tenant-" + std::to_string(n); }

// Runs a step and prints what it took: in all, and for each of `count`.
template <class Work>
void step(const char* what, int count, Work&& work)
{
    const auto begun = Clock::now();
    work();
    const double took = std::chrono::duration<double>(Clock::now() - begun).count();
    std::printf("%-44s %10.2f s %10.1f us each %10.1f MiB resident\n", what, took, took / count * 1e6,
                resident());
    std::fflush(stdout);
}

// `clients` coroutines in this thread share the numbers from 0 to `count`.
template <class Each>
void share(int clients, int count, Each each)
{
    asio::io_context context(1);
    int next = 0;
    const auto client = [&]() -> asio::awaitable<void> {
        while (next < count) co_await each(next++);
    };
    for (int n = 0; n < clients; ++n)
        asio::co_spawn(context, client(), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    context.run();
}

struct Visits {
    int done = 0;
    int failed = 0;
};

// Writes a note into a tenant chosen at random, and reads it.
asio::awaitable<void> visit(Fleet<Notes>& fleet, std::string id, std::int64_t number, Visits& visits)
{
    auto body = [number]<class T>(TenantDb<T> db) -> asio::awaitable<Result<bool>> {
        const Note row{.text = "a note", .number = number};
        auto key = co_await db.async_write(insert(row));
        if (!key) co_return tl::unexpected(key.error());
        auto found = co_await db.async_read(one(select<Note>().where(col<&Note::id> == *key)));
        if (!found) co_return tl::unexpected(found.error());
        co_return found->number == number;
    };
    auto operation = fleet.async_with(id, body);
    auto right = co_await std::move(operation);
    ++visits.done;
    if (!right || !*right) ++visits.failed;
}

} // namespace

int main(int argc, char** argv)
{
    const std::filesystem::path parent = argc > 1 ? argv[1] : std::filesystem::temp_directory_path();
    const int count = argc > 2 ? std::atoi(argv[2]) : 100'000;
    const int max_open = argc > 3 ? std::atoi(argv[3]) : 500;
    if (argc > 4 || count < 1 || max_open < 1) give_up("[DIRECTORY [COUNT [MAX_OPEN]]]");
    (void)need(raise_descriptor_limit());
    const bench::Folder folder(parent);
    FleetOptions options;
    options.max_open = static_cast<std::size_t>(max_open);
    auto fleet = need(Fleet<Notes>::open(folder.path() / "root", options));
    std::printf("%d tenants in %s, %d open at a time\n", count, parent.c_str(), max_open);

    constexpr int clients = 64;
    int failed = 0;
    step("create all", count, [&] {
        share(clients, count, [&](int n) -> asio::awaitable<void> {
            const std::string id = name(n);
            auto made = co_await fleet.async_create(id);
            if (!made) ++failed;
        });
    });
    if (failed != 0) give_up(std::to_string(failed) + " tenants could not be made");
    step("list all", count, [&] {
        if (need(fleet.tenants()).size() != static_cast<std::size_t>(count)) give_up("some are missing");
    });
    std::mt19937 random(4711);
    Visits visits;
    const int times = std::min(count, 20'000);
    for (int round = 1; round <= 3; ++round) {
        const std::string what = "visit some at random, round " + std::to_string(round);
        step(what.c_str(), times, [&] {
            share(clients, times, [&](int n) -> asio::awaitable<void> {
                co_await visit(fleet, name(static_cast<int>(random() % static_cast<unsigned>(count))), n,
                               visits);
            });
        });
    }
    const auto stats = fleet.stats();
    std::printf("  %d visits, %d failed; %zu tenants open, %llu openings, %llu closed to make room\n",
                visits.done, visits.failed, stats.open, static_cast<unsigned long long>(stats.opened),
                static_cast<unsigned long long>(stats.evicted));
    if (visits.failed != 0 || stats.open > options.max_open) give_up("that must not be");
    step("go through all (async_for_each)", count, [&] {
        auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
            co_return co_await db.async_read(one(select(tenantry::count()).from(table<Note>)));
        };
        ForEachOptions how;
        how.concurrency = 8;
        asio::io_context context(1);
        auto operation = async_for_each(fleet, Which::all(), body, how);
        auto future = std::move(operation)(asio::bind_executor(context.get_executor(), asio::use_future));
        context.run();
        const auto report = need(future.get());
        std::int64_t notes = 0;
        for (const auto& each : report.tenants) notes += need(*each.result);
        if (notes != visits.done) give_up(std::to_string(notes) + " notes were found");
    });
    step("close the fleet", max_open, [&] {
        auto operation = fleet.async_close(Shutdown::drain);
        need(std::move(operation)(asio::use_future).get());
    });
    ::malloc_trim(0);
    std::printf("%-44s %44.1f MiB resident\n", "closed", resident());
}
