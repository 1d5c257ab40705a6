#pragma once

#include <tenantry/migrate/detail/by_history.hpp>

namespace tenantry::detail {

TENANTRY_DECL std::string last_revision(const migrate::Ledger& ledger)
{
    std::optional<std::int64_t> last;
    for (const migrate::LedgerRow& row : ledger.rows())
        if (row.revision) last = std::max(last.value_or(0), *row.revision);
    return last ? "revision " + std::to_string(*last) : std::string();
}

TENANTRY_DECL bool is_of_newer_program(const migrate::Ledger& ledger, std::size_t index,
                                       const History& history)
{
    const migrate::LedgerRow& row = ledger.rows()[index];
    if (history.revisions().empty() || *row.revision > history.revisions().back().number) return true;
    if (row.kind == migrate::LedgerKind::included)
        return true; // it came with the newer program's declaration
    for (std::size_t i = index + 1; i < ledger.rows().size(); ++i) {
        const migrate::LedgerRow& later = ledger.rows()[i];
        if (later.revision && history.find(*later.revision) != nullptr) return false;
    }
    return true;
}

TENANTRY_DECL bool has_earlier(const migrate::Plan& plan, const std::vector<migrate::SchemaModel>& states,
                               std::size_t n)
{
    if (plan.tolerated.empty()) return false;
    for (std::size_t m = 1; m < n; ++m)
        for (const std::string& earlier : diff(states[m], states[n]).tolerated)
            if (std::ranges::find(plan.tolerated, earlier) != plan.tolerated.end()) return true;
    return false;
}

TENANTRY_DECL std::size_t first_alike(const std::vector<migrate::SchemaModel>& states, std::size_t n)
{
    for (std::size_t m = 1; m < n; ++m)
        if (diff(states[m], states[n], migrate::Unknown::drop).empty()) return m;
    return n;
}

TENANTRY_DECL std::optional<std::size_t> find_state(const migrate::SchemaModel& live,
                                                    const std::vector<migrate::SchemaModel>& states)
{
    std::size_t nearest = 0;
    std::size_t least = 0;
    bool nearest_is_exact = false;
    for (std::size_t n = states.size(); n-- > 1 && !nearest_is_exact;) {
        const migrate::Plan plan = diff(live, states[n]);
        if (!plan.empty()) continue;
        // Without a column that is not known a constraint may be left that tells two states apart.
        const bool exact = diff(live, states[n], migrate::Unknown::drop).empty();
        if (!exact && nearest != 0 && plan.tolerated.size() >= least) continue;
        if (!exact && has_earlier(plan, states, n)) continue;
        nearest = n;
        least = plan.tolerated.size();
        nearest_is_exact = exact;
    }
    if (nearest != 0) return first_alike(states, nearest);
    for (const migrate::SchemaModel& state : states)
        for (const migrate::TableModel& table : state.tables)
            if (live.table(table.name) != nullptr) return std::nullopt;
    return std::size_t{0};
}

TENANTRY_DECL bool is_at_earlier_declaration(const migrate::Ledger& ledger, const SchemaInfo& declared)
{
    const auto& rows = ledger.rows();
    const auto is_it = [wanted = checksum(declared.fingerprint)](const migrate::LedgerRow& row) {
        return row.checksum == wanted;
    };
    return std::ranges::any_of(rows, is_it) && !is_it(rows.back());
}

TENANTRY_DECL std::string made_later(const migrate::SchemaModel& live,
                                     const std::vector<migrate::SchemaModel>& states)
{
    const migrate::SchemaModel& first = states[1];
    for (std::size_t n = 2; n < states.size(); ++n) {
        for (const migrate::TableModel& table : states[n].tables) {
            const migrate::TableModel* there = live.table(table.name);
            if (there == nullptr) continue;
            const migrate::TableModel* known = first.table(table.name);
            if (known == nullptr) return migrate::label("table", table.name);
            for (const migrate::ColumnText& column : table.text.columns)
                if (there->column(column.name) != nullptr && known->column(column.name) == nullptr)
                    return "column " + table.name + '.' + column.name;
        }
        for (const migrate::IndexModel& index : states[n].indexes)
            if (live.index(index.name) != nullptr && first.index(index.name) == nullptr)
                return migrate::label("index", index.name);
        for (const migrate::ViewModel& view : states[n].views)
            if (live.view(view.name) != nullptr && first.view(view.name) == nullptr)
                return migrate::label(view.type, view.name);
    }
    return {};
}

TENANTRY_DECL Result<migrate::Plan> plan_to_first(const migrate::HistoryAssessment& found,
                                                  const SchemaInfo& declared,
                                                  const migrate::SchemaModel& live,
                                                  const std::vector<migrate::SchemaModel>& states)
{
    migrate::Plan plan =
        diff(live, states[1], found.ledger.is_adopted() ? migrate::Unknown::adopted : migrate::Unknown::keep);
    const std::string later = made_later(live, states);
    std::string why;
    if (found.mark == 0 && !found.ledger.exists())
        why =
            "no program with a declared schema has been here, which would make it an older one of this fleet's. "
            "Adopt it, or bring it to a state of the history";
    else if (is_at_earlier_declaration(found.ledger, declared))
        why =
            "a program without a history, newer than this one, has changed it. Go on with that program, or bring "
            "the database to a state of the history with it";
    else if (!later.empty())
        why =
            "it has " + later +
            ", which a later revision makes, so that it is not known to be older than the first. "
            "Bring it to a state of the history with the program that has made it, or put its state into the history "
            "as a revision";
    if (why.empty()) return plan;
    Error error(
        errc::history_mismatch,
        "the database has run no revision, and is in none of the states that the history goes through: " +
            why);
    return fail(std::move(error.with_plan("compared with the first revision:\n" + to_string(plan))));
}

TENANTRY_DECL Result<void> find_beginning(sqlite::Connection& connection, const SchemaInfo& declared,
                                          const History& history, migrate::HistoryAssessment& found)
{
    auto live = migrate::introspect(connection);
    if (!live) return fail(std::move(live).error());
    auto models = history.models(connection.functions());
    if (!models) return fail(std::move(models).error());
    const auto& states = **models;
    auto state = find_state(*live, states);
    const auto& rows = found.ledger.rows();
    // An adopted one may differ in what does not matter for rows, and stays as it is until the declaration changes.
    if (!state && found.ledger.is_adopted() && rows.back().checksum == checksum(declared.fingerprint))
        state = first_alike(states, states.size() - 1);
    if (!state) {
        auto plan = plan_to_first(found, declared, *live, states);
        if (!plan) return fail(std::move(plan).error());
        found.to_first = std::move(*plan);
        state = 1;
    }
    for (std::size_t i = 0; i < history.revisions().size(); ++i)
        (i < *state ? found.included : found.pending).push_back(&history.revisions()[i]);
    return {};
}

TENANTRY_DECL Result<migrate::HistoryAssessment> assess(sqlite::Connection& connection,
                                                        const SchemaInfo& declared, const History& history)
{
    migrate::HistoryAssessment found;
    auto mark = migrate::read_mark(connection);
    if (!mark) return fail(std::move(mark).error());
    found.mark = *mark;
    found.is_current = *mark == history.mark(declared.fingerprint);
    if (found.is_current) return found;
    auto empty = migrate::is_empty(connection);
    if (!empty) return fail(std::move(empty).error());
    found.is_empty = *empty;
    if (*empty) return found;
    auto ledger = migrate::Ledger::read(connection);
    if (!ledger) return fail(std::move(ledger).error());
    found.ledger = std::move(*ledger);
    const auto& rows = found.ledger.rows();

    if (!found.ledger.has_history()) {
        if (auto begun = find_beginning(connection, declared, history, found); !begun)
            return fail(std::move(begun).error());
        return found;
    }

    bool all_compatible = true;
    std::string unknown;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows[i].revision) continue;
        const std::string said = "revision " + std::to_string(*rows[i].revision) + " '" + rows[i].name + '\'';
        if (const Revision* known = history.find(*rows[i].revision)) {
            if (known->checksum() == rows[i].checksum) continue;
            return fail(errc::history_mismatch,
                        said + " is not what the database has run: it was edited since. " +
                            "Restore it, and put the change into a new revision");
        }
        if (!is_of_newer_program(found.ledger, i, history))
            return fail(errc::history_mismatch,
                        said + " was run by the database, and is missing from the history. Restore it");
        found.is_newer = true;
        unknown += (unknown.empty() ? "" : ", ") + said;
        all_compatible = all_compatible && rows[i].compatible;
    }
    for (const Revision& revision : history.revisions()) {
        const bool has_run = std::ranges::any_of(rows, [&](const migrate::LedgerRow& row) {
            return row.revision && *row.revision == revision.number;
        });
        if (!has_run) found.pending.push_back(&revision);
    }
    if (!found.is_newer) return found;
    found.tolerated.push_back("run by a newer program: " + unknown);
    if (all_compatible) return found;
    auto model = migrate::shared_declared_model(declared, connection.functions());
    if (!model) return fail(std::move(model).error());
    auto live = migrate::introspect(connection, {model->get()});
    if (!live) return fail(std::move(live).error());
    found.misfits = misfits(*live, **model, true);
    for (std::string& known : diff(*live, **model).tolerated) found.tolerated.push_back(std::move(known));
    return found;
}

