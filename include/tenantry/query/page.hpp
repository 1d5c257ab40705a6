// page_after(query, ...): what comes after a row, in the query's own order. Keyset pagination.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/comparison.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/expr/order.hpp>
#include <tenantry/query/detail/group_values.hpp>
#include <tenantry/query/detail/outputs.hpp>
#include <tenantry/query/detail/record_mark.hpp>
#include <tenantry/query/detail/unique_order.hpp>
#include <tenantry/query/into.hpp>
#include <tenantry/query/order_by.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/query/select.hpp>
#include <tenantry/query/set_operation.hpp>
#include <tenantry/query/when.hpp>
#include <tenantry/query/where.hpp>

namespace tenantry {

namespace detail {

// (a, b) > (?, ?), which an index serves (https://sqlite.org/rowvalue.html#scrolling_window_queries). Of one it is
// a > ?.
template <FixedString Symbol>
struct RowValueSyntax {
    static constexpr Precedence precedence = Precedence::relation;

    template <class Out, class... Args>
    static constexpr void render(Out& out)
    {
        constexpr std::size_t half = sizeof...(Args) / 2;
        std::size_t at = 0;
        if constexpr (half > 1) out.text("(");
        ((out.text(at == 0      ? ""
                   : at == half ? between<half>()
                                : ", "),
          ++at, render_operand<Args>(out, half > 1 ? Precedence::logical_or : Precedence::bits)),
         ...);
        if constexpr (half > 1) out.text(")");
    }

private:
    template <std::size_t Half>
    static constexpr std::string_view between()
    {
        return Half > 1 ? Wrapped : Symbol.view();
    }
    static constexpr std::string_view Wrapped = Symbol.view() == " > " ? ") > (" : ") < (";
};

template <Direction Way>
using After = RowValueSyntax<Way == Direction::ascending ? FixedString(" > ") : FixedString(" < ")>;

template <class Ordering>
struct ordering_traits;
template <class E, Direction Way, Nulls Where>
struct ordering_traits<Ordered<E, Way, Where>> {
    using expression = E;
    static constexpr Direction way = Way;
};

// a = ? AND ..., as far as it is equal, then the next is beyond: for orders of different directions.
template <std::size_t I, class... Ordering, class... Operand>
[[nodiscard]] constexpr auto beyond(const Pack<Ordering...>& order, const Pack<Operand...>& keys)
{
    using Here = nth_type<I, Ordering...>;
    const auto& by = pack_get<I>(order).by;
    const auto& key = pack_get<I>(keys);
    auto after = compound<After<ordering_traits<Here>::way>, bool>(by, key);
    if constexpr (I + 1 == sizeof...(Ordering))
        return after;
    else
        return compound<Or, bool>(std::move(after), compound<And, bool>(compound<Equal, bool>(by, key),
                                                                        beyond<I + 1>(order, keys)));
}

// The condition that a row comes after the one with these keys.
template <class... Ordering, class... Operand>
[[nodiscard]] constexpr auto after_condition(const Pack<Ordering...>& order, Pack<Operand...>&& keys)
{
    constexpr Direction first = ordering_traits<nth_type<0, Ordering...>>::way;
    constexpr bool one_way = ((ordering_traits<Ordering>::way == first) && ...);
    if constexpr (one_way)
        return order.apply([&](const Ordering&... by) {
            return std::move(keys).apply(
                [&](Operand&&... key) { return compound<After<first>, bool>(by.by..., std::move(key)...); });
        });
    else
        return beyond<0>(order, keys);
}

// The WHERE of a page. The order of the statement has to be unique, or rows that are equal in it
// would be passed over: what is unique, the schema knows.
template <class Clause>
struct PageWhere {
    using source = typename Clause::source;
    using form = typename Clause::form;

    Clause where;

