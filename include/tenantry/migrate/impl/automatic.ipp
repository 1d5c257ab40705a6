#pragma once

#include <tenantry/migrate/detail/automatic.hpp>

namespace tenantry::migrate {

TENANTRY_DECL Result<std::shared_ptr<const SchemaModel>> shared_declared_model(
    const SchemaInfo& declared, const sqlite::Functions& functions)
{
    using Key = std::pair<const void*, std::int32_t>;
    static std::mutex mutex;
    static std::map<Key, std::shared_ptr<const SchemaModel>> known;
    const Key key(declared.objects.data(), declared.fingerprint);
    {
        const std::lock_guard lock(mutex);
        if (const auto found = known.find(key); found != known.end()) return found->second;
    }
    auto model = declared_model(declared, functions);
    if (!model) return fail(std::move(model).error());
    const std::lock_guard lock(mutex);
    return known.try_emplace(key, std::make_shared<const SchemaModel>(std::move(*model))).first->second;
}

TENANTRY_DECL Result<bool> is_empty(sqlite::Connection& connection)
{
    auto empty = connection.query_integer(
        "SELECT NOT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE tbl_name NOT IN ('_tenantry', '_tenantry_answers'))");
    if (!empty) return fail(std::move(empty).error());
    return *empty != 0;
}

TENANTRY_DECL Result<std::vector<std::string>> create_all(sqlite::Connection& connection,
                                                          const SchemaInfo& declared)
{
    std::vector<std::string> done;
    for (const SchemaObject& object : declared.objects) {
        const std::string doing = "create " + label(object.type, object.name);
        if (auto made = connection.execute(std::string(object.sql)); !made)
            return fail(migration_error(std::move(made).error(), doing));
        done.push_back(doing);
    }
    return done;
}

} // namespace tenantry::migrate

