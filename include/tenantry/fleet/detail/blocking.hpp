// Waiting for a fleet in the calling thread: what is behind the synchronous twins of its operations.
#pragma once

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include <tenantry/async/detail/answer.hpp>
#include <tenantry/async/detail/blocked_inside.hpp>
#include <tenantry/async/detail/inside.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/detail/with.hpp>
#include <tenantry/tenant/detail/blocking_operation.hpp>
#include <tenantry/tenant/detail/lease.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Nobody can cancel what a thread waits for.
class BlockedEnd final : public EndWaiter {
public:
    explicit BlockedEnd(async::Answer<void>& answer) noexcept : answer_(answer) {}
    void ended(Result<void> result) override { answer_.give(std::move(result)); }
    [[nodiscard]] bool cancelled() const noexcept override { return false; }

private:
    async::AnswerTo<void> answer_;
};

class BlockedLease final : public LeaseWaiter {
public:
    explicit BlockedLease(async::Answer<LeasePtr>& answer) noexcept : answer_(answer) {}
    void granted(LeasePtr lease) override { answer_.give(std::move(lease)); }
    void refused(Error error) override { answer_.give(fail(std::move(error))); }
    [[nodiscard]] bool cancelled() const noexcept override { return false; }

private:
    async::AnswerTo<LeasePtr> answer_;
};

[[nodiscard]] inline Result<void> create_and_wait(FleetPort& core, const Result<TenantId>& id)
{
    if (!id) return fail(id.error());
    if (auto may = core.may_wait(); !may) return may;
    async::Answer<void> answer;
    core.create(*id, std::make_unique<BlockedEnd>(answer));
    return answer.wait();
}

[[nodiscard]] inline Result<void> destroy_and_wait(FleetPort& core, const Result<TenantId>& id)
{
    if (!id) return fail(id.error());
    const auto awaited = core.may_wait_for_destruction(*id);
    if (!awaited) return fail(awaited.error());
    const async::BlockedInside blocked(*awaited);
    if (blocked.is_for_itself()) return fail(blocked_error().with_tenant(id->view()));
    async::Answer<void> answer;
    core.destroy(*id, std::make_unique<BlockedEnd>(answer));
    return answer.wait();
}

[[nodiscard]] inline Result<void> close_and_wait(FleetPort& core, Shutdown how)
{
    if (auto may = core.may_wait_for_close(); !may) return may;
    async::Answer<void> answer;
    core.close(how, std::make_unique<BlockedEnd>(answer));
    return answer.wait();
}

[[nodiscard]] inline Result<LeasePtr> acquire_and_wait(FleetPort& core, const Result<TenantId>& id)
{
    if (!id) return fail(id.error());
    if (auto may = core.may_wait(); !may) return fail(std::move(may).error());
    async::Answer<LeasePtr> answer;
    core.acquire(*id, LeaseRequest(std::make_unique<BlockedLease>(answer)));
    return answer.wait();
}

/// One call of `with`: the scope that the calling thread is in while it lives.
class BlockedScope {
public:
    explicit BlockedScope(std::shared_ptr<FleetPort> core) noexcept
        : core_(std::move(core)), inside_(core_.get())
    {}
    BlockedScope(const BlockedScope&) = delete;
    BlockedScope& operator=(const BlockedScope&) = delete;
    ~BlockedScope()
    {
        if (lease_) lease_->end();
        lease_.reset();
        if (entered_) core_->leave_scope();
    }

    [[nodiscard]] Result<LeasePtr> enter(const Result<TenantId>& id)
    {
        if (auto may = core_->may_wait(); !may) return fail(std::move(may).error());
        if (auto entered = core_->enter_scope(); !entered) return fail(std::move(entered).error());
        entered_ = true;
        auto lease = acquire_and_wait(*core_, id);
        if (lease) lease_ = *lease;
        return lease;
    }

private:
    const std::shared_ptr<FleetPort> core_;
    const async::Inside inside_;
    LeasePtr lease_;
    bool entered_ = false;
};

/// `body(handle)` in the calling thread, under a lease.
template <class T, class Body>
[[nodiscard]] auto run_scope(const std::shared_ptr<FleetPort>& core, const Result<TenantId>& id, Body& body)
    -> std::invoke_result_t<Body&, TenantDb<T>>
{
    BlockedScope scope(core);
    auto lease = scope.enter(id);
    if (!lease) return fail(std::move(lease).error());
    try {
        auto result = body(HandleMaker::make<T>(*lease, core->executor()));
        if (!result) result.error().with_tenant(id->view());
        return result;
    } catch (...) {
        return fail(thrown_in_scope(std::current_exception(), "with").with_tenant(id->view()));
    }
}

} // namespace tenantry::detail
