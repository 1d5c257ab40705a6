// What it gives to own the files alone: reads, writes and opening, beside the same in a fleet that shares them.
//
//     bench_sole_owner [directory]      on the disk of that directory; of the temporary one without
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <boost/asio/use_future.hpp>

#include <tenantry/fleet/open.hpp>
#include <tenantry/tenantry.hpp>

namespace {

namespace asio = boost::asio;
using namespace tenantry;

struct Item {
    Id<Item> id{};
    std::string name{};
    std::int64_t amount{};
};
struct Items : Schema<Table<"item", Item>> {};

constexpr int rows = 20'000;
constexpr int rounds = 20;

template <class T>
T need(Result<T> result)
{
    if (!result) {
        std::cerr << result.error() << '\n';
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// Microseconds for each of so many calls.
template <class Function>
double each(int times, Function function)
{
    const auto begin = std::chrono::steady_clock::now();
    for (int n = 0; n < times; ++n) function(n);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    return took.count() / times;
}

struct Times {
    double read = 0;
    double async_read = 0;
    double snapshot = 0; // ten reads
    double write = 0;
    double open = 0; // a fleet with a tenant, and its first read
};

Times measure(const std::filesystem::path& root, bool alone)
{
    const FleetOptions options{.sole_owner = alone, .threads = 2};
    const auto by_id = [](const auto& db, int n) {
        return one(select<Item>().where(col<&Item::id> == key_for<Item>(db, 1 + n * 7919 % rows)));
    };
    Times times;
    {
        auto fleet = need(Fleet<Items>::open(root, options));
        const auto db = need(fleet.tenant("acme"));
        need(db.read(by_id(db, 0)));
        times.read = each(5'000, [&](int n) { need(db.read(by_id(db, n))); });
        times.async_read =
            each(1'000, [&](int n) { need(db.async_read(by_id(db, n), asio::use_future).get()); });
        times.snapshot = each(500, [&](int n) {
            need(db.snapshot([&](auto& snapshot) -> Result<void> {
                for (int i = 0; i < 10; ++i)
                    if (auto found = snapshot.read(by_id(db, n + i)); !found) return fail(found.error());
                return {};
            }));
        });
        times.write = each(500, [&](int n) {
            need(db.write(update<Item>()
                              .set(col<&Item::amount> = std::int64_t{n})
                              .where(col<&Item::id> == key_for<Item>(db, 1 + n * 7919 % rows))));
        });
        need(fleet.close(Shutdown::drain));
    }
    auto fleet = need(Fleet<Items>::open(root, {.sole_owner = alone, .threads = 2, .max_open = 1}));
    times.open = each(50, [&](int n) {
        const auto db = need(fleet.tenant(n % 2 == 0 ? "acme" : "globex"));
        need(db.read(select<Item>().limit(1)));
    });
    return times;
}

void print(const char* what, double shared, double alone)
{
    std::printf("%-34s %9.2f us %9.2f us   %.2fx\n", what, shared, alone, alone / shared);
}

} // namespace

int main(int argc, char** argv)
{
    const std::filesystem::path parent = argc > 1 ? argv[1] : std::filesystem::temp_directory_path();
    const auto root = parent / ("bench-sole-owner-" + std::to_string(::getpid()));
    {
        auto fleet = need(Fleet<Items>::open(root));
        for (const char* id : {"acme", "globex"}) {
            need(fleet.create(id));
            need(need(fleet.tenant(id)).write([](auto& tx) -> Result<void> {
                for (int n = 0; n < rows; ++n) {
                    const Item item{.name = "item " + std::to_string(n), .amount = n};
                    if (auto done = tx.run(insert(item)); !done) return done;
                }
                return {};
            }));
        }
    }
    std::vector<Times> shared;
    std::vector<Times> alone;
    for (int n = 0; n < rounds; ++n) {
        shared.push_back(measure(root, false));
        alone.push_back(measure(root, true));
    }
    std::filesystem::remove_all(root);
    // The best of each: the rest is other people's work.
    const auto best = [](const std::vector<Times>& all, double Times::* what) {
        return std::ranges::min((all | std::views::transform(what)));
    };
    std::printf("%-34s %12s %12s\n", "", "shared", "sole owner");
    const auto compare = [&](const char* name, double Times::* what) {
        print(name, best(shared, what), best(alone, what));
    };
    compare("a row by its key, read()", &Times::read);
    compare("the same, async_read", &Times::async_read);
    compare("ten of them in a snapshot", &Times::snapshot);
    compare("an update, write()", &Times::write);
    compare("opening a tenant, the first read", &Times::open);
}
