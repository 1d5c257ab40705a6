// `select<Job>()`, `select(expressions...)`: SELECT.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/group_values.hpp>
#include <tenantry/query/detail/hidden_columns.hpp>
#include <tenantry/query/detail/outputs.hpp>
#include <tenantry/query/detail/reading.hpp>
#include <tenantry/query/distinct.hpp>
#include <tenantry/query/from.hpp>
#include <tenantry/query/group_by.hpp>
#include <tenantry/query/having.hpp>
#include <tenantry/query/into.hpp>
#include <tenantry/query/join.hpp>
#include <tenantry/query/limit.hpp>
#include <tenantry/query/named_query.hpp>
#include <tenantry/query/order_by.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/query/set_operation.hpp>
#include <tenantry/query/subquery.hpp>
#include <tenantry/query/where.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

struct SelectKeyword {
    static constexpr Position position = Position::keyword;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text("SELECT");
    }
};

// Whether a clause has one value in a group made by the statement's GROUP BY.
template <class Clause, class Group>
inline constexpr bool is_grouped = Clause::template grouped<>;
template <class Clause, class... Keys>
inline constexpr bool is_grouped<Clause, GroupBy<Keys...>> = Clause::template grouped<typename Keys::form...>;

// Clauses that speak of groups, where there are any.
template <class Clause, class Group>
consteval bool speaks_of_groups()
{
    constexpr Position at = Clause::form::position;
    if constexpr (at == Position::having || at == Position::order_by)
        return is_grouped<Clause, Group>;
    else
        return true;
}

template <class... Clauses>
struct group_of {
    using type =
        first_type_t<std::conditional_t<Clauses::form::position == Position::group_by, Clauses, void>...>;
};

// The source that a clause joins, or void.
template <class Clause>
consteval auto joined_by()
{
    if constexpr (Clause::form::position == Position::join)
        return std::type_identity<typename Clause::form::introduced>{};
    else
        return std::type_identity<void>{};
}
template <class Clause>
using joined_t = typename decltype(joined_by<Clause>())::type;

// What FROM reads, if from() does not say so: the first source that is no join's.
template <class... Joined>
struct Unjoined {
    template <class Source>
    using keep = std::conditional_t<(std::is_same_v<Source, Joined> || ...), void, Source>;
};

template <class Joined, class... Candidates>
using first_unjoined = first_type_t<typename Joined::template keep<Candidates>..., Candidates...>;

// Whether a select reads what it names first, and nothing else.
template <class... Clauses>
inline constexpr bool reads_one_source =
    !((Clauses::form::position == Position::from || Clauses::form::position == Position::join) || ...);

template <class... Clauses>
inline constexpr bool wants_limit = !((Clauses::form::position == Position::limit) || ...) &&
                                    ((Clauses::form::position == Position::offset) || ...);

// The form of a select of these clauses, and of what they leave unsaid: FROM, and the limit that OFFSET needs.
template <bool WantsLimit, class Source, class... Forms>
struct select_form {
    using type = renaming_form<SelectKeyword, Forms..., From<Source>>;
};
template <class... Forms>
struct select_form<false, void, Forms...> {
    using type = renaming_form<SelectKeyword, Forms...>;
};
template <class... Forms>
struct select_form<true, void, Forms...> {
    using type = renaming_form<SelectKeyword, Forms..., NoLimitForm>;
};
template <class Source, class... Forms>
struct select_form<true, Source, Forms...> {
    using type = renaming_form<SelectKeyword, Forms..., From<Source>, NoLimitForm>;
};

// What a select reads: sources, forms and what may be missing.
template <bool ReadsOneSource, class Subject, class Subjects, class... Clauses>
struct SelectParts;

template <class Subject, class... Subjects, class... Clauses>
struct SelectParts<true, Subject, types<Subjects...>, Clauses...> {
    static constexpr bool has_joins = false;
    using source = first_type_t<Subjects..., typename Clauses::source...>;
    using read = types<source>;
    using missing = MissingSources<>;
    using result_subject = Subject;
    using form = typename select_form<wants_limit<Clauses...>, source, typename Subject::form,
                                      typename Clauses::form...>::type;
};

template <class Subject, class... Subjects, class... Clauses>
struct SelectParts<false, Subject, types<Subjects...>, Clauses...> {
    static constexpr bool has_joins = ((Clauses::form::position == Position::join) || ...);
    using from = clause_at<Position::from, Clauses...>;

    static consteval auto find_source()
    {
        if constexpr (!std::is_void_v<from>)
            return std::type_identity<typename from::source>{};
        else
            return std::type_identity<
                first_unjoined<Unjoined<joined_t<Clauses>...>, Subjects..., typename Clauses::source...>>{};
    }
    using source = typename decltype(find_source())::type;

    // every source of the statement, in the order of the text, with void between
    using read = types<source, joined_t<Clauses>...>;

