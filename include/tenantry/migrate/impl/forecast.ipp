#pragma once

#include <tenantry/migrate/forecast.hpp>

namespace tenantry::detail {

TENANTRY_DECL migrate::Forecast refused(migrate::Forecast found, Error error)
{
    found.standing = migrate::Standing::refused;
    found.error.emplace(std::move(error));
    return found;
}

TENANTRY_DECL Result<migrate::Forecast> forecast_automatic(sqlite::Connection& connection,
                                                           const SchemaInfo& declared, bool rows)
{
    auto assessed = detail::assess(connection, declared);
    if (!assessed) return fail(std::move(assessed).error());
    migrate::Forecast found{.at = assessed->mark != 0 ? std::to_string(assessed->mark) : std::string()};
    found.tolerated = assessed->plan.tolerated;
    switch (assessed->state) {
    case migrate::Assessment::State::current: return found;
    case migrate::Assessment::State::newer:
        found.standing = migrate::Standing::newer;
        if (!assessed->misfits.empty()) return refused(std::move(found), detail::newer_error(*assessed));
        return found;
    case migrate::Assessment::State::created:
        found.standing = migrate::Standing::behind;
        for (const SchemaObject& object : declared.objects)
            found.to_do.push_back("create " + migrate::label(object.type, object.name));
        return found;
    case migrate::Assessment::State::behind: break;
    }
    found.standing = migrate::Standing::behind;
    found.to_do = assessed->plan.titles();
    found.plan = to_string(assessed->plan);
    if (!assessed->plan.problems.empty())
        return refused(std::move(found),
                       Error(errc::migration_failed, migrate::joined(assessed->plan.problems)));
    if (!rows) return found;
    auto conflicts = find_conflicting_rows(connection, assessed->plan);
    if (!conflicts) return fail(std::move(conflicts).error());
    if (!conflicts->empty()) return refused(std::move(found), detail::refused(assessed->plan, *conflicts));
    return found;
}

TENANTRY_DECL Result<migrate::Forecast> forecast_by_history(sqlite::Connection& connection,
                                                            const SchemaInfo& declared,
                                                            const History& history, bool rows)
{
    auto assessed = detail::assess(connection, declared, history);
    if (!assessed) return fail(std::move(assessed).error());
    migrate::Forecast found{.tolerated = assessed->tolerated};
    if (assessed->is_current) {
        if (!history.revisions().empty())
            found.at = "revision " + std::to_string(history.revisions().back().number);
        return found;
    }
    found.at = assessed->at();
    if (assessed->is_newer) {
        found.standing = migrate::Standing::newer;
        if (!assessed->misfits.empty())
            return refused(std::move(found), Error(errc::newer_schema, migrate::joined(assessed->misfits)));
        return found;
    }
    if (assessed->is_empty)
        for (const SchemaObject& object : declared.objects)
            found.to_do.push_back("create " + migrate::label(object.type, object.name));
    if (const auto& plan = assessed->to_first) {
        found.to_do = plan->titles();
        found.plan = to_string(*plan);
    }
    for (const Revision* revision : assessed->pending) found.to_do.push_back(revision->title());
    if (const auto& plan = assessed->to_first) {
        if (!plan->problems.empty())
            return refused(std::move(found), Error(errc::migration_failed, migrate::joined(plan->problems)));
        auto conflicts =
            rows ? find_conflicting_rows(connection, *plan) : std::vector<migrate::ConflictingRows>();
        if (!conflicts) return fail(std::move(conflicts).error());
        if (!conflicts->empty()) return refused(std::move(found), detail::refused(*plan, *conflicts));
        found.standing = migrate::Standing::behind;
        return found;
    }
    // With revisions to run nobody knows yet what the rows will be.
    if (assessed->pending.empty() && !assessed->is_empty && rows)
        if (auto fits = detail::check_fit(connection, declared); !fits)
            return refused(std::move(found), fits.error());
    const bool noted =
        assessed->included.empty() && assessed->pending.empty() && assessed->ledger.is_adopted();
    if (!noted) found.standing = migrate::Standing::behind;
    return found;
}

} // namespace tenantry::detail

namespace tenantry::migrate {

TENANTRY_DECL Result<Forecast> forecast(sqlite::Connection& connection, const SchemaInfo& declared,
                                        const History* history, bool rows)
{
    auto snapshot = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred);
    if (!snapshot) return fail(std::move(snapshot).error());
    auto found = history != nullptr ? detail::forecast_by_history(connection, declared, *history, rows)
                                    : detail::forecast_automatic(connection, declared, rows);
    if (found) return found;
    const Error& error = found.error();
    const bool is_about_schema = error == errc::history_mismatch || error == errc::migration_failed ||
                                 error == errc::newer_schema || error == errc::destructive_migration;
    if (!is_about_schema) return found;
    return detail::refused({}, error);
}

TENANTRY_DECL Result<Migrated> rehearse(sqlite::Connection& connection, const SchemaInfo& declared,
                                        const History* history)
{
    RebuildMode mode(connection);
    auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::immediate);
    if (!transaction) return fail(std::move(transaction).error());
    if (history == nullptr) {
        auto found = detail::assess(connection, declared);
        if (!found) return fail(std::move(found).error());
        if (found->state == Assessment::State::current) return Migrated{.was_current = true};
        if (found->state == Assessment::State::newer)
            return found->misfits.empty() ? Result<Migrated>(detail::leave_newer(*found))
                                          : fail(detail::newer_error(*found));
        return detail::bring_up_to_date(connection, declared, *found);
    }
    Migrated report;
    for (bool last = false; !last;) {
        auto found = detail::assess(connection, declared, *history);
        if (!found) return fail(std::move(found).error());
        if (found->is_newer && !found->misfits.empty())
            return fail(errc::newer_schema, joined(found->tolerated) + "; " + joined(found->misfits));
        report.tolerated = std::move(found->tolerated);
        report.is_newer = found->is_newer;
        if (found->is_newer) return report;
        report.was_current = found->is_current && report.done.empty();
        if (found->is_current) return report;
        mode.follow_renames(!found->rebuilds());
        auto took = detail::take_step(connection, declared, *history, *found, report);
        if (!took) return fail(std::move(took).error());
        last = *took;
    }
    return report;
}

} // namespace tenantry::migrate
