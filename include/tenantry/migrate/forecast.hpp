// Says what bringing a database to its schema would do, without doing it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/migrate/apply.hpp>
#include <tenantry/migrate/detail/automatic.hpp>
#include <tenantry/migrate/detail/by_history.hpp>
#include <tenantry/migrate/history.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::migrate {

enum class Standing {
    current, ///< nothing is to be done
    behind,  ///< there is something to do
    newer,   ///< a newer program's, and rows fit it
    refused, ///< it cannot be opened by this program: the error says why
};

struct Forecast {
    Standing standing = Standing::current;
    std::string at{};                     ///< the fingerprint or revision it is at; empty: none
    std::vector<std::string> to_do{};     ///< `"add column config.note"`, `"revision 7 split_name"`
    std::vector<std::string> tolerated{}; ///< there and not declared
    std::string plan{};                   ///< without a history: the whole of it, as text
    std::optional<Error> error{};         ///< where it is refused
};

namespace forecasting {

inline Forecast refused(Forecast found, Error error)
{
    found.standing = Standing::refused;
    found.error.emplace(std::move(error));
    return found;
}

inline Result<Forecast> automatic(sqlite::Connection& connection, const SchemaInfo& declared, bool rows)
{
    auto looked = automatic::look(connection, declared);
    if (!looked) return fail(std::move(looked).error());
    Forecast found{.at = looked->mark != 0 ? std::to_string(looked->mark) : std::string()};
    found.tolerated = looked->plan.tolerated;
    switch (looked->state) {
    case Prospect::State::current: return found;
    case Prospect::State::newer:
        found.standing = Standing::newer;
        if (!looked->misfits.empty()) return refused(std::move(found), automatic::newer_error(*looked));
        return found;
    case Prospect::State::created:
        found.standing = Standing::behind;
        for (const SchemaObject& object : declared.objects)
            found.to_do.push_back("create " + label(object.type, object.name));
        return found;
    case Prospect::State::behind: break;
    }
    found.standing = Standing::behind;
    found.to_do = looked->plan.titles();
    found.plan = to_string(looked->plan);
    if (!looked->plan.problems.empty())
        return refused(std::move(found), Error(errc::migration_failed, joined(looked->plan.problems)));
    if (!rows) return found;
    auto offenders = find_offenders(connection, looked->plan);
    if (!offenders) return fail(std::move(offenders).error());
    if (!offenders->empty()) return refused(std::move(found), applying::refused(looked->plan, *offenders));
    return found;
}

inline Result<Forecast> by_history(sqlite::Connection& connection, const SchemaInfo& declared,
                                   const History& history, bool rows)
{
    auto looked = by_history::look(connection, declared, history);
    if (!looked) return fail(std::move(looked).error());
    Forecast found{.tolerated = looked->tolerated};
    if (looked->is_current) {
        if (!history.revisions().empty())
            found.at = "revision " + std::to_string(history.revisions().back().number);
        return found;
    }
    found.at = by_history::last_revision(looked->ledger);
    if (looked->is_newer) {
        found.standing = Standing::newer;
        if (!looked->misfits.empty())
            return refused(std::move(found), Error(errc::newer_schema, joined(looked->misfits)));
        return found;
    }
    if (looked->is_empty)
        for (const SchemaObject& object : declared.objects)
            found.to_do.push_back("create " + label(object.type, object.name));
    for (const Revision* revision : looked->pending) found.to_do.push_back(revision->title());
    // With revisions to run nobody knows yet what the rows will be.
    if (looked->pending.empty() && !looked->is_empty && rows)
        if (auto fits = by_history::check_fit(connection, declared); !fits)
            return refused(std::move(found), fits.error());
    const bool noted = looked->included.empty() && looked->pending.empty() && looked->ledger.is_adopted();
    if (!noted) found.standing = Standing::behind;
    return found;
}

} // namespace forecasting

/// What `ensure_schema` would do. Only reads, the state of one moment; with `rows` it also asks which rows would stand
/// in the way, which reads whole tables.
[[nodiscard]] inline Result<Forecast> forecast(sqlite::Connection& connection, const SchemaInfo& declared,
                                               const History* history, bool rows)
{
    auto moment = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred);
    if (!moment) return fail(std::move(moment).error());
    auto found = history != nullptr ? forecasting::by_history(connection, declared, *history, rows)
                                    : forecasting::automatic(connection, declared, rows);
    if (found) return found;
    const Error& error = found.error();
    const bool is_about_schema = error == errc::history_mismatch || error == errc::migration_failed ||
                                 error == errc::newer_schema || error == errc::destructive_migration;
    if (!is_about_schema) return found;
    return forecasting::refused({}, error);
}

/// Does all of it, and takes it back: what would go wrong goes wrong here. Holds the write lock meanwhile.
[[nodiscard]] inline Result<Migrated> rehearse(sqlite::Connection& connection, const SchemaInfo& declared,
                                               const History* history)
{
    RebuildMode mode(connection);
    auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::immediate);
    if (!transaction) return fail(std::move(transaction).error());
    if (history == nullptr) {
        auto found = automatic::look(connection, declared);
        if (!found) return fail(std::move(found).error());
        if (found->state == Prospect::State::current) return Migrated{.was_current = true};
        if (found->state == Prospect::State::newer)
            return found->misfits.empty() ? Result<Migrated>(automatic::leave_newer(*found))
                                          : fail(automatic::newer_error(*found));
        return automatic::bring(connection, declared, *found);
    }
    Migrated report;
    for (bool last = false; !last;) {
        auto found = by_history::look(connection, declared, *history);
        if (!found) return fail(std::move(found).error());
        if (found->is_newer && !found->misfits.empty())
            return fail(errc::newer_schema, joined(found->tolerated) + "; " + joined(found->misfits));
        report.tolerated = std::move(found->tolerated);
        report.is_newer = found->is_newer;
        if (found->is_newer) return report;
        report.was_current = found->is_current && report.done.empty();
        if (found->is_current) return report;
        if (!found->pending.empty()) mode.follow_renames(!found->pending.front()->rebuilds());
        auto took = by_history::take_step(connection, declared, *history, *found, report);
        if (!took) return fail(std::move(took).error());
        last = *took;
    }
    return report;
}

} // namespace tenantry::migrate