    static consteval auto find_missing()
    {
        if constexpr ((is_left_join<typename Clauses::form> || ...))
            return MissingSources<
                std::conditional_t<is_left_join<typename Clauses::form>, joined_t<Clauses>, void>...>{};
        else
            return MissingSources<>{};
    }
    using missing = decltype(find_missing());
    using result_subject = marked_subject<Subject, missing>;

    template <class Clause>
    static consteval auto find_form()
    {
        using Form = typename resolved_join<typename Clause::form, read>::type;
        if constexpr (!is_left_join<Form>)
            return std::type_identity<Form>{};
        else
            return std::type_identity<
                std::conditional_t<marked_rows<Subject, missing>::template of<typename Form::introduced>,
                                   MarkedJoinForm<Form>, Form>>{};
    }

    using form =
        typename select_form<wants_limit<Clauses...>, std::conditional_t<std::is_void_v<from>, source, void>,
                             typename Subject::form, typename decltype(find_form<Clauses>())::type...>::type;

    template <class S>
    static constexpr bool keys_are_there =
        ((resolved_join<typename Clauses::form, read>::template ways<S> > 0) && ...);
    template <class S>
    static constexpr bool keys_are_clear =
        ((resolved_join<typename Clauses::form, read>::template ways<S> < 2) && ...);
};

template <class Source, class... Sources>
inline constexpr bool is_read_twice =
    !std::is_void_v<Source> && (std::size_t{std::is_same_v<Source, Sources>} + ... + 0) > 1;

// The name that the columns of a source are qualified with.
template <class S, class Source, class... Forms>
consteval std::string_view source_name()
{
    if constexpr (is_alias<Source>)
        return source_traits<Source>::alias;
    else if constexpr (has_table<S, Source>)
        return table_name<S, Source>;
    else
        return first_name({std::string_view(), local_name<Source, Forms>...});
}

template <class S, class... Sources, class... Forms>
consteval bool check_sources(types<Sources...>, types<Forms...>)
{
    static_assert((!(is_read_twice<Sources, Sources...> && !is_alias<Sources>) && ...),
                  "tenantry: a statement reads one table twice: let one of them have another name: "
                  "join(table<Alias<\"a\", Row>>, ...), and alias<\"a\">[col<...>] for its columns");
    if constexpr ((!(is_read_twice<Sources, Sources...> && !is_alias<Sources>) && ...)) {
        constexpr bool once = [] {
            const std::array<std::string_view, sizeof...(Sources)> names{
                source_name<S, Sources, Forms...>()...};
            for (std::size_t i = 0; i < names.size(); ++i)
                for (std::size_t j = i + 1; j < names.size(); ++j)
                    if (!names[i].empty() && same_name(names[i], names[j])) return false;
            return true;
        }();
        static_assert(once, "tenantry: two aliases of one name, or an alias of the name of a table that the "
                            "statement reads");
    }
    return true;
}

} // namespace detail

