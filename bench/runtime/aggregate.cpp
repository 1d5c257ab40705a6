// A sum over all rows, on the calling thread: longer than a query has the writer's connection, so it belongs on a reader.
#include <cstdint>
#include <optional>

#include "by_hand.hpp"
#include "rows.hpp"
#include "tenants.hpp"

namespace bench {

void aggregate(const Setting& setting)
{
    constexpr std::int64_t entries = 12'000;
    constexpr int times = 5;
    auto fleet = open_fleet(setting.directory / "ours");
    const auto db = filled_tenant(fleet, "one", entries);
    const auto path = setting.directory / "theirs.db";
    ByHand::create(path);
    ByHand theirs(path);
    theirs.fill(entries);

    const auto each = [&](const auto& work) {
        return microseconds([&] {
                   for (int n = 0; n < times; ++n) work();
               }) /
               times;
    };
    std::optional<std::int64_t> found;
    std::int64_t expected = 0;
    const auto ours = [&] {
        found = must(db.read(one(select(sum(col<&AuditLog::duration_ms>))
                                     .from(table<AuditLog>)
                                     .where(col<&AuditLog::action> != ""))));
    };
    const auto by_hand = [&] { expected = theirs.total(); };
    print(
        "a sum over 12,000 rows",
        alternate(101, [&] { return each(ours); }, [&] { return each(by_hand); }), "us", Goal::at_most, 1.15);
    if (found != expected) give_up("another sum than by hand");
}

} // namespace bench
