// The right to use one tenant: what every handle holds.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include <tenantry/async/detail/gate.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/tenant/detail/port.hpp>
#include <tenantry/tenant/limits.hpp>

namespace tenantry::detail {

/// While a lease lives its tenant is not evicted. Shared by the copies of a handle and by the operations they
/// begin. Thread-safe.
class Lease {
public:
    explicit Lease(std::shared_ptr<TenantPort> tenant, const Limits& limits = {}) noexcept
        : tenant_(std::move(tenant)), limits_(limits)
    {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    virtual ~Lease() = default;

    [[nodiscard]] TenantPort& tenant() const noexcept { return *tenant_; }

    /// What was asked for with it, and has begun: the limits of handles that are made of it.
    [[nodiscard]] const Limits& limits() const noexcept { return limits_; }

    /// Ends the scope the lease was made for: handles that were kept beyond it are answered with
    /// `errc::tenant_gone`. Operations that have begun go on.
    void end() noexcept { ended_.store(true, std::memory_order_release); }

    /// Shut once the executor that the lease's handles name may have ended; nullptr where it outlives the lease.
    [[nodiscard]] virtual Gate* executor_gate() const noexcept { return nullptr; }

    [[nodiscard]] bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }

private:
    std::shared_ptr<TenantPort> tenant_;
    const Limits limits_;
    std::atomic<bool> ended_{false};
};

using LeasePtr = std::shared_ptr<Lease>;

/// Why a lease cannot be used, where that is so.
[[nodiscard]] inline Result<void> usable(const LeasePtr& lease)
{
    if (!lease) return fail(errc::tenant_gone, "this handle was never given a tenant");
    if (lease->ended())
        return fail(Error(errc::tenant_gone, "this handle was kept beyond the end of its async_with scope")
                        .with_tenant(lease->tenant().id().view()));
    return {};
}

} // namespace tenantry::detail
