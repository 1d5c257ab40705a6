// A history: the frozen revisions by which databases were changed, one after another.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/migrate/apply.hpp>
#include <tenantry/migrate/introspect.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry {

/// A data step in C++. Runs in the revision's transaction, which it must leave open.
using RevisionStep = std::function<Result<void>(sqlite::Connection&)>;

/// One frozen change. Once a tenant has run it, it must not be edited, nor taken out of the history.
struct Revision {
    std::int64_t number = 0; ///< from 1; revisions run in this order, gaps do not matter
    std::string name{};
    std::string sql{}; ///< statements; run before the step
    RevisionStep step{};
    bool compatible = false; ///< programs that do not know this revision may go on using the database

    /// Tells an edited revision: of the number, the name, the SQL, and whether there is a step.
    [[nodiscard]] std::string checksum() const
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

    /// Does it put new tables in the place of old ones? Its SQL says so in a line `-- tenantry: rebuilds tables`:
    /// foreign keys are then not enforced while it runs, and checked before its end.
    [[nodiscard]] bool rebuilds() const noexcept
    {
        return sql.find("-- tenantry: rebuilds tables") != std::string::npos;
    }

    /// `"revision 7 split_name"`
    [[nodiscard]] std::string title() const { return "revision " + std::to_string(number) + ' ' + name; }

    /// The same, marked as one that older programs can live with.
    [[nodiscard]] Revision compatible_with_older() const
    {
        Revision marked = *this;
        marked.compatible = true;
        return marked;
    }
};

/// A revision of SQL, and perhaps a step of C++ after it.
[[nodiscard]] inline Revision revision(std::int64_t number, std::string_view name, std::string_view sql,
                                       RevisionStep step = {})
{
    return {.number = number, .name = std::string(name), .sql = std::string(sql), .step = std::move(step)};
}

/// A revision that is a step of C++.
[[nodiscard]] inline Revision revision(std::int64_t number, std::string_view name, RevisionStep step)
{
    return {.number = number, .name = std::string(name), .step = std::move(step)};
}

/// The revisions of a program, in order. Cheap to copy; must outlive the fleet that uses it. Thread-safe.
class History {
public:
    /// Sorts by number. Throws `std::invalid_argument` for a number below 1, a number given twice, and a revision
    /// without a name or of neither SQL nor a step: the program is wrong.
    explicit History(std::vector<Revision> revisions) : revisions_(std::move(revisions))
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

    [[nodiscard]] const std::vector<Revision>& revisions() const noexcept { return revisions_; }

    [[nodiscard]] const Revision* find(std::int64_t number) const noexcept
    {
        const auto found = std::ranges::find(revisions_, number, &Revision::number);
        return found == revisions_.end() ? nullptr : &*found;
    }

    /// What `user_version` is in a database that has run all of this and fits the declaration. Positive.
    [[nodiscard]] std::int32_t mark(std::int32_t fingerprint) const
    {
        std::uint64_t hash = static_cast<std::uint64_t>(fingerprint) * 0x100000001b3U;
        for (const Revision& r : revisions_)
            for (const char c : r.checksum()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        const auto folded = static_cast<std::int32_t>((hash ^ (hash >> 32)) & 0x7fffffffU);
        return folded == 0 ? 1 : folded;
    }

    /// The schema after each revision, the empty one first. Made once, by running all of them in memory.
    /// errc::migration_failed if one cannot be run. `functions`: those that the revisions use.
    [[nodiscard]] Result<std::shared_ptr<const std::vector<migrate::SchemaModel>>> models(
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

    /// A database in memory that has run all revisions. `look` is called before the first and after each; `functions` are
    /// those that the revisions use.
    [[nodiscard]] Result<sqlite::Connection> replay(
        const std::function<Result<void>(sqlite::Connection&)>& look = {},
        const sqlite::Functions& functions = {}) const;

private:
    struct Models {
        std::mutex mutex;
        std::shared_ptr<const std::vector<migrate::SchemaModel>> made;
    };

    std::vector<Revision> revisions_;
    std::shared_ptr<Models> models_ = std::make_shared<Models>();
};

/// `static const History slot_history = history(revision(1, "initial", "..."), revision(2, ...));`
template <class... Revisions>
[[nodiscard]] History history(Revisions&&... revisions)
{
    std::vector<Revision> list;
    list.reserve(sizeof...(revisions));
    (list.push_back(std::forward<Revisions>(revisions)), ...);
    return History(std::move(list));
}

namespace migrate {

/// Runs a revision in the transaction that is open; under a `RebuildMode` where it rebuilds. After an error the
/// transaction is to be rolled back.
[[nodiscard]] inline Result<void> run_revision(sqlite::Connection& connection, const Revision& revision)
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
        return fail(errc::migration_failed, to_string(dangling) + ": the revision was taken back");
    return {};
}

} // namespace migrate

inline Result<sqlite::Connection> History::replay(
    const std::function<Result<void>(sqlite::Connection&)>& look, const sqlite::Functions& functions) const
{
    sqlite::Profile profile;
    profile.trusted_schema = true; // it is the program's own
    profile.functions = functions;
    auto memory = sqlite::Connection::open_memory(profile);
    if (!memory) return memory;
    if (look)
        if (auto looked = look(*memory); !looked) return fail(std::move(looked).error());
    for (const Revision& r : revisions_) {
        std::optional<migrate::RebuildMode> mode;
        if (r.rebuilds()) mode.emplace(*memory);
        auto transaction = sqlite::Transaction::begin(*memory);
        if (!transaction) return fail(std::move(transaction).error());
        auto done = migrate::run_revision(*memory, r);
        if (done) done = transaction->commit();
        if (!done) return fail(std::move(done.error().in("replaying the history in memory")));
        if (look)
            if (auto looked = look(*memory); !looked) return fail(std::move(looked).error());
    }
    return memory;
}

} // namespace tenantry