TENANTRY_DECL migrate::LedgerRow ledger_row(const Revision& revision, migrate::LedgerKind kind)
{
    return {.kind = kind,
            .revision = revision.number,
            .name = revision.name,
            .checksum = revision.checksum(),
            .compatible = revision.compatible};
}

TENANTRY_DECL Result<void> check_fit(sqlite::Connection& connection, const SchemaInfo& declared)
{
    auto model = migrate::shared_declared_model(declared, connection.functions());
    if (!model) return fail(std::move(model).error());
    auto live = migrate::introspect(connection, {model->get()});
    if (!live) return fail(std::move(live).error());
    const auto found = misfits(*live, **model);
    if (found.empty()) {
        const migrate::Plan checks{.checks = diff(*live, **model).checks};
        auto conflicts = find_conflicting_rows(connection, checks);
        if (!conflicts) return fail(std::move(conflicts).error());
        if (conflicts->empty()) return {};
        return fail(detail::refused(checks, *conflicts));
    }
    return fail(
        refusal(errc::migration_failed,
                "the history does not lead to what the program declares (generate the next revision, and "
                "add it to the history): ",
                found));
}

TENANTRY_DECL Result<void> set_mark(sqlite::Connection& connection, const migrate::HistoryAssessment& found,
                                    std::int32_t mark)
{
    if (found.ledger.is_adopted() || found.mark == mark) return {};
    return migrate::write_mark(connection, mark);
}