    template <class S, class Q>
    static constexpr void check_in();
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Clause::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        where.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return PageWhere<owned_t<decltype(where)>>{detail::own_part<Self>(self.where)};
    }
};

template <class S, class Known, class Read, class Clause>
struct equations_by<S, Known, Read, PageWhere<Clause>> : equations_by<S, Known, Read, Clause> {};

// The statement with one more condition that has to hold.
template <class E>
struct AddCondition {
    E& condition; // moved into the clause that it belongs to

    template <class Clause>
    [[nodiscard]] constexpr Clause operator()(Clause&& other) const
    {
        return std::forward<Clause>(other);
    }
    template <class Old>
    [[nodiscard]] constexpr auto operator()(Where<Old>&& where) const
    {
        if constexpr (AnyFilters<E>) {
            return as_page(join_filters(as_filters(std::move(where.condition)), std::move(condition)));
        } else {
            using Both = Compound<And, bool, Old, E>;
            return as_page(Where<Both>{Both{{{std::move(where.condition)}, {std::move(condition)}}}});
        }
    }
    template <class... Nodes>
    [[nodiscard]] constexpr auto operator()(Filters<Nodes...>&& filters) const
    {
        return as_page(join_filters(std::move(filters), as_filters(std::move(condition))));
    }
    template <class Clause>
    [[nodiscard]] constexpr auto operator()(PageWhere<Clause>&& page) const
    {
        return (*this)(std::move(page.where));
    }

private:
    template <class Clause>
    [[nodiscard]] static constexpr PageWhere<Clause> as_page(Clause clause)
    {
        return {std::move(clause)};
    }
};

template <class Subject, class... Clauses, class E>
[[nodiscard]] constexpr auto and_where(SelectQuery<Subject, Clauses...> query, E condition)
{
    using Query = SelectQuery<Subject, Clauses...>;
    if constexpr (Query::template has<Position::where>)
        return map_clauses(std::move(query), AddCondition<E>{condition});
    else if constexpr (AnyFilters<E>)
        return with_clause(std::move(query), PageWhere<E>{std::move(condition)});
    else
        return with_clause(std::move(query), PageWhere<Where<E>>{{std::move(condition)}});
}

// The place of the ORDER BY among clauses, or their number.
template <class... Clauses>
inline constexpr std::size_t order_place = [] {
    constexpr std::array<bool, sizeof...(Clauses)> is{(Clauses::form::position == Position::order_by)...};
    for (std::size_t i = 0; i < is.size(); ++i)
        if (is[i]) return i;
    return is.size();
}();

template <class Clause>
struct order_nodes {
    static constexpr bool is_fixed = false;
};
template <class... Nodes>
struct order_nodes<OrderBy<Nodes...>> {
    static constexpr bool is_fixed = true;
    static constexpr std::size_t count = sizeof...(Nodes);
    template <class Missing>
    static constexpr bool never_null =
        !(may_be_null<typename ordering_traits<Nodes>::expression, Missing> || ...);
    static constexpr bool aggregate = (Nodes::aggregate || ...);
};

template <class Q>
struct page_traits {
    static constexpr bool is_select = false;
};
template <class Subject, class... Clauses>
struct page_traits<SelectQuery<Subject, Clauses...>> {
    static constexpr bool is_select = true;
    static constexpr std::size_t place = order_place<Subject, Clauses...>;
    static constexpr bool is_ordered = place < sizeof...(Clauses) + 1;
    static constexpr auto find_order()
    {
        if constexpr (is_ordered)
            return plain_order<nth_type<place, Subject, Clauses...>>{};
        else
            return plain_order<void>{};
    }
    using order = typename decltype(find_order())::type;
    static constexpr bool said_unique = decltype(find_order())::is_unique;
};

template <class Q>
constexpr bool check_page()
{
    using Traits = page_traits<Q>;
    if constexpr (!Traits::is_select) {
        static_assert(Traits::is_select, "tenantry: pages are of a single select");
        return false;
    } else if constexpr (!Traits::is_ordered) {
        static_assert(Traits::is_ordered,
                      "tenantry: pages need an order: say order_by() first, by columns that "
                      "together are different in all rows");
        return false;
    } else if constexpr (!order_nodes<typename Traits::order>::is_fixed) {
        static_assert(
            order_nodes<typename Traits::order>::is_fixed,
            "tenantry: pages need an order that is known when they are compiled: order_by() without "
            "order_list()");
        return false;
    } else {
        using Order = order_nodes<typename Traits::order>;
        static_assert(!Order::aggregate && !Q::template has<Position::group_by>,
                      "tenantry: pages are of rows, not of groups: read the groups as a query in FROM");
        static_assert(Order::template never_null<typename Q::missing>,
                      "tenantry: pages need an order by what is never NULL: nothing is greater than NULL");
        return !Order::aggregate && Order::template never_null<typename Q::missing>;
    }
}

template <class Q, class... Operand>
[[nodiscard]] constexpr auto page_from(Q query, Pack<Operand...>&& keys)
{
    const auto& order = pack_get<page_traits<Q>::place>(query.clauses).nodes;
    auto condition = after_condition(order, std::move(keys));
    return and_where(std::move(query), std::move(condition));
}

template <class... Nodes, class... Keys, std::size_t... I>
constexpr bool check_page_keys(types<Nodes...>, types<Keys...>, std::index_sequence<I...>)
{
    (refuse_comparison<mismatch<typename ordering_traits<Nodes>::expression, Keys>(),
                       typename ordering_traits<Nodes>::expression, Keys>(),
     ...);
    return ((mismatch<typename ordering_traits<Nodes>::expression, Keys>() == Mismatch::none) && ...);
}

template <class Order>
struct order_types;
template <class... Nodes>
struct order_types<OrderBy<Nodes...>> {
    using list = types<Nodes...>;
    // Keys as operands beside what is ordered by.
    template <class... Keys>
    [[nodiscard]] static constexpr auto operands(Keys&&... keys)
    {
        using Made = Pack<operand_t<base_value_t<typename ordering_traits<Nodes>::expression>, Keys>...>;
        return Made{{as_operand<base_value_t<typename ordering_traits<Nodes>::expression>>(
            std::forward<Keys>(keys))}...};
    }
};

// Whether what a query is ordered by is different in all of its rows.
template <class S, class Q>
consteval bool is_unique_order()
{
    using Traits = page_traits<Q>;
    if constexpr (Traits::said_unique)
        return true;
    else
        return unique_columns<S, TypeList<>, Q>::are_ordered(
            typename order_types<typename Traits::order>::list{});
}

template <class Clause>
template <class S, class Q>
constexpr void PageWhere<Clause>::check_in()
{
    static_assert(
        is_unique_order<S, Q>(),
        "tenantry: pages need an order that tells every row from every other, since rows that are "
        "equal in it would be passed over: end order_by() with the primary key, or with columns that are "
        "unique, of each table that is read, or say unique_by<columns...>(query)");
}

// ---- what users say to be unique

template <auto Column>
struct told_column {
    using type = std::remove_cv_t<decltype(Column)>;
};
template <auto Member>
    requires FieldPointer<Member>
struct told_column<Member> {
    using type = tenantry::detail::Column<Member>;
};

template <class Form, class... Ordering>
consteval bool is_ordered_by(types<Ordering...>)
{
    return (std::same_as<Form, typename ordered_form<typename Ordering::form>::type> || ...);
}

struct MakeOrderUnique {
    template <class Clause>
    [[nodiscard]] constexpr auto operator()(Clause&& clause) const
    {
        using Plain = std::remove_cvref_t<Clause>;
        if constexpr (order_nodes<Plain>::is_fixed)
            return UniqueOrder<Plain>{std::forward<Clause>(clause)};
        else
            return Plain(std::forward<Clause>(clause));
    }
};

// ---- the keys of a row that was read

// The value that a row of the result has for an order: `Place` is that among the columns of the result, from 0.
template <std::size_t Place, class Subject, class Row>
[[nodiscard]] constexpr const auto& value_at(const Row& row)
{
    if constexpr (requires { Subject::is_into; }) {
        constexpr std::size_t field = [] {
            for (std::size_t i = 0; i < Subject::map::columns.size(); ++i)
                if (Subject::map::columns[i] == Place) return i;
            return std::size_t{0};
        }();
        return get_field<field>(row);
    } else if constexpr (requires { typename Subject::row_type; }) {
        return get_field<Place>(static_cast<const typename Subject::row_type&>(row));
    } else if constexpr (requires { std::get<Place>(row); }) {
        return std::get<Place>(row);
    } else {
        return row;
    }
}

// A value out of a record, which may be of another tenant than the query's.
template <class Record, class T>
struct RecordParameter : Parameter<T> {
    std::uint64_t mark;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template row<Record>();
        Parameter<T>::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        refuse_strange_mark<declared_row_t<Record>>(to, mark);
        to.add(this->value);
    }
    static constexpr bool owns_values = true; // a row does
};

