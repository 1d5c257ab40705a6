// Brings every tenant of a fleet to the program's schema: at deploy time, several at once, canaries first.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <tenantry/async/detail/promise.hpp>
#include <tenantry/async/detail/temporary_options.hpp>
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
template <SchemaType S, class Options = MigrateOptions, class Token = boost::asio::deferred_t>
    requires std::same_as<std::remove_cvref_t<Options>, MigrateOptions>
auto async_migrate_all(Fleet<S>& fleet, Options&& options, Token&& token = {})
{
    static_assert(detail::safe_as_options<Options, Token>,
                  "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                  "name the options (MigrateOptions options{...};) and pass the name, or use clang");
    return boost::asio::async_initiate<Token, void(Result<MigrationReport>)>(
        detail::InitiateMigrateAll(detail::FleetAccess::core(fleet)), token,
        MigrateOptions(std::forward<Options>(options)));
}
template <SchemaType S>
auto async_migrate_all(Fleet<S>& fleet)
{
    const MigrateOptions options;
    return async_migrate_all(fleet, options);
}

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/migrate_all.ipp>
#endif
