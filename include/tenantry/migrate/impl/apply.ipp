#pragma once

#include <tenantry/migrate/apply.hpp>

namespace tenantry::migrate {

TENANTRY_DECL RebuildMode::~RebuildMode()
{
    swap(SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, legacy_rename_);
    swap(SQLITE_DBCONFIG_ENABLE_FKEY, foreign_keys_);
}

TENANTRY_DECL int RebuildMode::swap(int option, int wanted) noexcept
{
    int was = 0;
    sqlite3_db_config(db_, option, -1, &was);
    if (was != wanted) sqlite3_db_config(db_, option, wanted, nullptr);
    return was;
}

TENANTRY_DECL std::string to_string(const ConflictingRows& conflicts)
{
    std::string text = conflicts.step + ": " + std::to_string(conflicts.count) +
                       (conflicts.count == 1 ? " row where " : " rows where ") + conflicts.what;
    for (std::size_t i = 0; i < conflicts.first_keys.size(); ++i)
        text += (i == 0 ? " (key " : "; ") + conflicts.first_keys[i];
    if (!conflicts.first_keys.empty())
        text += static_cast<std::int64_t>(conflicts.first_keys.size()) < conflicts.count ? "; ...)" : ")";
    return text;
}

} // namespace tenantry::migrate

namespace tenantry::detail {

TENANTRY_DECL Result<void> gather(sqlite::Connection& connection, const std::string& sql, int column,
                                  migrate::ConflictingRows& found)
{
    const sqlite::Privileged gate(connection);
    auto rows = connection.prepare(sql);
    if (!rows) return fail(std::move(rows).error());
    for (;;) {
        auto row = rows->step();
        if (!row) return fail(std::move(row).error());
        if (!*row) return {};
        ++found.count;
        if (found.first_keys.size() < keys_told) {
            std::string key(rows->text(column));
            constexpr std::size_t longest = 60;
            if (key.size() > longest) key.replace(longest - 3, std::string::npos, "...");
            found.first_keys.push_back(std::move(key));
        }
    }
}

TENANTRY_DECL Error refused(const migrate::Plan& plan, const std::vector<migrate::ConflictingRows>& conflicts,
                            const Error* sqlite)
{
    std::vector<std::string> reasons;
    reasons.reserve(conflicts.size() + 1);
    for (const migrate::ConflictingRows& each : conflicts) reasons.push_back(to_string(each));
    if (reasons.empty() && sqlite != nullptr) reasons.emplace_back(sqlite->message());
    return refusal(errc::destructive_migration,
                   "the change would lose data or break what is declared, and nothing was changed: ", reasons,
                   to_string(plan), sqlite != nullptr ? sqlite->sqlite_code() : 0);
}

TENANTRY_DECL Result<void> run_steps(sqlite::Connection& connection, const migrate::Plan& plan)
{
    for (const migrate::Step& step : plan.steps)
        for (const std::string& sql : step.sql)
            if (auto done = connection.execute(sql); !done) {
                done.error().in(step.title());
                return done;
            }
    return {};
}

TENANTRY_DECL Result<std::vector<migrate::ConflictingRows>> dangling(sqlite::Connection& connection,
                                                                     const std::vector<std::string>& tables)
{
    std::vector<migrate::ConflictingRows> all;
    for (const std::string& table : tables) {
        migrate::ConflictingRows found{"foreign keys of table " + table,
                                       "the row that is referred to is not there"};
        auto done = gather(connection, "PRAGMA main.foreign_key_check(" + migrate::quoted_name(table) + ')',
                           1, found);
        if (!done) return fail(std::move(done).error());
        if (found.count != 0) all.push_back(std::move(found));
    }
    return all;
}

} // namespace tenantry::detail

namespace tenantry::migrate {

TENANTRY_DECL Result<std::vector<ConflictingRows>> find_conflicting_rows(sqlite::Connection& connection,
                                                                         const Plan& plan, bool all)
{
    std::vector<ConflictingRows> conflicts;
    auto search = [&](const Step& step) -> Result<void> {
        for (const Condition& condition : step.conditions) {
            if (condition.enforced && !all) continue;
            ConflictingRows found{step.title(), condition.what};
            if (auto done = detail::gather(connection, condition.conflicting_rows, 0, found); !done) {
                // SQLite will say what it thinks of the step; what it does not enforce must be known.
                if (condition.enforced && detail::is_refused_statement(done.error())) continue;
                return fail(
                    migration_error(std::move(done).error(), "looking for rows where " + condition.what));
            }
            if (found.count != 0) conflicts.push_back(std::move(found));
        }
        return {};
    };
    for (const std::vector<Step>* steps : {&plan.steps, &plan.checks})
        for (const Step& step : *steps)
            if (auto done = search(step); !done) return fail(std::move(done).error());
    return conflicts;
}

TENANTRY_DECL Result<void> apply(sqlite::Connection& connection, const Plan& plan)
{
    if (!plan.problems.empty())
        return fail(detail::refusal(
            errc::migration_failed,
            "the database cannot be brought to the declared schema, and was left as it is: ", plan.problems));
    if (plan.has_conditions()) {
        auto conflicts = find_conflicting_rows(connection, plan, false);
        if (!conflicts) return fail(std::move(conflicts).error());
        if (!conflicts->empty()) return fail(detail::refused(plan, *conflicts));
    }
    auto savepoint = sqlite::Savepoint::begin(connection);
    if (!savepoint) return fail(std::move(savepoint).error());
    auto done = detail::run_steps(connection, plan);
    std::vector<ConflictingRows> dangling;
    if (done) {
        auto found = detail::dangling(connection, plan.check_references);
        if (found)
            dangling = std::move(*found);
        else
            done = fail(std::move(found).error());
    }
    if (done && dangling.empty()) return savepoint->release();

    // Back to where the rows are that stood in the way.
    if (auto undone = savepoint->rollback(); !undone) return undone;
    if (!connection.in_transaction()) // SQLite took everything back: a full disk, perhaps
        return done ? detail::lost_transaction()
                    : fail(migration_error(std::move(done).error(), "migrating"));
    // ALTER TABLE says of a CHECK that is not met what it says of a wrong statement.
    if (done || done.error() == errc::constraint ||
        (detail::is_refused_statement(done.error()) && plan.has_conditions())) {
        auto conflicts = find_conflicting_rows(connection, plan);
        if (!conflicts) return fail(std::move(conflicts).error());
        if (conflicts->empty()) *conflicts = std::move(dangling);
        if (done) return fail(detail::refused(plan, *conflicts));
        if (!conflicts->empty() || done.error() == errc::constraint) {
            Error error = detail::refused(plan, *conflicts, &done.error());
            error.with_sql(done.error().sql());
            return fail(std::move(error));
        }
    }
    return fail(migration_error(std::move(done).error(), "migrating"));
}

} // namespace tenantry::migrate