template <class Row, class T>
[[nodiscard]] constexpr auto key_parameter(const Row& row, const T& value)
{
    if constexpr (AnyRecord<Row>)
        return RecordParameter<Row, T>{{value}, mark_of(row)};
    else
        return Parameter<T>{value};
}

[[gnu::cold, gnu::noinline]] inline Error page_values_differ()
{
    return Error(
        errc::invalid_argument,
        "an expression that pages are ordered by is selected with other values: it is not among those of the row; "
        "select it, or say page_after_keys(query, keys...)");
}

// The value of the row that belongs to an expression with values in it: that of what is selected with the same.
template <class Candidates, class... Key>
struct ValuedKey {
    using tenantry_expression = void;
    using value_type = typename first_type_t<Key...>::value_type;
    using source = void;
    using form = ParameterForm;
    static constexpr bool aggregate = false;
    template <class...>
    static constexpr bool grouped = true;

    Candidates candidates;
    Pack<Key...> keys; // of each of them

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        (Key::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        if constexpr (!std::is_void_v<comparison_of<Parameters>>) {
            const std::size_t found = candidates.find(values_compared_by(to));
            if (found == sizeof...(Key)) [[unlikely]] {
                say_values_differ(to, page_values_differ);
                return;
            }
            keys.apply([&](const Key&... key) {
                std::size_t at = 0;
                ((at++ == found ? key.bind(to) : void()), ...);
            });
        } else {
            pack_get<0>(keys).bind(to);
        }
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return ValuedKey<owned_t<decltype(candidates)>, owned_t<Key>...>{
            detail::own_part<Self>(self.candidates), detail::own_part<Self>(self.keys)};
    }
};

