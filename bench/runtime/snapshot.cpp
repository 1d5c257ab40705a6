// Ten lookups: in one snapshot, and through the C API one by one, and in one transaction. All on the calling thread.
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
                one(select<AuditLog>().where(col<&AuditLog::id> == key_for<AuditLog>(reads, wanted))));
            if (!row) return fail(std::move(row).error());
            wrong += row->id.value() != wanted;
        }
        return {};
    };
    const auto lookups_by_hand = [&] {
        for (int n = 0; n < 10; ++n) {
            const std::int64_t wanted = id();
            wrong += theirs.lookup(wanted).id != wanted;
        }
    };
    const auto each = [&](const auto& work) {
        return microseconds([&] {
                   for (int n = 0; n < times; ++n) work();
               }) /
               times;
    };
    const auto ours = [&] { return each([&] { need(db.snapshot(in_one)); }); };
    print(what, alternate(201, ours, [&] { return each(lookups_by_hand); }), "us", Goal::at_most, 0.4);
    // How much cheaper that can be depends on what locks of files cost on a machine: this is as cheap as it gets.
    const auto transaction_by_hand = [&] {
        theirs.begin();
        lookups_by_hand();
        theirs.commit();
    };
    print("   the same in one transaction by hand",
          alternate(201, ours, [&] { return each(transaction_by_hand); }), "us", Goal::none, 0);
    if (wrong != 0) give_up("another row than was requested");
}

} // namespace

void snapshot(const Setting& setting)
{
    measure(setting.directory / "small", "10 lookups in a snapshot, 2,000 rows", 2'000);
    // More than the page cache holds, on either side.
    measure(setting.directory / "large", "10 lookups in a snapshot, 20,000 rows", 20'000);
}

} // namespace bench
