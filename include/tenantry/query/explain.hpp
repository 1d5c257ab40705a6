// explain(query): what SQLite is going to do, as data; uses_index<"name">(query), for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/query/cardinality.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/reading.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

/// A step of a plan. The words of `detail` are SQLite's and differ between its versions
/// (https://sqlite.org/eqp.html).
struct PlanStep {
    /// The step's number.
    std::int64_t id{};
    std::int64_t parent{}; ///< the step it is part of, 0: of none
    /// Of no use, as SQLite says.
    std::int64_t unused{};
    /// What is done, in SQLite's words.
    std::string detail{};
};

/// How SQLite runs a statement.
struct QueryPlan {
    std::vector<PlanStep> steps; ///< parents before their parts

    /// Whether a step goes through an index of this name, as a search or in its order.
    [[nodiscard]] bool uses_index(std::string_view name) const
    {
        return std::any_of(steps.begin(), steps.end(),
                           [&](const PlanStep& step) { return mentions_index(step.detail, name); });
    }

    /// The steps that read every row of a table or of an index.
    [[nodiscard]] std::vector<std::string> scans() const
    {
        std::vector<std::string> found;
        for (const PlanStep& step : steps)
            if (step.detail.starts_with("SCAN ") && step.detail != "SCAN CONSTANT ROW")
                found.push_back(step.detail);
        return found;
    }

    /// A line a step, parts indented below what they are part of.
    [[nodiscard]] std::string to_string() const
    {
        std::string text;
        print_parts(text, 0, 0);
        return text;
    }

    friend std::ostream& operator<<(std::ostream& out, const QueryPlan& plan)
    {
        return out << plan.to_string();
    }

private:
    // "SEARCH job USING INDEX name (status=?)", "... USING COVERING INDEX name"
    static bool mentions_index(std::string_view detail, std::string_view name)
    {
        constexpr std::string_view before = " INDEX ";
        for (std::size_t at = detail.find(before); at != std::string_view::npos;
             at = detail.find(before, at + 1)) {
            const std::string_view rest = detail.substr(at + before.size());
            if (rest.starts_with(name) && (rest.size() == name.size() || rest[name.size()] == ' '))
                return true;
        }
        return false;
    }

    void print_parts(std::string& text, std::int64_t parent, std::size_t depth) const
    {
        for (const PlanStep& step : steps) {
            if (step.parent != parent || step.id == parent) continue;
            text.append(2 * depth, ' ').append(step.detail).append("\n");
            print_parts(text, step.id, depth + 1);
        }
    }
};

namespace detail {

template <class Form>
struct ExplainForm {
    static constexpr std::size_t sources = 0;
    template <class Source>
    static constexpr bool names_table = Form::template names_table<Source>;
    template <class Source>
    static constexpr bool defines = detail::defines<Form, Source>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text("EXPLAIN QUERY PLAN ");
        Form::render(out);
    }
};

// What is to become of the plan.
struct WholePlan {
    using type = QueryPlan;
    template <class S>
    static constexpr void check()
    {}
    [[nodiscard]] static QueryPlan of(QueryPlan plan) { return plan; }
};

template <class... Objects>
consteval bool names_index(TypeList<Objects...>, std::string_view name)
{
    return ((Objects::type == "index" && Objects::name == name) || ...);
}
template <class... Parts>
consteval bool parts_name_index(TypeList<Parts...>, std::string_view name)
{
    return (names_index(typename Parts::tenantry_objects{}, name) || ...);
}

template <FixedString Name>
struct IndexInPlan {
    using type = bool;
    template <class S>
    static constexpr void check()
    {
        static_assert(Name.view().starts_with("sqlite_autoindex_") ||
                          parts_name_index(parts_of<S>{}, Name.view()),
                      "tenantry: uses_index<\"...\">() names no index of the schema");
    }
    [[nodiscard]] static bool of(const QueryPlan& plan) { return plan.uses_index(Name.view()); }
};

template <class Q, class Answer>
class Explained {
public:
    using source = typename Q::source;
    using form = ExplainForm<typename Q::form>;
    using query_type = Q;
    template <class Rows>
    using reading = RowReading<PlanStep, PlanStep>;
    template <class Rows>
    using result = typename Answer::type;

    static constexpr bool reads = true;
    static constexpr bool writes = false;
    static constexpr bool is_explained = true;
    static constexpr bool owns_row = is_rvalue_row<Q>;

    constexpr explicit Explained(Q query) : query_(std::move(query)) {}

    template <class S>
    static constexpr void check()
    {
        Q::template check<S>();
        Answer::template check<S>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Q::visit(visitor);
    }

    // The plan may depend on values; those of a row to be inserted do not matter to it.
    template <class Parameters>
    void bind(Parameters& to) const
    {
        if constexpr (!requires { typename Q::inserted_row; } && !is_batch<Q>) query_.bind(to);
    }

    [[nodiscard]] static auto of(std::vector<PlanStep> steps)
    {
        return Answer::of(QueryPlan{std::move(steps)});
    }

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Explained<detail::owned_t<Q>, Answer>(detail::own_part<Self>(self.query_));
    }

private:
    Q query_;
};

template <class Answer, class Q>
[[nodiscard]] constexpr auto make_explained(Q&& query)
{
    static_assert(Statement<Q>,
                  "tenantry: this is not a query: select, insert, update, remove and sql make one");
    return Explained<std::remove_cvref_t<Q>, Answer>(std::forward<Q>(query));
}

} // namespace detail

/// How SQLite would run a statement, which is not run: `db.read(explain(select<Job>().where(...)))`. A query that
/// reads, whatever it explains; the result is a `QueryPlan`.
template <class Q>
[[nodiscard]] constexpr auto explain(Q&& query)
{
    return detail::make_explained<detail::WholePlan>(std::forward<Q>(query));
}

/// Whether SQLite would run a statement through an index: `CHECK(db.read(uses_index<"idx_queue_status">(query)))`. The
/// database decides by what is in it and by what ANALYZE found, so ask one that is filled as the real ones are.
template <FixedString Name, class Q>
[[nodiscard]] constexpr auto uses_index(Q&& query)
{
    return detail::make_explained<detail::IndexInPlan<Name>>(std::forward<Q>(query));
}

} // namespace tenantry
