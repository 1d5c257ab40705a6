#pragma once

#include <tenantry/fleet/migration_status.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/fleet/detail/core.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/tenant/detail/open_database.hpp>

namespace tenantry::detail {

/// The work of `migration_status`: tenants are taken one by one, by the caller's thread and by those that help.
class StatusRun {
public:
    StatusRun(std::shared_ptr<FleetCore> core, std::vector<TenantId> tenants) : core_(std::move(core))
    {
        result_.reserve(tenants.size());
        for (TenantId& id : tenants) result_.push_back({.id = std::move(id)});
    }

    void work()
    {
        {
            const std::lock_guard lock(mutex_);
            if (over_) return;
            ++workers_;
        }
        for (std::size_t i = next_++; i < result_.size(); i = next_++) find_status(result_[i]);
        const std::lock_guard lock(mutex_);
        --workers_;
        idle_.notify_all();
    }

    // Waits for threads that have begun; one that comes later finds nothing to do.
    std::vector<TenantStatus> take()
    {
        std::unique_lock lock(mutex_);
        over_ = true;
        idle_.wait(lock, [this] { return workers_ == 0; });
        return std::move(result_);
    }

    [[nodiscard]] std::size_t size() const noexcept { return result_.size(); }

private:
    void find_status(TenantStatus& status) noexcept
    {
        try {
            try_to_find_status(status);
        } catch (...) {
            status.state.standing = migrate::Standing::refused;
            status.state.error.emplace(
                thrown_error(std::current_exception(), errc::internal, "looking at a tenant"));
        }
    }

    void try_to_find_status(TenantStatus& status)
    {
        if (found_open(status)) return;
        const TenantOptions& options = core_->options().tenant;
        auto opened = open_database(core_->layout().directory(status.id), options,
                                    migrate::current_mark(core_->schema(), options.history));
        // Where there is one connection to a tenant, it may just have been opened.
        if (!opened && opened.error() == errc::busy && found_open(status)) return;
        auto found = opened ? migrate::forecast(opened->connection, core_->schema(), options.history, false)
                            : fail(std::move(opened).error());
        if (found) {
            status.state = std::move(*found);
        } else {
            status.state.standing = migrate::Standing::refused;
            status.state.error.emplace(std::move(found).error());
        }
        if (status.state.error) status.state.error->with_tenant(status.id.view());
    }

    bool found_open(TenantStatus& status)
    {
        auto opening = core_->opening(status.id);
        if (!opening) return false;
        status.is_open = true;
        status.state.at = std::move(opening->to);
        status.state.tolerated = std::move(opening->tolerated);
        if (opening->is_newer) status.state.standing = migrate::Standing::newer;
        return true;
    }

    const std::shared_ptr<FleetCore> core_;
    std::vector<TenantStatus> result_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::condition_variable idle_;
    std::size_t workers_ = 0;
    bool over_ = false;
};

TENANTRY_DECL Result<std::vector<TenantStatus>> migration_status(const std::shared_ptr<FleetPort>& fleet)
{
    const auto core = FleetCore::of(fleet);
    auto tenants = core->layout().tenants();
    if (!tenants) return fail(std::move(tenants).error());
    const auto run = std::make_shared<StatusRun>(core, std::move(*tenants));
    constexpr std::size_t worth_a_helper = 16; // tenants
    const std::size_t cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
    for (std::size_t n = 1; n < std::min(cores, run->size() / worth_a_helper); ++n) try {
            core->spawn([run] { run->work(); });
        } catch (...) { // without help, then
            break;
        }
    run->work();
    return run->take();
}

} // namespace tenantry::detail
