// A fleet for one test, gone with it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/tenant/tenant_db.hpp>
#include <tenantry/testing/temporary_directory.hpp>

namespace tenantry::testing {

/// A fleet in a temporary directory, which is removed with all tenants when this ends. Handles of it do not outlive it.
template <SchemaType S>
class TemporaryFleet {
public:
    /// Opens it; with two threads where the options do not say how many. Errors as `Fleet::open`, and io_error where there can
    /// be no directory.
    [[nodiscard]] static Result<TemporaryFleet> open(FleetOptions options = {})
    {
        if (options.threads == 0) options.threads = 2;
        try {
            TemporaryDirectory directory;
            auto fleet = Fleet<S>::open(directory.path() / "root", options);
            if (!fleet) return fail(std::move(fleet).error());
            return TemporaryFleet(std::move(directory), std::move(options), std::move(*fleet));
        } catch (const std::system_error& error) {
            return fail(errc::io_error, std::string("a temporary directory: ") + error.what());
        }
    }

    TemporaryFleet(TemporaryFleet&&) noexcept = default;
    TemporaryFleet& operator=(TemporaryFleet&& other) noexcept
    {
        if (this != &other) {
            fleet_ = std::move(other.fleet_); // the old one ends before its directory
            directory_ = std::move(other.directory_);
            options_ = std::move(other.options_);
        }
        return *this;
    }
    ~TemporaryFleet() = default;

    /// The fleet itself: `fleet->tenants()`.
    [[nodiscard]] Fleet<S>& operator*() noexcept { return fleet_; }
    /// The fleet itself: `fleet->tenants()`.
    [[nodiscard]] Fleet<S>* operator->() noexcept { return &fleet_; }

    /// Where it lies: a fleet of another release's schema may be opened there as well.
    [[nodiscard]] std::filesystem::path root() const { return directory_.path() / "root"; }

    /// A handle on the tenant, which is created where there is none.
    [[nodiscard]] Result<TenantDb<S>> tenant(std::string_view id = "test")
    {
        auto made = fleet_.create(id);
        if (!made && made.error() != errc::tenant_exists) return fail(std::move(made).error());
        return fleet_.tenant(id);
    }

    /// Closes the fleet and opens it anew, as a program does that is started again. Handles that are kept are of the fleet that
    /// was closed.
    [[nodiscard]] Result<void> reopen()
    {
        auto closed = fleet_.close(Shutdown::drain);
        if (!closed) return closed;
        auto fleet = Fleet<S>::open(root(), options_);
        if (!fleet) return fail(std::move(fleet).error());
        fleet_ = std::move(*fleet);
        return {};
    }

private:
    TemporaryFleet(TemporaryDirectory directory, FleetOptions options, Fleet<S> fleet)
        : directory_(std::move(directory)), options_(std::move(options)), fleet_(std::move(fleet))
    {}

    TemporaryDirectory directory_;
    FleetOptions options_;
    Fleet<S> fleet_; // ends before its directory
};

} // namespace tenantry::testing
