// A migration as data: what would be done, in what order, by which SQL, and which rows could stand in the way.
#pragma once

#include <algorithm>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::migrate {

/// What a step does.
enum class StepKind {
    create_table,
    add_column,
    rebuild_table, ///< a new table, filled from the old one, in its place
    fill_table,    ///< a full-text table, from the texts of another one
    drop_table,
    rename_table,
    rename_column,
    create_index,
    drop_index,
    create_view,
    drop_view,
    create_trigger,
    drop_trigger,
    check_table, ///< only its rows are checked
};

/// In words: "create table".
[[nodiscard]] std::string_view to_string(StepKind kind) noexcept;

/// What must be true of the rows that are there, so that a step loses nothing.
struct Condition {
    std::string what; ///< of rows that stand in the way: "column 'email' is NULL, and becomes NOT NULL"
    std::string conflicting_rows; ///< a SELECT of their keys, one text each; none: nothing is lost
    bool enforced = false;        ///< SQLite itself refuses the step, so that it need not be asked before
};

/// A step of a plan: it changes one thing.
struct Step {
    /// What it does.
    StepKind kind;
    std::string object;             ///< its name; of a column `table.column`
    std::vector<std::string> why{}; ///< what differs
    /// The statements that do it.
    std::vector<std::string> sql{};
    /// What must hold of the rows that are there.
    std::vector<Condition> conditions{};

    /// `"add column config.note"`
    [[nodiscard]] std::string title() const { return std::string(to_string(kind)) + ' ' + object; }
};

/// From one schema to another. A value, to be printed, tested, applied or refused.
struct Plan {
    /// What is done, in this order.
    std::vector<Step> steps{};
    /// There and not declared: left alone, since rows can be written without it.
    std::vector<std::string> tolerated{};
    /// What no plan can mend: a name that something else has.
    std::vector<std::string> problems{};
    /// Of rows that stay as they are: that the declared types can hold them. Nothing is to be done for it.
    std::vector<Step> checks{};
    /// Tables whose references, or references to whom, must be checked before the end.
    std::vector<std::string> check_references{};

    /// Whether there is nothing to do, and nothing in the way.
    [[nodiscard]] bool empty() const noexcept { return steps.empty() && problems.empty(); }

    /// Does any step copy a table, so that foreign keys must be off meanwhile?
    [[nodiscard]] bool rebuilds() const noexcept;

    /// Could rows stand in the way, or be lost?
    [[nodiscard]] bool has_conditions() const noexcept;

    /// `"add column config.note"`, for each step.
    [[nodiscard]] std::vector<std::string> titles() const;

    /// Several lines, each ended.
    friend std::ostream& operator<<(std::ostream& out, const Plan& plan)
    {
        for (const std::string& problem : plan.problems) out << "impossible: " << problem << '\n';
        std::size_t number = 0;
        for (const Step& step : plan.steps) {
            out << ++number << ". " << step.title();
            for (std::size_t i = 0; i < step.why.size(); ++i) out << (i == 0 ? ": " : "; ") << step.why[i];
            out << '\n';
            for (const Condition& condition : step.conditions)
                out << "   refused if there is a row where " << condition.what << '\n';
            for (const std::string& sql : step.sql) out << "   " << sql << ";\n";
        }
        for (const Step& check : plan.checks)
            for (const Condition& condition : check.conditions)
                out << check.title() << ": refused if there is a row where " << condition.what << '\n';
        for (const std::string& known : plan.tolerated) out << "left alone: " << known << '\n';
        return out;
    }
};

[[nodiscard]] std::string to_string(const Plan& plan);

} // namespace tenantry::migrate

namespace tenantry::detail {

/// Why a migration is refused: `before` and the first of the reasons in the message, and in the plan what was to be done, with
/// all of the reasons where the message has not all of them.
[[nodiscard]] Error refusal(errc code, std::string_view before, const std::vector<std::string>& reasons,
                            std::string_view plan = {}, int sqlite_code = 0);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/plan.ipp>
#endif