TENANTRY_DECL Result<bool> take_step(sqlite::Connection& connection, const SchemaInfo& declared,
                                     const History& history, migrate::HistoryAssessment& found,
                                     Migrated& report)
{
    const auto begun = std::chrono::steady_clock::now();
    auto time = [begun] {
        return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                     begun);
    };
    auto add = [&](const Revision& revision, migrate::LedgerKind kind) {
        migrate::LedgerRow row = ledger_row(revision, kind);
        if (kind == migrate::LedgerKind::revision) {
            row.duration = time();
            report.duration += row.duration;
        }
        return found.ledger.add(connection, std::move(row));
    };
    if (found.is_empty) {
        auto made = migrate::create_all(connection, declared);
        if (!made) return fail(std::move(made).error());
        for (std::string& done : *made) report.done.push_back(std::move(done));
        for (const Revision& revision : history.revisions())
            if (auto added = add(revision, migrate::LedgerKind::included); !added)
                return fail(std::move(added).error());
    }
    if (found.to_first) {
        const Revision& first = history.revisions().front();
        if (auto done = apply(connection, *found.to_first); !done)
            return fail(
                std::move(done.error().in("bringing it to " + first.title() + ", which it is older than")));
        migrate::LedgerRow row{.name = "automatic", .checksum = first.checksum()};
        row.duration = time();
        report.duration += row.duration;
        if (auto added = found.ledger.add(connection, std::move(row)); !added)
            return fail(std::move(added).error());
        for (std::string& done : found.to_first->titles()) report.done.push_back(std::move(done));
    }
    for (const Revision* revision : found.included)
        if (auto added = add(*revision, migrate::LedgerKind::included); !added)
            return fail(std::move(added).error());
    const bool runs_one = !found.to_first && !found.pending.empty();
    if (runs_one) {
        const Revision& next = *found.pending.front();
        if (auto done = migrate::run_revision(connection, next); !done) return fail(std::move(done).error());
        if (auto added = add(next, migrate::LedgerKind::revision); !added)
            return fail(std::move(added).error());
        report.done.push_back(next.title());
    }
    const bool is_last = found.pending.size() == (runs_one ? 1 : 0);
    if (is_last && !found.is_empty)
        if (auto fits = check_fit(connection, declared); !fits) return fail(std::move(fits).error());
    // Between revisions the mark says nothing but "look closer".
    auto marked = set_mark(connection, found, is_last ? history.mark(declared.fingerprint) : 0);
    if (!marked) return fail(std::move(marked).error());
    return is_last;
}

} // namespace tenantry::detail

