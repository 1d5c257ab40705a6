// SELECT
#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/reflect.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/query/clause.hpp>
#include <tenantry/query/distinct.hpp>
#include <tenantry/query/from.hpp>
#include <tenantry/query/group_by.hpp>
#include <tenantry/query/having.hpp>
#include <tenantry/query/limit.hpp>
#include <tenantry/query/order_by.hpp>
#include <tenantry/query/reading.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/query/where.hpp>

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

// select<Row>(): every column of a table
template <class Row>
struct WholeRow {
    using source = Row;
    using form = WholeRow;
    static constexpr Position position = Position::subject;
    static constexpr bool aggregate = false;
    template <class... Keys>
    static constexpr bool grouped = false;
    template <class Rows>
    using reading = RowReading<Row, typename Rows::template row<Row>>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" ");
        out.template columns<Row>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Row>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    [[nodiscard]] constexpr WholeRow owned() const { return {}; }
};

// select(a, b): some expressions
template <class... E>
struct Expressions {
    using list = ListClause<Position::subject, " ", E...>;
    using source = typename list::source;
    using form = typename list::form;
    static constexpr bool aggregate = (E::aggregate || ...);
    template <class... Keys>
    static constexpr bool grouped = (E::template grouped<Keys...> && ...);

    template <class Rows, class... Each>
    struct reading_of {
        using type = TupleReading<selected_t<Rows, typename Each::value_type>...>;
    };
    template <class Rows, class Only>
    struct reading_of<Rows, Only> {
        using type = ScalarReading<selected_t<Rows, typename Only::value_type>>;
    };
    template <class Rows>
    using reading = typename reading_of<Rows, E...>::type;

    Pack<E...> nodes;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        (E::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        nodes.bind(to);
    }
    [[nodiscard]] constexpr auto owned() const&
    {
        return nodes.apply(
            [](const E&... node) { return Expressions<decltype(node.owned())...>{{{node.owned()}...}}; });
    }
    [[nodiscard]] constexpr auto owned() &&
    {
        return std::move(nodes).apply([](E&&... node) {
            return Expressions<decltype(std::move(node).owned())...>{{{std::move(node).owned()}...}};
        });
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

// Forms, with some more where they are wanted.
template <class Form, bool Wanted, class... More>
struct also {
    using type = Form;
};
template <class... Forms, class... More>
struct also<StatementForm<Forms...>, true, More...> {
    using type = StatementForm<Forms..., More...>;
};

} // namespace detail

/// A SELECT statement, made by `select`. A value: it can be kept, copied and used many times.
template <class Subject, class... Clauses>
class SelectQuery : public detail::ClauseList<Subject, Clauses...>,
                    public detail::CanDistinct<SelectQuery<Subject, Clauses...>>,
                    public detail::CanFrom<SelectQuery<Subject, Clauses...>>,
                    public detail::CanWhere<SelectQuery<Subject, Clauses...>>,
                    public detail::CanGroupBy<SelectQuery<Subject, Clauses...>>,
                    public detail::CanHaving<SelectQuery<Subject, Clauses...>>,
                    public detail::CanOrderBy<SelectQuery<Subject, Clauses...>>,
                    public detail::CanLimit<SelectQuery<Subject, Clauses...>> {
    using List = detail::ClauseList<Subject, Clauses...>;

public:
    using tenantry_select = void;
    using source = detail::first_type_t<
        typename detail::first_type_t<
            std::conditional_t<Clauses::form::position == detail::Position::from, Clauses, void>...,
            Subject>::source,
        typename Clauses::source...>;
    // Where from() does not say so, the table is that of the first column.
    using form = typename detail::also<
        typename detail::also<
            detail::StatementForm<detail::SelectKeyword, typename Subject::form, typename Clauses::form...>,
            !List::template has<detail::Position::from> && !std::is_void_v<source>,
            detail::From<source>>::type,
        List::template has<detail::Position::offset> && !List::template has<detail::Position::limit>,
        detail::NoLimitForm>::type;
    template <class Rows>
    using reading = typename Subject::template reading<Rows>;
    template <class Rows>
    using result = std::vector<typename reading<Rows>::type>;

    static constexpr bool reads = true;
    static constexpr bool writes = false;

    constexpr explicit SelectQuery(detail::Pack<Subject, Clauses...>&& given) : List(std::move(given)) {}

    // Rules that need the whole statement.
    template <class S>
    static constexpr void check()
    {
        using Group = typename detail::group_of<Clauses...>::type;
        constexpr bool is_grouped = !std::is_void_v<Group> || Subject::aggregate;
        static_assert(form::sources > 0,
                      "tenantry: nothing says which table is read: name it with .from<Row>()");
        static_assert(!is_grouped || detail::is_grouped<Subject, Group>,
                      "tenantry: a column is selected beside aggregate functions and is not in group_by(): "
                      "which of the group's values would it be?");
        static_assert(
            !is_grouped || (detail::speaks_of_groups<Clauses, Group>() && ...),
            "tenantry: having() or order_by() names a column that is neither in group_by() nor inside an "
            "aggregate function: which of the group's values would it be?");
        static_assert(is_grouped || !List::template has<detail::Position::having>,
                      "tenantry: having() chooses groups: say group_by(), or where() to choose rows");
    }

    [[nodiscard]] constexpr auto owned() const& { return detail::own_clauses(*this); }
    [[nodiscard]] constexpr auto owned() && { return detail::own_clauses(std::move(*this)); }
};

/// Every column of a table: the result is a vector of rows.
///
/// `first(select<Job>()...)` gives one row or none, `one(...)` exactly one.
template <class Row>
[[nodiscard]] constexpr auto select()
{
    static_assert(RowType<Row>, "tenantry: select<Row>() takes a row, the struct of a table");
    return SelectQuery<detail::WholeRow<Row>>(detail::Pack<detail::WholeRow<Row>>{});
}

/// Some columns or expressions: the result is a vector of tuples, or of plain values if there is only one.
/// The table is that of the columns.
template <class First, class... Rest>
[[nodiscard]] constexpr auto select(First&& first, Rest&&... rest)
{
    constexpr bool sound = detail::AnyExpression<First> && (detail::AnyExpression<Rest> && ...);
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
