// What a test asks of a whole program: that its statements prepare, its history leads to its declaration, its queries use
// their indexes.
#pragma once

#include <ostream>
#include <string>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/history.hpp>
#include <tenantry/migrate/next_revision.hpp>
#include <tenantry/query/explain.hpp>
#include <tenantry/query/verify.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/functions.hpp>
#include <tenantry/sqlite/profile.hpp>

namespace tenantry::testing {

/// What a check has found: true where nothing is amiss, and else a text that says what, for the report of any test framework.
class [[nodiscard]] Report {
public:
    /// Nothing is amiss.
    Report() = default;
    /// The text, which is not empty.
    explicit Report(std::string problem) : text_(std::move(problem)) {}
    /// The error with its name, and with its plan where it has one.
    explicit Report(const Error& error) : text_(std::string(to_string(error.errc())) + ": ")
    {
        text_ += error.message();
        if (!error.plan().empty()) text_.append("\n").append(error.plan());
    }

    /// Is nothing amiss?
    [[nodiscard]] explicit operator bool() const noexcept { return text_.empty(); }

    /// Empty where nothing is amiss.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    /// The text.
    friend std::ostream& operator<<(std::ostream& out, const Report& report)
    {
        return out << (report ? "nothing is amiss" : report.text_);
    }

private:
    std::string text_;
};

/// Does SQLite take all of these statements in a database of the schema? Values in them do not matter. `profile` has the
/// functions and collations that they use. See `verify_statements`.
template <SchemaType S, class... Q>
Report check_statements(const sqlite::Profile& profile, const Q&... statements)
{
    auto verified = verify_statements<S>(profile, statements...);
    return verified ? Report() : Report(verified.error());
}
template <SchemaType S, Statement... Q>
Report check_statements(const Q&... statements)
{
    return check_statements<S>(sqlite::Profile(), statements...);
}

/// Does the history lead to what is declared? The text has the plan from the one to the other, which `next_revision` makes a
/// revision of. `functions` are those of the program that declaration and history use.
template <SchemaType S>
Report check_history(const History& history, const sqlite::Functions& functions = {})
{
    auto draft = next_revision(schema_info<S>(), history, "difference", {}, functions);
    if (!draft) return Report(draft.error());
    if (draft->empty()) return {};
    return Report("the history does not lead to the declaration:\n" + to_string(draft->plan));
}

/// Does SQLite run the statement through the index of this name? The text has its plan. `db` is a handle, a `MemoryTenant` or
/// a `Tx`. SQLite decides by what is in the database: ask one that is filled as the real ones are.
template <FixedString Index, class Db, Statement Q>
Report check_index(Db&& db, const Q& statement)
{
    const auto used = db.read(uses_index<Index>(statement));
    if (!used) return Report(used.error());
    if (*used) return {};
    const auto plan = db.read(explain(statement));
    if (!plan) return Report(plan.error());
    return Report("the index " + std::string(Index.view()) + " is not used:\n" + plan->to_string());
}

/// Does SQLite run the statement without reading every row of a table or an index?
template <class Db, Statement Q>
Report check_no_scan(Db&& db, const Q& statement)
{
    const auto plan = db.read(explain(statement));
    if (!plan) return Report(plan.error());
    if (plan->scans().empty()) return {};
    return Report("every row is read:\n" + plan->to_string());
}

} // namespace tenantry::testing
