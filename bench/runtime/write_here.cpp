// Inserts and upserts into one tenant by a thread that waits for each: what a server with a thread a request does.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "by_hand.hpp"
#include "rows.hpp"
#include "tenants.hpp"

namespace bench {

namespace {

constexpr std::int64_t entries = 1000;

// Microseconds a write, of both sides by turns; a checkpoint that one of them makes meanwhile is one round among many.
template <class Ours, class Theirs>
Compared each(Ours&& ours, Theirs&& theirs)
{
    constexpr int rounds = 301;
    constexpr int writes = 40;
    std::int64_t n = 0;
    const auto take = [&](const auto& write) {
        return microseconds([&] {
                   for (int k = 0; k < writes; ++k) write(n++);
               }) /
               writes;
    };
    return alternate(rounds, [&] { return take(ours); }, [&] { return take(theirs); });
}

} // namespace

void write_here(const Setting& setting)
{
    auto fleet = open_fleet(setting.directory / "ours");
    const auto db = filled_tenant(fleet, "one", entries);
    const auto path = setting.directory / "theirs.db";
    ByHand::create(path);
    ByHand theirs(path);
    theirs.fill(entries);

    std::vector<AuditLog> rows;
    std::vector<Config> settings;
    for (std::int64_t n = 0; n < 500; ++n) {
        rows.push_back(audit(n));
        settings.push_back({.key = "setting " + std::to_string(n),
                            .value = "value " + std::to_string(n),
                            .updated_at = audit(n).at});
    }
    const auto at = [](const auto& given, std::int64_t n) -> const auto& {
        return given[static_cast<std::size_t>(n) % given.size()];
    };
    const auto inserted = each([&](std::int64_t n) { must(db.write(insert(at(rows, n)))); },
                               [&](std::int64_t n) { (void)theirs.insert(at(rows, n)); });
    print("insert, by a thread that waits", inserted, "us", Goal::at_most, 1.15);
    const auto upserted = each([&](std::int64_t n) { must(db.write(upsert(at(settings, n)))); },
                               [&](std::int64_t n) { theirs.upsert(at(settings, n)); });
    print("upsert, by a thread that waits", upserted, "us", Goal::at_most, 1.30);
}

} // namespace bench
