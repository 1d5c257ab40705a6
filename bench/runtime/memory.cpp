// What an open tenant holds that nobody uses, all in all: heap, before against after.
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>
#include <sqlite3.h>

#include "by_hand.hpp"
#include "rows.hpp"
#include "tenants.hpp"

namespace bench {

namespace {

double heap()
{
    const auto now = ::mallinfo2();
    return static_cast<double>(now.uordblks + now.hblkhd);
}

} // namespace

void idle_memory(const Setting& setting)
{
    constexpr int count = 100;
    constexpr std::int64_t entries = 2000;
    FleetOptions options;
    options.trim_idle_after = std::chrono::milliseconds(100);
    options.max_open = 2 * count;
    auto fleet = open_fleet(setting.directory / "ours", options);
    (void)filled_tenant(fleet, "warm", entries);
    const double before = heap();
    for (int n = 0; n < count; ++n) {
        const auto db = filled_tenant(fleet, "t" + std::to_string(n), entries);
        need(db.read(one(select<AuditLog>().where(col<&AuditLog::id> == key_for<AuditLog>(db, 7)))));
        need(db.read(select<AuditLog>().order_by(desc(col<&AuditLog::at>)).limit(100)));
        const AuditLog row = audit(1);
        need(wait_for(db.async_write(insert(row))));
    }
    // Until all were trimmed.
    auto last = sqlite3_memory_used();
    for (int still = 0; still < 20;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const auto now = sqlite3_memory_used();
        still = now == last ? still + 1 : 0;
        last = now;
    }
    const double ours = (heap() - before) / count / 1024;

    const double before_theirs = heap();
    std::vector<ByHand> connections;
    for (int n = 0; n < count; ++n) {
        const auto path = setting.directory / ("theirs" + std::to_string(n) + ".db");
        ByHand::create(path);
        auto& db = connections.emplace_back(ByHand::plain(path));
        db.fill(entries);
        if (db.lookup(7).id != 7 || db.latest().size() != 100) give_up("lookup");
        (void)db.insert(audit(1));
    }
    const double theirs = (heap() - before_theirs) / count / 1024;
    if (fleet.stats().open != count + 1) give_up("tenants were closed meanwhile");
    print("an open tenant that nobody uses", {.ours = ours, .theirs = theirs, .ratio = ours / theirs}, "KiB",
          Goal::at_most, 0.4);
}

} // namespace bench