template <class Subject, class Row, class By, std::size_t... Places, class... E>
[[nodiscard]] constexpr auto valued_key(const Row& row,
                                        SameForm<By, std::index_sequence<Places...>, Pack<E...>> candidates)
{
    return ValuedKey<decltype(candidates), decltype(key_parameter(row, value_at<Places, Subject>(row)))...>{
        std::move(candidates), {{key_parameter(row, value_at<Places, Subject>(row))}...}};
}

template <class Ordering, class Subject, class Row>
[[nodiscard]] constexpr auto key_of_row(const Ordering& ordering, const Subject& subject, const Row& row)
{
    using Form = typename ordered_form<typename Ordering::form>::type;
    if constexpr (is_repeatable_form<Form>)
        return key_parameter(row, value_at<place_of_ordering<Ordering, Subject> - 1, Subject>(row));
    else
        return valued_key<Subject>(row, find_same_form(ordering.by, subject_nodes(subject)));
}

template <class Q, class Row>
[[nodiscard]] constexpr auto keys_of_row(const Q& query, const Row& row)
{
    const auto& subject = pack_get<0>(query.clauses);
    const auto& order = pack_get<page_traits<Q>::place>(query.clauses).nodes;
    return order.apply([&](const auto&... ordering) {
        return Pack<decltype(key_of_row(ordering, subject, row))...>{{key_of_row(ordering, subject, row)}...};
    });
}