namespace tenantry::detail {

TENANTRY_DECL std::shared_ptr<const migrate::SchemaModel> LastSchema::get()
{
    const std::lock_guard lock(mutex_);
    return last_;
}

TENANTRY_DECL void LastSchema::set(std::shared_ptr<const migrate::SchemaModel> model)
{
    const std::lock_guard lock(mutex_);
    last_ = std::move(model);
}

TENANTRY_DECL Result<migrate::Assessment> assess(sqlite::Connection& connection, const SchemaInfo& declared)
{
    using State = migrate::Assessment::State;
    migrate::Assessment found;
    auto mark = migrate::read_mark(connection);
    if (!mark) return fail(std::move(mark).error());
    found.mark = *mark;
    if (*mark == declared.fingerprint) return found;
    // How many objects there are, and in the bit above them whether one is the ledger.
    constexpr std::int64_t has_ledger = std::int64_t{1} << 62;
    auto objects = connection.query_integer(
        "SELECT count(*) + ifnull(sum(type = 'table' AND name = '_tenantry_migrations'), 0) * (1 << 62)"
        " FROM main.sqlite_schema WHERE tbl_name NOT IN ('_tenantry', '_tenantry_answers')");
    if (!objects) return fail(std::move(objects).error());
    if (*objects == 0) {
        found.state = State::created;
        return found;
    }
    if (*objects >= has_ledger) {
        auto ledger = migrate::Ledger::read_there(connection);
        if (!ledger) return fail(std::move(ledger).error());
        found.ledger = std::move(*ledger);
        if (found.ledger.is_adopted())
            found.mark = migrate::mix_mark(found.mark, connection.incarnation()); // its own
    }
    const auto& rows = found.ledger.rows();
    if (found.ledger.has_history())
        return fail(errc::history_mismatch,
                    "the database was migrated by a history of revisions, the last of them " +
                        std::to_string(rows.back().revision.value_or(0)) + " '" + rows.back().name +
                        "'; this program has none");
    const std::string wanted = checksum(declared.fingerprint);
    bool was_here = false;
    for (const migrate::LedgerRow& row : rows) was_here = was_here || row.checksum == wanted;
    const bool is_last = !rows.empty() && rows.back().checksum == wanted;
    if (is_last && found.ledger.is_adopted()) return found;
    auto model = migrate::shared_declared_model(declared, connection.functions());
    if (!model) return fail(std::move(model).error());
    const auto last = LastSchema::get();
    auto live = migrate::introspect(connection, {model->get(), last.get()});
    if (!live) return fail(std::move(live).error());
    found.plan =
        diff(*live, **model, found.ledger.is_adopted() ? migrate::Unknown::adopted : migrate::Unknown::keep);
    found.state = was_here && !is_last ? State::newer : State::behind;
    if (found.state == State::newer) found.misfits = misfits(*live, **model, true);
    LastSchema::set(std::make_shared<const migrate::SchemaModel>(std::move(*live)));
    return found;
}

TENANTRY_DECL Error newer_error(const migrate::Assessment& found)
{
    return refusal(
        errc::newer_schema,
        "a newer program has changed the database, and this one cannot work with it: ", found.misfits);
}

TENANTRY_DECL Migrated leave_newer(const migrate::Assessment& found)
{
    Migrated report{.is_newer = true, .from = checksum(found.mark), .to = checksum(found.mark)};
    report.tolerated = found.plan.tolerated;
    for (const migrate::Step& step : found.plan.steps)
        report.tolerated.push_back("what the newer program has made otherwise: " + step.title());
    return report;
}

TENANTRY_DECL Result<Migrated> bring_up_to_date(sqlite::Connection& connection, const SchemaInfo& declared,
                                                migrate::Assessment& found)
{
    const auto begun = std::chrono::steady_clock::now();
    Migrated report{.from = checksum(found.mark), .to = checksum(declared.fingerprint)};
    if (found.state == migrate::Assessment::State::created) {
        report.from.clear();
        auto done = migrate::create_all(connection, declared);
        if (!done) return fail(std::move(done).error());
        report.done = std::move(*done);
    } else {
        if (auto done = apply(connection, found.plan); !done) return fail(std::move(done).error());
        report.done = found.plan.titles();
        report.tolerated = found.plan.tolerated;
        const bool adopted = found.ledger.is_adopted();
        if (found.ledger.rows().empty() && found.mark != 0) {
            migrate::LedgerRow first{.name = "before", .checksum = checksum(found.mark)};
            if (auto added = found.ledger.add(connection, std::move(first)); !added)
                return fail(std::move(added).error());
        }
        migrate::LedgerRow row{.name = "automatic", .checksum = checksum(declared.fingerprint)};
        row.duration =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
        report.duration = row.duration;
        if (auto added = found.ledger.add(connection, std::move(row)); !added)
            return fail(std::move(added).error());
        if (adopted) return report;
    }
    if (auto marked = migrate::write_mark(connection, declared.fingerprint); !marked)
        return fail(std::move(marked).error());
    return report;
}

} // namespace tenantry::detail

namespace tenantry::migrate {

TENANTRY_DECL Result<Migrated> migrate_automatically(sqlite::Connection& connection,
                                                     const SchemaInfo& declared)
{
    using State = Assessment::State;
    auto mark = read_mark(connection);
    if (!mark) return fail(std::move(mark).error());
    if (*mark == declared.fingerprint) return Migrated{.was_current = true};
    if (connection.in_transaction())
        return fail(errc::invalid_argument, "a transaction is open on this connection already");
    auto has_ledger = Ledger::exists(connection);
    if (!has_ledger) return fail(std::move(has_ledger).error());
    if (*has_ledger) {
        // A program that is older writes nothing, and takes no lock.
        auto reading = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred);
        if (!reading) return fail(std::move(reading).error());
        auto found = detail::assess(connection, declared);
        if (!found) return fail(std::move(found).error());
        if (found->state == State::current) return Migrated{.was_current = true};
        if (found->state == State::newer)
            return found->misfits.empty() ? Result<Migrated>(detail::leave_newer(*found))
                                          : fail(detail::newer_error(*found));
    }
    const RebuildMode mode(connection);
    auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::immediate);
    if (!transaction) return fail(std::move(transaction).error());
    auto found = detail::assess(connection, declared); // somebody may have been faster
    if (!found) return fail(std::move(found).error());
    if (found->state == State::current) return Migrated{.was_current = true};
    if (found->state == State::newer)
        return found->misfits.empty() ? Result<Migrated>(detail::leave_newer(*found))
                                      : fail(detail::newer_error(*found));
    auto report = detail::bring_up_to_date(connection, declared, *found);
    if (!report) return report;
    if (auto committed = transaction->commit(); !committed) return fail(std::move(committed).error());
    return report;
}

} // namespace tenantry::migrate
