// Waiting for a fleet in the calling thread: what is behind the synchronous twins of its operations.
#pragma once

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include <tenantry/async/detail/answer.hpp>
#include <tenantry/async/detail/inside.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/refusal.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/detail/with.hpp>
#include <tenantry/tenant/detail/blocking_operation.hpp>
#include <tenantry/tenant/detail/lease.hpp>
#include <tenantry/tenant/limits.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Nobody can cancel what a thread waits for.
class BlockedEnd final : public EndWaiter {
public:
    explicit BlockedEnd(Answer<void>& answer) noexcept : answer_(answer) {}
    void ended(Result<void> result) override { answer_.give(std::move(result)); }
    [[nodiscard]] bool cancelled() const noexcept override { return false; }

private:
    AnswerTo<void> answer_;
};

class BlockedLease final : public LeaseWaiter {
public:
    explicit BlockedLease(Answer<LeasePtr>& answer) noexcept : answer_(answer) {}
    void granted(LeasePtr lease) override { answer_.give(std::move(lease)); }
    void refused(Error error) override { answer_.give(fail(std::move(error))); }
    [[nodiscard]] bool cancelled() const noexcept override { return false; }

private:
    AnswerTo<LeasePtr> answer_;
};

[[nodiscard]] Result<void> create_and_wait(FleetPort& core, const Result<TenantId>& id);

[[nodiscard]] Result<void> destroy_and_wait(FleetPort& core, const Result<TenantId>& id);

[[nodiscard]] Result<void> close_and_wait(FleetPort& core, Shutdown how, const Limits& limits);

[[nodiscard]] Result<LeasePtr> acquire_and_wait(FleetPort& core, const Result<TenantId>& id,
                                                const Limits& limits);

/// One call of `with`: the scope that the calling thread is in while it lives.
class BlockedScope {
public:
    explicit BlockedScope(std::shared_ptr<FleetPort> core) noexcept
        : core_(std::move(core)), inside_(core_.get())
    {}
    BlockedScope(const BlockedScope&) = delete;
    BlockedScope& operator=(const BlockedScope&) = delete;
    ~BlockedScope();

    [[nodiscard]] Result<LeasePtr> enter(const Result<TenantId>& id, const Limits& limits);

private:
    const std::shared_ptr<FleetPort> core_;
    const Inside inside_;
    LeasePtr lease_;
    bool entered_ = false;
};

/// `body(handle)` in the calling thread, under a lease.
template <class T, class Body>
[[nodiscard]] auto run_scope(const std::shared_ptr<FleetPort>& core, const Result<TenantId>& id,
                             const Limits& limits, Body& body) -> std::invoke_result_t<Body&, TenantDb<T>>
{
    BlockedScope scope(core);
    auto lease = scope.enter(id, limits);
    if (!lease) return fail(std::move(lease).error());
    try {
        auto result = body(HandleMaker::make<T>(*lease, core->executor()));
        name_tenant(result, id->view());
        return result;
    } catch (...) {
        using Outcome = std::invoke_result_t<Body&, TenantDb<T>>;
        auto result = thrown_outcome<Outcome>(std::current_exception(), [&](std::exception_ptr thrown) {
            return thrown_in_scope(std::move(thrown), "with");
        });
        name_tenant(result, id->view());
        return result;
    }
}

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/blocking.ipp>
#endif
