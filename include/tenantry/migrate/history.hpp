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

#include <tenantry/core/detail/separate_compilation.hpp>
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
    /// What it is called in ledgers and messages.
    std::string name{};
    std::string sql{}; ///< statements; run before the step
    /// What it does beside its SQL.
    RevisionStep step{};
    bool compatible = false; ///< programs that do not know this revision may go on using the database

    /// Tells an edited revision: of the number, the name, the SQL, and whether there is a step.
    [[nodiscard]] std::string checksum() const;

    /// Does it put new tables in the place of old ones? Its SQL says so in a line `-- tenantry: rebuilds tables`:
    /// foreign keys are then not enforced while it runs, and checked before its end.
    [[nodiscard]] bool rebuilds() const noexcept
    {
        return sql.find("-- tenantry: rebuilds tables") != std::string::npos;
    }

    /// `"revision 7 split_name"`
    [[nodiscard]] std::string title() const { return "revision " + std::to_string(number) + ' ' + name; }

    /// The same, marked as one that older programs can live with.
    [[nodiscard]] Revision compatible_with_older() const;
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
    explicit History(std::vector<Revision> revisions);

    /// All of them, in order.
    [[nodiscard]] const std::vector<Revision>& revisions() const noexcept { return revisions_; }

    /// The one of this number, or null.
    [[nodiscard]] const Revision* find(std::int64_t number) const noexcept;

    /// What `user_version` is in a database that has run all of this and fits the declaration. Positive.
    [[nodiscard]] std::int32_t mark(std::int32_t fingerprint) const;

    /// The schema after each revision, the empty one first. Made once, by running all of them in memory.
    /// errc::migration_failed if one cannot be run. `functions`: those that the revisions use.
    [[nodiscard]] Result<std::shared_ptr<const std::vector<migrate::SchemaModel>>> models(
        const sqlite::Functions& functions) const;

    /// A database in memory that has run all revisions. `inspect` is called before the first and after each; `functions` are
    /// those that the revisions use.
    [[nodiscard]] Result<sqlite::Connection> replay(
        const std::function<Result<void>(sqlite::Connection&)>& inspect = {},
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
[[nodiscard]] Result<void> run_revision(sqlite::Connection& connection, const Revision& revision);

} // namespace migrate

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/history.ipp>
#endif