namespace tenantry::migrate {

TENANTRY_DECL std::string HistoryAssessment::at() const
{
    if (ledger.has_history()) return detail::last_revision(ledger);
    return mark != 0 && !ledger.is_adopted() ? detail::checksum(mark) : std::string();
}

TENANTRY_DECL Result<Migrated> migrate_by_history(sqlite::Connection& connection, const SchemaInfo& declared,
                                                  const History& history)
{
    auto mark = read_mark(connection);
    if (!mark) return fail(std::move(mark).error());
    if (*mark == history.mark(declared.fingerprint)) return Migrated{.was_current = true};
    if (connection.in_transaction())
        return fail(errc::invalid_argument, "a transaction is open on this connection already");
    Migrated report;
    for (bool first = true;; first = false) {
        bool rebuilds = false;
        {
            auto reading = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred);
            if (!reading) return fail(std::move(reading).error());
            auto found = detail::assess(connection, declared, history);
            if (!found) return fail(std::move(found).error());
            if (first) report.from = found->at();
            report.to = detail::last_revision(found->ledger);
            if (found->is_newer && !found->misfits.empty())
                return fail(detail::refusal(
                    errc::newer_schema,
                    joined(found->tolerated) + "; this program cannot work with it: ", found->misfits));
            if (found->is_newer) {
                report.is_newer = true;
                report.tolerated = std::move(found->tolerated);
                return report;
            }
            const bool nothing_to_do = found->pending.empty() && found->included.empty() && !found->is_empty;
            if (found->is_current || (nothing_to_do && found->ledger.is_adopted())) {
                report.was_current = report.done.empty();
                return report;
            }
            rebuilds = found->rebuilds();
        }
        std::optional<RebuildMode> mode;
        if (rebuilds) mode.emplace(connection);
        auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::immediate);
        if (!transaction) return fail(std::move(transaction).error());
        auto found = detail::assess(connection, declared, history); // somebody may have been faster
        if (!found) return fail(std::move(found).error());
        const bool still = !found->is_current && !found->is_newer && found->rebuilds() == rebuilds;
        if (!still) continue;
        auto last = detail::take_step(connection, declared, history, *found, report);
        if (!last) return fail(std::move(last).error());
        if (auto committed = transaction->commit(); !committed) return fail(std::move(committed).error());
        report.to = detail::last_revision(found->ledger);
        if (*last) return report;
    }
}

} // namespace tenantry::migrate
