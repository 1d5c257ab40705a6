// UPDATE ... FROM: what an update reads beside its table (https://sqlite.org/lang_update.html#update_from).
#pragma once

#include <concepts>
#include <type_traits>

#include <tenantry/expr/source.hpp>
#include <tenantry/query/check.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/join.hpp>
#include <tenantry/query/returning.hpp>
#include <tenantry/query/select.hpp>
#include <tenantry/query/when.hpp>
#include <tenantry/query/where.hpp>

namespace tenantry::detail {

// Looks whether what is named is of one source, or of others. Statements inside have sources of their own.
template <class Source>
struct NamedSources {
    using definitions = Definitions<NoNames>;

    bool own = false;
    bool others = false;

    template <class C>
    constexpr void column()
    {
        (std::same_as<typename C::source, Source> ? own : others) = true;
    }
    template <class Other>
    constexpr void table() const
    {}
    template <class V>
    constexpr void value() const
    {}
    template <class Row>
    constexpr void row() const
    {}
    template <class Row>
    constexpr void excluded() const
    {}
    template <class Q>
    constexpr void nested() const
    {}
    template <class Q, class Visible>
    constexpr void named() const
    {}
};

// Whether a join's condition names a source.
template <class Clause, class Source>
consteval bool joins_by()
{
    if constexpr (Clause::form::position == Position::join) {
        NamedSources<Source> sources;
        Clause::visit(sources);
        return sources.own;
    } else {
        return false;
    }
}

// Whether RETURNING names anything but a source.
template <class Clause, class Source>
consteval bool returns_others()
{
    if constexpr (std::is_void_v<Clause>) {
        return false;
    } else {
        NamedSources<Source> sources;
        Clause::visit(sources);
        return sources.others;
    }
}

// What chooses by a condition, unlike all_rows() and the key of one row.
template <class Clause>
inline constexpr bool is_chosen_by_condition = false;
template <class Condition>
inline constexpr bool is_chosen_by_condition<Where<Condition>> = true;
template <class... Nodes>
inline constexpr bool is_chosen_by_condition<Filters<Nodes...>> = true;

template <class Clause, class Row>
consteval bool sets_only_own()
{
    if constexpr (requires { Clause::template sets_only<Row>; })
        return Clause::template sets_only<Row>;
    else
        return false;
}
template <class Clause, class Missing>
consteval bool sets_missing()
{
    if constexpr (requires { Clause::template may_set_null<Missing>; })
        return Clause::template may_set_null<Missing>;
    else
        return false;
}

// An update that reads its table alone.
template <bool ReadsOneSource, class Row, class... Clauses>
struct UpdateParts {
    using form = StatementForm<typename Clauses::form...>;

    template <class S>
    static constexpr void check()
    {}
};

// One that reads others, too. Their joins do not see the table itself: SQLite joins it to all of them by WHERE.
template <class Row, class... Clauses>
struct UpdateParts<false, Row, Clauses...> {
    using from = clause_at<Position::from, Clauses...>;

    static consteval auto find_source()
    {
        if constexpr (std::is_void_v<from>)
            return std::type_identity<void>{};
        else
            return std::type_identity<typename from::source>{};
    }
    using source = typename decltype(find_source())::type;
    using read = types<source, joined_t<Clauses>...>;
    using missing =
        MissingSources<std::conditional_t<is_left_join<typename Clauses::form>, joined_t<Clauses>, void>...>;
    using form = StatementForm<typename resolved_join<typename Clauses::form, read>::type...>;

    template <class S>
    static constexpr void check()
    {
        using Chosen = clause_at<Position::where, Clauses...>;
        using Assigned = clause_at<Position::assignments, Clauses...>;
        using Returned = clause_at<Position::returning, Clauses...>;
        static_assert(
            !std::is_void_v<from>,
            "tenantry: join() in an update joins to what from() reads: say from(table<Row>) before it");
        static_assert(
            is_chosen_by_condition<Chosen>,
            "tenantry: from() in an update needs where(condition) to say which of its rows belongs to "
            "which row that is changed; a key and other conditions go into it as well");
        if constexpr (!std::is_void_v<from> && is_chosen_by_condition<Chosen>) {
            static_assert(
                !(joins_by<Clauses, Row>() || ...),
                "tenantry: join() in an update is among what from() reads, and cannot name the table that "
                "is changed: say that in where(), and cross_join(table<Row>) where nothing is left to say");
            static_assert(
                ((resolved_join<typename Clauses::form, read>::template ways<S> == 1) && ...),
                "tenantry: join(table<Row>) without a condition follows the one foreign key between this "
                "table and those that from() and join() read before it, and there is none, or several: "
                "say the condition");
            static_assert(check_sources<S>(types<Row, source, joined_t<Clauses>...>{},
                                           types<typename Clauses::form...>{}));
            static_assert(
                sets_only_own<Assigned, Row>(),
                "tenantry: an update sets columns of its own table, not of those that from() reads");
            static_assert(!sets_missing<Assigned, missing>(),
                          "tenantry: a column that is NOT NULL is set to what a left join may not find: say "
                          "coalesce(value, instead)");
            static_assert(
                !returns_others<Returned, Row>(),
                "tenantry: returning() of an update gives columns of its own table, not of those that "
                "from() reads");
        }
    }
};

} // namespace tenantry::detail
