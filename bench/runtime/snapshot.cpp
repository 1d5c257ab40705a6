// Ten lookups: in one snapshot, and one by one through the C API. All on the calling thread.
#include <cstdint>
#include <filesystem>

#include "by_hand.hpp"
#include "rows.hpp"
#include "tenants.hpp"

namespace bench {

namespace {

void measure(const std::filesystem::path& directory, const char* what, std::int64_t entries)
{
    constexpr int times = 50;
    std::filesystem::create_directory(directory);
    auto fleet = open_fleet(directory / "ours");
    const auto db = filled_tenant(fleet, "one", entries);
    const auto path = directory / "theirs.db";
    ByHand::create(path);
    ByHand theirs(path);
    theirs.fill(entries);

    std::int64_t next = 0;
    std::int64_t wrong = 0;
    const auto id = [&] { return 1 + next++ * 7919 % entries; };
    const auto in_one = [&](auto& reads) -> Result<void> {
        for (int n = 0; n < 10; ++n) {
            const std::int64_t wanted = id();
            auto row = reads.read(
                one(select<AuditLog>().where(col<&AuditLog::id> == reads.template key<AuditLog>(wanted))));
            if (!row) return fail(std::move(row).error());
            wrong += row->id.value() != wanted;
        }
        return {};
    };
    const auto found = alternate(
        201,
        [&] {
            return microseconds([&] {
                       for (int n = 0; n < times; ++n) must(db.snapshot(in_one));
                   }) /
                   times;
        },
        [&] {
            return microseconds([&] {
                       for (int n = 0; n < 10 * times; ++n) {
                           const std::int64_t wanted = id();
                           wrong += theirs.lookup(wanted).id != wanted;
                       }
                   }) /
                   times;
        });
    if (wrong != 0) give_up("another row than was asked for");
    print(what, found, "us", Goal::at_most, 0.4);
}

} // namespace

void snapshot(const Setting& setting)
{
    measure(setting.directory / "small", "10 lookups in a snapshot, 2,000 rows", 2'000);
    // More than the page cache holds, on either side.
    measure(setting.directory / "large", "10 lookups in a snapshot, 20,000 rows", 20'000);
}

} // namespace bench
