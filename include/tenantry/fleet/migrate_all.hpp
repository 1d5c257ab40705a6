// Brings every tenant of a fleet to the program's schema: at deploy time, several at once, canaries first.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <tenantry/async/detail/promise.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/fleet/migration_report.hpp>

namespace tenantry {

namespace detail {

/// What is told of the progress: kept with the caller's handler, since it is the caller's. `reports`: there is one with the promise.
using MigrationProgress = decltype(MigrateOptions::progress);

void start_migrate_all(const std::shared_ptr<FleetPort>& fleet, MigrateOptions options,
                       std::unique_ptr<Promise<MigrationReport>> done, bool reports);

class InitiateMigrateAll : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, MigrateOptions options) const
    {
        const bool reports = options.progress != nullptr;
        auto done = promise<MigrationReport>(std::forward<Handler>(handler),
                                             std::exchange(options.progress, nullptr));
        start_migrate_all(shared_core(), std::move(options), std::move(done), reports);
    }
};

} // namespace detail

/// Brings every tenant to the schema of this program, or says what that would do. Completes with a report that has
/// every tenant in it: a tenant that fails stops nobody else, unless the options say so. Run again, it goes on with
/// those that are left. Cancelling ends it after the tenants that have begun.
///
/// Tenants may be in use meanwhile; a lock that somebody keeps beyond `TenantOptions::busy_deadline` is errc::busy for
/// that tenant. Errors of the whole: no_such_tenant (a canary), fleet_closed, and those of listing the directories.
template <SchemaType S, class Token = boost::asio::deferred_t>
auto async_migrate_all(Fleet<S>& fleet, MigrateOptions options = {}, Token&& token = {})
{
    return boost::asio::async_initiate<Token, void(Result<MigrationReport>)>(
        detail::InitiateMigrateAll(detail::FleetAccess::core(fleet)), token, std::move(options));
}

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/migrate_all.ipp>
#endif
