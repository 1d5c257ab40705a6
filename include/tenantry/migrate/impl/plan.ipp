#pragma once

#include <tenantry/migrate/plan.hpp>

namespace tenantry::migrate {

TENANTRY_DECL std::string_view to_string(StepKind kind) noexcept
{
    switch (kind) {
    case StepKind::create_table: return "create table";
    case StepKind::add_column: return "add column";
    case StepKind::rebuild_table: return "rebuild table";
    case StepKind::fill_table: return "fill table";
    case StepKind::drop_table: return "drop table";
    case StepKind::rename_table: return "rename table";
    case StepKind::rename_column: return "rename column";
    case StepKind::create_index: return "create index";
    case StepKind::drop_index: return "drop index";
    case StepKind::create_view: return "create view";
    case StepKind::drop_view: return "drop view";
    case StepKind::create_trigger: return "create trigger";
    case StepKind::drop_trigger: return "drop trigger";
    case StepKind::check_table: return "check table";
    }
    return "";
}

TENANTRY_DECL bool Plan::rebuilds() const noexcept
{
    return std::ranges::any_of(steps, [](const Step& step) {
        return step.kind == StepKind::rebuild_table || step.kind == StepKind::drop_table;
    });
}

TENANTRY_DECL bool Plan::has_conditions() const noexcept
{
    return !checks.empty() ||
           std::ranges::any_of(steps, [](const Step& step) { return !step.conditions.empty(); });
}

TENANTRY_DECL std::vector<std::string> Plan::titles() const
{
    std::vector<std::string> result;
    result.reserve(steps.size());
    for (const Step& step : steps) result.push_back(step.title());
    return result;
}

TENANTRY_DECL std::string to_string(const Plan& plan)
{
    std::ostringstream out;
    out << plan;
    return std::move(out).str();
}

} // namespace tenantry::migrate
