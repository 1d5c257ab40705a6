// What bench_runtime keeps in its tenants, and how a fleet of them is opened.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <boost/asio/use_future.hpp>

#include <tenantry/tenantry.hpp>

#include "../harness.hpp"
#include "../slot.hpp"

namespace bench {

/// Fleet<Slot>::open, compiled once.
Fleet<Slot> open_fleet(const std::filesystem::path& root, const FleetOptions& options = {});

template <class Operation>
auto wait_for(Operation&& operation)
{
    return std::forward<Operation>(operation)(boost::asio::use_future).get();
}

/// The i-th entry, the same on both sides.
inline AuditLog audit(std::int64_t i)
{
    constexpr std::array<const char*, 5> modules{"auth", "billing", "search", "mail", "storage"};
    AuditLog made;
    made.module = modules[static_cast<std::size_t>(i) % modules.size()];
    made.action = "action number " + std::to_string(i % 50);
    if (i % 3 != 0) made.target = "user/" + std::to_string(i % 1000);
    made.status = i % 7 == 0 ? Status::failed : Status::done;
    if (i % 4 != 0) made.duration_ms = i % 500;
    made.at = Timestamp(std::chrono::milliseconds(1'700'000'000'000 + i * 30'000));
    return made;
}

/// A tenant with so many entries, open.
inline TenantDb<Slot> filled_tenant(Fleet<Slot>& fleet, std::string_view name, std::int64_t entries)
{
    need(wait_for(fleet.async_create(name)));
    auto db = need(wait_for(fleet.async_tenant(name)));
    auto fill = [entries](auto& tx) -> Result<void> {
        for (std::int64_t i = 0; i < entries; ++i) {
            const AuditLog row = audit(i);
            if (auto done = tx.run(insert(row)); !done) return done;
        }
        return {};
    };
    need(wait_for(db.async_write(fill)));
    return db;
}

} // namespace bench
