#pragma once

#include <tenantry/migrate/plan.hpp>

#include <cstddef>

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

namespace tenantry::detail {

TENANTRY_DECL Error refusal(errc code, std::string_view before, const std::vector<std::string>& reasons,
                            std::string_view plan, int sqlite_code)
{
    constexpr std::size_t most = 3;
    constexpr std::size_t longest = 240;
    std::string message(before);
    bool is_cut = reasons.size() > most;
    for (std::size_t i = 0; i < std::min(reasons.size(), most); ++i) {
        std::string_view reason = reasons[i];
        if (i != 0) message += "; ";
        if (reason.size() > longest) {
            std::size_t end = longest;
            while ((static_cast<unsigned char>(reason[end]) & 0xc0U) == 0x80U) --end; // within a character
            message.append(reason.substr(0, end)).append("...");
            is_cut = true;
        } else {
            message += reason;
        }
    }
    if (reasons.size() > most) message += "; and " + std::to_string(reasons.size() - most) + " more";
    Error error(code, std::move(message), sqlite_code);
    if (!is_cut) return std::move(error.with_plan(plan));
    std::string all = "In its way:";
    for (const std::string& reason : reasons) all.append("\n  ").append(reason);
    if (!plan.empty()) all.append("\nThe plan:\n").append(plan);
    return std::move(error.with_plan(all));
}

} // namespace tenantry::detail
