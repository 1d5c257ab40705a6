// Making tenants, and opening those that are current. Both sides do it on a pool, as it blocks on the disk.
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/vfs.h>

#include "by_hand.hpp"
#include "rows.hpp"
#include "tenants.hpp"

namespace bench {

namespace {

bool in_memory(const std::filesystem::path& directory)
{
    struct statfs found{};
    constexpr long tmpfs = 0x01021994; // linux/magic.h
    return ::statfs(directory.c_str(), &found) == 0 && found.f_type == tmpfs;
}

std::string name(int n) { return "t" + std::to_string(n); }

} // namespace

void create(const Setting& setting)
{
    auto fleet = open_fleet(setting.directory / "ours");
    int ours = 0;
    int theirs = 0;
    for (; ours < 8; ++ours) // the first few are made by the statements
        need(wait_for(fleet.async_create(name(ours))));
    boost::asio::thread_pool pool(2);
    const auto strand = boost::asio::make_strand(pool.get_executor());
    const auto by_hand = [&] {
        const auto directory = setting.directory / ("theirs" + std::to_string(theirs++));
        std::filesystem::create_directory(directory);
        ByHand::create(directory / "main.db", true);
        return 0;
    };
    const auto found = alternate(
        201, [&] { return microseconds([&] { need(wait_for(fleet.async_create(name(ours++)))); }); },
        [&] {
            return microseconds([&] { (void)async_run(strand, by_hand, boost::asio::use_future).get(); });
        });
    const bool memory = in_memory(setting.directory);
    print(memory ? "create a tenant, durable, tmpfs" : "create a tenant, durable, disk", found, "us",
          Goal::at_most, memory ? 0.1 : 0.25);
}

void open_current(const Setting& setting)
{
    constexpr int count = 200;
    const auto path = [&](int n) { return setting.directory / ("theirs" + std::to_string(n) + ".db"); };
    FleetOptions options;
    options.max_open = 2 * count;
    options.trim_idle_after = options.close_idle_after = std::chrono::milliseconds(0);
    {
        auto fleet = open_fleet(setting.directory / "ours", options);
        for (int n = 0; n < count; ++n) (void)filled_tenant(fleet, name(n), 100);
        need(wait_for(fleet.async_close(Shutdown::drain)));
        for (int n = 0; n < count; ++n) // the same databases
            std::filesystem::copy_file(need(fleet.directory(name(n))) / "main.db", path(n));
    }
    boost::asio::thread_pool pool(2);
    const auto strand = boost::asio::make_strand(pool.get_executor());
    // Closing is not measured: all are closed together.
    std::vector<double> ours;
    std::vector<double> with_query;
    std::vector<double> theirs;
    std::vector<double> ratios;
    std::vector<double> ratios_with_query;
    for (int round = 0; round < 5; ++round) {
        auto fleet = open_fleet(setting.directory / "ours", options);
        std::vector<TenantDb<Slot>> opened;
        std::vector<ByHand> opened_by_hand;
        opened.reserve(count);
        opened_by_hand.reserve(count);
        for (int n = 0; n < count; ++n) {
            const auto us = [&] {
                ours.push_back(
                    microseconds([&] { opened.push_back(need(wait_for(fleet.async_tenant(name(n))))); }));
                with_query.push_back(ours.back() + microseconds([&] {
                                         const auto& db = opened.back();
                                         need(db.read(one(select<AuditLog>().where(
                                             col<&AuditLog::id> == key_for<AuditLog>(db, 7)))));
                                     }));
            };
            if (n % 2 == 0) us();
            const auto by_hand = [&] {
                opened_by_hand.emplace_back(path(n));
                return opened_by_hand.back().lookup(7).id;
            };
            theirs.push_back(microseconds([&] {
                if (async_run(strand, by_hand, boost::asio::use_future).get() != 7) give_up("lookup");
            }));
            if (n % 2 != 0) us();
            ratios.push_back(ours.back() / theirs.back());
            ratios_with_query.push_back(with_query.back() / theirs.back());
        }
    }
    print("open a current tenant", {.ours = median(ours), .theirs = median(theirs), .ratio = median(ratios)},
          "us", Goal::at_most, 1.15);
    print("   and its first query",
          {.ours = median(with_query), .theirs = median(theirs), .ratio = median(ratios_with_query)}, "us",
          Goal::none, 0);
}

} // namespace bench
