// `.set(col<&Job::status> = ...)`: the SET of an update.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <tenantry/expr/column.hpp>
#include <tenantry/expr/detail/assignment.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/expr/rename_key.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/patch.hpp>
#include <tenantry/query/when_set.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

// What a statement that changes rows may not assign.
template <class S, class Assigned>
constexpr void refuse_key_and_generated()
{
    using Column = typename Assigned::column;
    if constexpr (has_table<S, row_of<Column::member>>) {
        using Table = table_of<S, row_of<Column::member>>;
        constexpr std::size_t i = member_index<Column::member>;
        using Row = row_of<Column::member>;
        static_assert(!is_id_of<field_type<Row, i>, Row>,
                      "tenantry: a column of the primary key is set: a row keeps its id");
        static_assert(
            is_id_of<field_type<Row, i>, Row> || is_key_assignment<Assigned> || !is_primary_key<Table>(i),
            "tenantry: a column of the primary key is set: say rename_key(column = value) if the row is to "
            "have another key");
        static_assert(!is_key_assignment<Assigned> || is_primary_key<Table>(i),
                      "tenantry: rename_key() sets a column that is not in the primary key: set it without");
        static_assert(!is_generated<Table>(i),
                      "tenantry: a generated column is set: the database computes it");
    }
}

template <class... Assignments>
struct set_form {
    using type = ListForm<Position::assignments, " SET ", typename Assignments::form...>;
};
template <class First, class... Rest>
    requires(AnyWhenSet<First> || (AnyWhenSet<Rest> || ...))
struct set_form<First, Rest...> {
    using type = ChosenSetForm<typename First::column, typename First::form, typename Rest::form...>;
};

// Assignments as the nodes of a list
template <class... Assignments>
struct Set {
    using source = void;
    using form = typename set_form<Assignments...>::type;

    // Whether all that is set belongs to one source.
    template <class Source>
    static constexpr bool sets_only = (std::same_as<typename Assignments::column::source, Source> && ...);
    // Whether something that is never NULL would be set to what can be, where the rows of some sources may be missing.
    template <class Missing>
    static constexpr bool may_set_null = ((!is_optional<typename Assignments::column::value_type> &&
                                           may_be_null<decltype(assigned_t<Assignments>::value), Missing>) ||
                                          ...);

    Pack<Assignments...> nodes;

    template <class S>
    static constexpr void check()
    {
        (refuse_key_and_generated<S, assigned_t<Assignments>>(), ...);
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        (Assignments::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        nodes.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Set<owned_t<Assignments>...>{detail::own_part<Self>(self.nodes)};
    }
};

template <class Column, class... Others>
inline constexpr bool is_once = (std::size_t{std::same_as<Column, Others>} + ... + 0) == 1;

template <class Statement, class... A>
[[nodiscard]] constexpr auto add_set(Statement&& statement, A&&... assignments)
{
    constexpr bool sound = sizeof...(A) > 0 && ((AnyAssignment<A> || AnyWhenSet<A>) && ...);
    static_assert(sound, "tenantry: set() takes assignments: set(col<&Job::status> = JobStatus::done)");
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::assignments>,
                  "tenantry: set() is there already: give it all assignments at once");
    if constexpr (sound) {
        static_assert(
            (is_once<typename std::remove_cvref_t<A>::column, typename std::remove_cvref_t<A>::column...> &&
             ...),
            "tenantry: a column is set twice");
        return with_clause(std::forward<Statement>(statement),
                           Set<std::remove_cvref_t<A>...>{{{std::forward<A>(assignments)}...}});
    } else {
        return with_clause(std::forward<Statement>(statement), Set<>{});
    }
}

// The assignment of a member by a value of its own type, if that is there. An id in it is no key: as in a row that is
// written, another tenant's is refused when it is bound.
template <class Column, class T>
[[nodiscard]] auto assign_patched(const std::optional<T>& value)
{
    using Assigned = Assignment<Column, Parameter<T>>;
    WhenSet<Assigned> made;
    if (value) made.assignment.emplace(Assigned{Parameter<T>{*value}});
    return made;
}

// What stands in set(), each assignment by itself: a patch is as many as it may have.
template <class A>
[[nodiscard]] constexpr auto as_assignments(A&& given)
{
    if constexpr (AnyPatch<A>)
        return patch_members<std::remove_cvref_t<A>>::call([&]<class... Columns>(const Columns&... column) {
            return std::make_tuple(assign_patched<Columns>(std::as_const(given)[column])...);
        });
    else
        return std::tuple<A>(std::forward<A>(given));
}

template <class Statement, class... A>
[[nodiscard]] constexpr auto add_patched_set(Statement&& statement, A&&... given)
{
    if constexpr ((AnyPatch<A> || ...))
        return std::apply(
            [&]<class... Each>(Each&&... each) {
                return detail::add_set(std::forward<Statement>(statement), std::forward<Each>(each)...);
            },
            std::tuple_cat(as_assignments(std::forward<A>(given))...));
    else
        return detail::add_set(std::forward<Statement>(statement), std::forward<A>(given)...);
}

template <class Statement>
struct CanSet {
    /// What is to become of the chosen rows: `set(col<&Job::status> = JobStatus::done)`. Values on the right are
    /// those from before the update. An assignment in when() is left out if it is not wanted; where all of them are, the
    /// rows are chosen, counted and returned as ever, and stay as they are. A `Patch` stands for an assignment of each member
    /// that is there in it.
    template <class... A>
    [[nodiscard]] constexpr auto set(A&&... assignments) const&
    {
        return add_patched_set(static_cast<const Statement&>(*this), std::forward<A>(assignments)...);
    }
    template <class... A>
    [[nodiscard]] constexpr auto set(A&&... assignments) &&
    {
        return add_patched_set(static_cast<Statement&&>(*this), std::forward<A>(assignments)...);
    }
};

} // namespace detail

} // namespace tenantry
