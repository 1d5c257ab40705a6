#pragma once

#include <tenantry/fleet/adopt.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tenantry/async/detail/answer.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/detail/blocking.hpp>
#include <tenantry/fleet/detail/core.hpp>
#include <tenantry/migrate/adopt.hpp>
#include <tenantry/migrate/compare.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/copy.hpp>
#include <tenantry/sqlite/inspect.hpp>
#include <tenantry/tenant/detail/identity.hpp>
#include <tenantry/tenant/options.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

// A copy of the database at `from` becomes the one at `to` of the tenant with this incarnation.
TENANTRY_DECL Result<Comparison> adopt_copy(const std::filesystem::path& from,
                                            const std::filesystem::path& to, std::uint64_t incarnation,
                                            const SchemaInfo& schema, const TenantOptions& options)
{
    auto copied = sqlite::inspect(from, {}, [&to](sqlite::Connection& theirs) -> Result<void> {
        auto identity = read_identity(theirs);
        if (!identity) return fail(std::move(identity).error());
        if (*identity)
            return fail(errc::invalid_argument,
                        "the database is a tenant's already, of this fleet or another");
        return sqlite::copy_into(theirs, to);
    });
    if (!copied) return fail(std::move(copied).error());
    sqlite::Profile profile = options.profile;
    profile.keep_log = false; // nobody else knows of the file yet, and it is to be whole without a log
    auto database = sqlite::Connection::open(to, sqlite::OpenMode::read_write, profile);
    if (!database) return fail(std::move(database).error());
    const std::string mark = "PRAGMA application_id = " + std::to_string(options.application_id);
    if (auto marked = database->execute(mark); !marked) return fail(std::move(marked).error());
    if (auto made = make_identity(*database, incarnation); !made) return fail(std::move(made).error());
    database->set_incarnation(incarnation);
    auto adopted = tenantry::adopt(*database, schema, options.history);
    if (!adopted) return adopted;
    // Closing would do the same, and say nothing if it failed: the log would stay, and it is not synced.
    if (auto moved = database->checkpoint(sqlite::Checkpoint::truncate); !moved)
        return fail(std::move(moved).error());
    if (auto closed = database->close(); !closed) return fail(std::move(closed).error());
    return adopted;
}

TENANTRY_DECL Result<Comparison> adopt_and_wait(const std::shared_ptr<FleetPort>& port, std::string_view id,
                                                const std::filesystem::path& path)
{
    const auto tenant = TenantId::parse(id);
    if (!tenant) return fail(tenant.error());
    const auto core = FleetCore::of(port);
    if (auto may = core->may_wait(); !may) return fail(std::move(may).error());
    std::optional<Comparison> found;
    Answer<void> answer;
    core->create_by(*tenant, std::make_unique<BlockedEnd>(answer),
                    [&](const std::filesystem::path& to, std::uint64_t incarnation) -> Result<void> {
                        auto adopted =
                            adopt_copy(path, to, incarnation, core->schema(), core->options().tenant);
                        if (!adopted) {
                            adopted.error().in("adopting '" + path.string() + "'");
                            return fail(std::move(adopted).error());
                        }
                        found = std::move(*adopted);
                        return {};
                    });
    if (auto made = answer.wait(); !made) return fail(std::move(made).error());
    return std::move(*found);
}

} // namespace tenantry::detail