template <class Subject, class... Nodes>
consteval bool are_selected(types<Nodes...>)
{
    if constexpr (!Subject::is_flat)
        return false;
    else
        return ((place_of_ordering<Nodes, Subject> > 0) && ...);
}

template <class Q>
constexpr bool check_page_row()
{
    if constexpr (check_page<Q>()) {
        constexpr bool selected =
            are_selected<typename Q::subject>(typename order_types<typename page_traits<Q>::order>::list{});
        static_assert(selected,
                      "tenantry: pages after a row need in the row what the query is ordered by: select it, "
                      "or say page_after_keys(query, keys...)");
        return selected;
    } else {
        return false;
    }
}

} // namespace detail

/// The same query, of which the program says that no two rows of its result are equal in these columns, which its
/// order_by() names among others: for pages whose rows the schema does not know to be different. Rows that are equal all
/// the same are passed over. A column is `&Row::field`, or what `col` and `alias` give.
///
///     page_after(unique_by<&Import::line>(lines), page.back())
template <auto... Columns, class Given>
[[nodiscard]] constexpr auto unique_by(Given&& query)
{
    using Q = std::remove_cvref_t<Given>;
    if constexpr (detail::check_page<Q>()) {
        using Order = typename detail::order_types<typename detail::page_traits<Q>::order>::list;
        static_assert(sizeof...(Columns) > 0, "tenantry: unique_by<columns...>() names at least one column");
        static_assert((detail::is_repeatable_form<typename detail::told_column<Columns>::type::form> && ...),
                      "tenantry: unique_by<columns...>() names columns, which have no values in them");
        static_assert(
            (detail::is_ordered_by<typename detail::told_column<Columns>::type::form>(Order{}) && ...),
            "tenantry: unique_by<columns...>() names what order_by() does not");
        return detail::map_clauses(std::forward<Given>(query), detail::MakeOrderUnique{});
    } else {
        return Q(std::forward<Given>(query));
    }
}

/// The query for what comes after a row with these keys, the values of its order_by() in that order: keyset
/// pagination, which costs the same on the last page as on the first, unlike offset().
///
/// What the query is ordered by is never NULL, and different in all rows of the result, since equal rows would be passed
/// over: it has the primary key or unique columns of each table that is read (end it with the id). Left out are
/// tables of which there is one row with each row of the others, since a unique key of theirs equals columns of those,
/// and columns that where() sets equal to a value. Else it does not compile; see `unique_by`.
///
///     auto jobs = select<Job>().order_by(col<&Job::created_at>, col<&Job::id>).limit(50);
///     page_after_keys(jobs, last_time, last_key)
template <class Q, class... Keys>
[[nodiscard]] constexpr auto page_after_keys(Q query, Keys&&... keys)
{
    if constexpr (detail::check_page<Q>()) {
        using Order = detail::order_types<typename detail::page_traits<Q>::order>;
        constexpr bool as_many = Order::list::size == sizeof...(Keys);
        static_assert(as_many, "tenantry: page_after_keys() takes one key for each part of order_by()");
        if constexpr (as_many) {
            if constexpr (detail::check_page_keys(typename Order::list{}, detail::types<Keys...>{},
                                                  std::index_sequence_for<Keys...>{}))
                return detail::page_from(std::move(query), Order::operands(std::forward<Keys>(keys)...));
            else
                return query;
        } else {
            return query;
        }
    } else {
        return query;
    }
}

/// The same after a row of the query's own result, the last one of a page: `page_after(jobs, page.back())`. What the query
/// is ordered by is among what it selects. Keys are copied out of the row. A record of another tenant is refused when the
/// query runs: errc::wrong_tenant.
template <class Q, class Row>
[[nodiscard]] constexpr auto page_after(Q query, const Row& row)
{
    if constexpr (detail::check_page_row<Q>()) {
        auto keys = detail::keys_of_row(query, row);
        return detail::page_from(std::move(query), std::move(keys));
    } else {
        return query;
    }
}

} // namespace tenantry