/// A SELECT statement, made by `select`. A value: it can be kept, copied and used many times.
template <class Subject, class... Clauses>
class SelectQuery : public detail::ClauseList<Subject, Clauses...>,
                    public detail::CanDistinct<SelectQuery<Subject, Clauses...>>,
                    public detail::CanFrom<SelectQuery<Subject, Clauses...>>,
                    public detail::CanJoin<SelectQuery<Subject, Clauses...>>,
                    public detail::CanWhere<SelectQuery<Subject, Clauses...>>,
                    public detail::CanGroupBy<SelectQuery<Subject, Clauses...>>,
                    public detail::CanHaving<SelectQuery<Subject, Clauses...>>,
                    public detail::CanOrderBy<SelectQuery<Subject, Clauses...>>,
                    public detail::CanLimit<SelectQuery<Subject, Clauses...>>,
                    public detail::CanWith<SelectQuery<Subject, Clauses...>>,
                    public detail::CanCombine<SelectQuery<Subject, Clauses...>>,
                    public detail::CanInto<SelectQuery<Subject, Clauses...>> {
    using List = detail::ClauseList<Subject, Clauses...>;
    using Parts = detail::SelectParts<detail::reads_one_source<Clauses...>, Subject,
                                      typename Subject::sources, Clauses...>;

public:
    using tenantry_select = void;
    using tenantry_single_select = void;
    // Where from() does not say so, the table is that of the first column.
    using source = typename Parts::source;
    using form = typename Parts::form;
    using subject = Subject;
    using result_subject = typename Parts::result_subject;
    using missing = typename Parts::missing;
    using read_sources = typename Parts::read;
    template <class Rows>
    using reading = typename Subject::template reading<Rows, missing>;
    template <class Rows>
    using result = std::vector<typename reading<Rows>::type>;

    static constexpr bool reads = true;
    static constexpr bool writes = false;
    // What computes nothing of rows needs no table: it is one row by itself.
    static constexpr bool needs_table = Subject::aggregate || detail::is_windowed<Subject>;
    static constexpr bool always_one_row =
        (Subject::aggregate || (form::sources == 0 && !List::template has<detail::Position::where>)) &&
        !List::template has<detail::Position::group_by> && !List::template has<detail::Position::having> &&
        !List::template has<detail::Position::limit> && !List::template has<detail::Position::offset>;

    constexpr explicit SelectQuery(detail::Pack<Subject, Clauses...>&& given) : List(std::move(given)) {}

    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        if constexpr (detail::checks_groups<Parameters>) {
            auto inside = to.template inside<form>();
            List::bind(inside);
        } else {
            check_values(to);
            List::bind(to);
        }
    }

    // Rules that need the whole statement.
    template <class S>
    static constexpr void check()
    {
        using Group = typename detail::group_of<Clauses...>::type;
        constexpr bool is_grouped = !std::is_void_v<Group> || Subject::aggregate;
        static_assert(form::sources > 0 || !needs_table,
                      "tenantry: nothing says which table is read: name it with .from(table<Row>)");
        if constexpr (requires { Subject::is_into; })
            Subject::template check_columns<typename Subject::template column_types<missing>>();
        (detail::check_clause<S, Clauses, SelectQuery>(), ...);
        if constexpr (Parts::has_joins) {
            static_assert(
                Parts::template keys_are_there<S>,
                "tenantry: join(table<Row>) without a condition follows a foreign key, and there is none "
                "between this table and those that are read before it: say the condition");
            static_assert(
                Parts::template keys_are_clear<S>,
                "tenantry: join(table<Row>) without a condition follows the one foreign key, and there are "
                "several between this table and those that are read before it: say the condition");
            static_assert(
                detail::check_sources<S>(typename Parts::read{}, detail::types<typename Clauses::form...>{}));
        }
        if constexpr (is_grouped) {
            static_assert(
                detail::is_grouped<Subject, Group>,
                "tenantry: a column is selected beside aggregate functions and is not in group_by(): "
                "which of the group's values would it be?");
            static_assert(
                (detail::speaks_of_groups<Clauses, Group>() && ...),
                "tenantry: having() or order_by() names a column that is neither in group_by() nor inside an "
                "aggregate function: which of the group's values would it be?");
        }
        if constexpr (is_distinct_order)
            static_assert(
                (detail::distinct_order<plain_clause<Clauses>>::template is_sound<
                     typename detail::distinct_keys<S, Subject>::type> &&
                 ...),
                "tenantry: distinct() gives rows that are equal once, and order_by() names what is not selected: which "
                "of their values would it be?");
        static_assert(is_grouped || !List::template has<detail::Position::having>,
                      "tenantry: having() chooses groups: say group_by(), or where() to choose rows");
    }

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return detail::own_clauses(std::forward<Self>(self));
    }

private:
    static constexpr bool is_distinct_order =
        List::template has<detail::Position::distinct> && List::template has<detail::Position::order_by>;
    template <class Clause>
    using plain_clause = typename detail::plain_order<Clause>::type;

    // That expressions of one form have the values that they have to share.
    template <class Parameters>
    constexpr void check_values(Parameters& to) const
    {
        using Group = typename detail::group_of<Clauses...>::type;
        if constexpr (!std::is_void_v<detail::comparison_of<Parameters>>) {
            if constexpr (detail::groups_by_values<Group>)
                detail::check_group_values(to, detail::pack_find<Group>(this->clauses), this->clauses);
            if constexpr (is_distinct_order && detail::selects_values<Subject>)
                detail::check_distinct_values(to, detail::subject_nodes(detail::pack_get<0>(this->clauses)),
                                              this->clauses);
        }
    }
};

/// Every column of a table: the result is a vector of rows. Beside rows there are aliases of them:
/// `select<Alias<"a", Job>>()`.
///
/// `first(select<Job>()...)` gives one row or none, `one(...)` exactly one.
template <class Source>
[[nodiscard]] constexpr auto select()
{
    static_assert(RowType<detail::source_row<Source>>,
                  "tenantry: select<Row>() takes a row, the struct of a table");
    return SelectQuery<detail::WholeRow<Source>>(detail::Pack<detail::WholeRow<Source>>{});
}

/// Some columns, expressions, or rows (`row<Job>`): the result is a vector of tuples, or of plain values if
/// there is only one. The table is that of the first column that is not joined.
template <class First, class... Rest>
[[nodiscard]] constexpr auto select(First&& first, Rest&&... rest)
{
    constexpr bool sound = detail::AnyOutput<First> && (detail::AnyOutput<Rest> && ...);
    static_assert(sound, "tenantry: select() takes columns and expressions: select(col<&Job::id>, count())");
    if constexpr (sound) {
        using Subject = detail::Expressions<std::remove_cvref_t<First>, std::remove_cvref_t<Rest>...>;
        return SelectQuery<Subject>(
            detail::Pack<Subject>{{Subject{{{std::forward<First>(first)}, {std::forward<Rest>(rest)}...}}}});
    } else {
        return SelectQuery<detail::Expressions<detail::Refused>>(
            detail::Pack<detail::Expressions<detail::Refused>>{});
    }
}

} // namespace tenantry
