#pragma once

#include <tenantry/migrate/history.hpp>

namespace tenantry {

TENANTRY_DECL std::string Revision::checksum() const
{
    std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a, 64 bits
    auto add = [&hash](std::string_view text) {
        for (const char c : text)
            if (c != '\r') hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        hash = (hash ^ 0xffU) * 0x100000001b3U;
    };
    add(std::to_string(number));
    add(name);
    add(sql);
    add(step ? "step" : "");
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
    return digits;
}

TENANTRY_DECL Revision Revision::compatible_with_older() const
{
    Revision marked = *this;
    marked.compatible = true;
    return marked;
}

TENANTRY_DECL History::History(std::vector<Revision> revisions) : revisions_(std::move(revisions))
{
    std::ranges::sort(revisions_, {}, &Revision::number);
    for (std::size_t i = 0; i < revisions_.size(); ++i) {
        const Revision& r = revisions_[i];
        if (r.number < 1) throw std::invalid_argument("a revision's number is at least 1: " + r.title());
        if (r.name.empty() || (r.sql.empty() && !r.step))
            throw std::invalid_argument("a revision has a name, and SQL or a step: " + r.title());
        if (i != 0 && revisions_[i - 1].number == r.number)
            throw std::invalid_argument("two revisions have one number: " + r.title());
    }
}

TENANTRY_DECL const Revision* History::find(std::int64_t number) const noexcept
{
    const auto found = std::ranges::find(revisions_, number, &Revision::number);
    return found == revisions_.end() ? nullptr : &*found;
}

TENANTRY_DECL std::int32_t History::mark(std::int32_t fingerprint) const
{
    std::uint64_t hash = static_cast<std::uint64_t>(fingerprint) * 0x100000001b3U;
    for (const Revision& r : revisions_)
        for (const char c : r.checksum()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    const auto folded = static_cast<std::int32_t>((hash ^ (hash >> 32)) & 0x7fffffffU);
    return folded == 0 ? 1 : folded;
}

TENANTRY_DECL Result<std::shared_ptr<const std::vector<migrate::SchemaModel>>> History::models(
    const sqlite::Functions& functions) const
{
    const std::lock_guard lock(models_->mutex);
    if (models_->made == nullptr) {
        std::vector<migrate::SchemaModel> made;
        auto end = replay(
            [&made](sqlite::Connection& connection) -> Result<void> {
                auto model = migrate::introspect(connection);
                if (!model) return fail(std::move(model).error());
                made.push_back(std::move(*model));
                return {};
            },
            functions);
        if (!end) return fail(std::move(end).error());
        models_->made = std::make_shared<const std::vector<migrate::SchemaModel>>(std::move(made));
    }
    return models_->made;
}

} // namespace tenantry

namespace tenantry::migrate {

TENANTRY_DECL Result<void> run_revision(sqlite::Connection& connection, const Revision& revision)
{
    auto done = revision.sql.empty() ? Result<void>() : connection.execute(revision.sql);
    if (done && revision.step) {
        try {
            done = revision.step(connection);
        } catch (const Error& error) { // of must()
            done = fail(error);
        } catch (const std::exception& thrown) {
            done = fail(errc::migration_failed, std::string("its step threw: ") + thrown.what());
        } catch (...) {
            done = fail(errc::migration_failed, "its step threw");
        }
    }
    if (!done) return fail(migration_error(std::move(done).error(), revision.title()));
    if (!connection.in_transaction())
        return fail(errc::migration_failed, revision.title() + ": it has ended the transaction it runs in");
    if (!revision.rebuilds()) return {};
    ConflictingRows dangling{revision.title(), "the row that is referred to is not there"};
    auto checked = detail::gather(connection, "PRAGMA main.foreign_key_check", 1, dangling);
    if (!checked) return fail(migration_error(std::move(checked).error(), revision.title()));
    if (dangling.count != 0)
        return fail(errc::migration_failed, to_string(dangling) + ": the revision was rolled back");
    return {};
}

} // namespace tenantry::migrate

namespace tenantry {

TENANTRY_DECL Result<sqlite::Connection> History::replay(
    const std::function<Result<void>(sqlite::Connection&)>& inspect, const sqlite::Functions& functions) const
{
    sqlite::Profile profile;
    profile.trusted_schema = true; // it is the program's own
    profile.functions = functions;
    auto memory = sqlite::Connection::open_memory(profile);
    if (!memory) return memory;
    if (inspect)
        if (auto inspected = inspect(*memory); !inspected) return fail(std::move(inspected).error());
    for (const Revision& r : revisions_) {
        std::optional<migrate::RebuildMode> mode;
        if (r.rebuilds()) mode.emplace(*memory);
        auto transaction = sqlite::Transaction::begin(*memory);
        if (!transaction) return fail(std::move(transaction).error());
        auto done = migrate::run_revision(*memory, r);
        if (done) done = transaction->commit();
        if (!done) return fail(std::move(done.error().in("replaying the history in memory")));
        if (inspect)
            if (auto inspected = inspect(*memory); !inspected) return fail(std::move(inspected).error());
    }
    return memory;
}

} // namespace tenantry
