#pragma once

#include <tenantry/fleet/detail/blocking.hpp>

#include <tenantry/async/detail/blocked_inside.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<void> create_and_wait(FleetPort& core, const Result<TenantId>& id)
{
    if (!id) return fail(id.error());
    if (auto may = core.may_wait(); !may) return may;
    Answer<void> answer;
    core.create(*id, std::make_unique<BlockedEnd>(answer));
    return answer.wait();
}

TENANTRY_DECL Result<void> destroy_and_wait(FleetPort& core, const Result<TenantId>& id)
{
    if (!id) return fail(id.error());
    const auto awaited = core.may_wait_for_destruction(*id);
    if (!awaited) return fail(awaited.error());
    const BlockedInside blocked(*awaited);
    if (blocked.is_for_itself()) return fail(blocked_error().with_tenant(id->view()));
    Answer<void> answer;
    core.destroy(*id, std::make_unique<BlockedEnd>(answer));
    return answer.wait();
}

TENANTRY_DECL Result<void> close_and_wait(FleetPort& core, Shutdown how, const Limits& limits)
{
    if (auto may = core.may_wait_for_close(); !may) return may;
    Answer<void> answer;
    core.close(how, limits, std::make_unique<BlockedEnd>(answer));
    return answer.wait();
}

TENANTRY_DECL Result<LeasePtr> acquire_and_wait(FleetPort& core, const Result<TenantId>& id,
                                                const Limits& limits)
{
    if (!id) return fail(id.error());
    if (auto may = core.may_wait(); !may) return fail(std::move(may).error());
    Answer<LeasePtr> answer;
    core.acquire(*id, LeaseRequest(std::make_unique<BlockedLease>(answer), false, limits));
    return answer.wait();
}

TENANTRY_DECL BlockedScope::~BlockedScope()
{
    if (lease_) lease_->end();
    lease_.reset();
    if (entered_) core_->leave_scope();
}

TENANTRY_DECL Result<LeasePtr> BlockedScope::enter(const Result<TenantId>& id, const Limits& limits)
{
    if (auto may = core_->may_wait(); !may) return fail(std::move(may).error());
    if (auto entered = core_->enter_scope(); !entered) return fail(std::move(entered).error());
    entered_ = true;
    auto lease = acquire_and_wait(*core_, id, limits);
    if (lease) lease_ = *lease;
    return lease;
}

} // namespace tenantry::detail
