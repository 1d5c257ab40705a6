// `.union_(query)`, `.union_all(query)`, `.intersect(query)`, `.except(query)`: set operations.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/detail/result.hpp>
#include <tenantry/expr/order.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/group_values.hpp>
#include <tenantry/query/detail/origin.hpp>
#include <tenantry/query/detail/outputs.hpp>
#include <tenantry/query/detail/reading.hpp>
#include <tenantry/query/into.hpp>
#include <tenantry/query/limit.hpp>
#include <tenantry/query/named_query.hpp>
#include <tenantry/query/order_by.hpp>
#include <tenantry/query/subquery.hpp>

namespace tenantry {

template <class Sides, class... Clauses>
class SetQuery;

namespace detail {

enum class SetOperation { union_, union_all, intersect, except };

constexpr std::string_view set_keyword(SetOperation operation) noexcept
{
    switch (operation) {
    case SetOperation::union_: return " UNION ";
    case SetOperation::union_all: return " UNION ALL ";
    case SetOperation::intersect: return " INTERSECT ";
    case SetOperation::except: break;
    }
    return " EXCEPT ";
}

template <class First, class... Rest>
struct SidesForm {
    static constexpr Position position = Position::subject;
    template <class Out>
    static constexpr void render(Out& out)
    {
        First::render(out);
        (Rest::render(out), ...);
    }
};

// SQLite has no parentheses for a side that is a set operation itself: it is a query in FROM.
template <SetOperation Operation, class Form, bool IsNested>
struct SideForm {
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(set_keyword(Operation));
        if (IsNested) out.text("SELECT * FROM (");
        Form::render(out);
        if (IsNested) out.text(")");
    }
};

template <class Q>
inline constexpr bool is_single_select = false;
template <class Statement>
    requires requires { typename Statement::tenantry_single_select; }
inline constexpr bool is_single_select<Statement> = true;

template <SetOperation Operation, class Q>
struct Side {
    using query_type = Q;
    using form = SideForm<Operation, typename Q::form, !is_single_select<Q>>;

    Q query;

    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        query.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Side<Operation, owned_t<Q>>{detail::own_part<Self>(self.query)};
    }
};

// What holds the values of both: integers of different sizes, and floats, are read as the largest.
template <class A, class B>
struct combined_value {
    using type = A;
};
template <class A, class B>
    requires(!std::same_as<A, B> && is_integer<A> && is_integer<B>)
struct combined_value<A, B> {
    using type = std::int64_t;
};
template <class A, class B>
    requires(!std::same_as<A, B> && std::floating_point<A> && std::floating_point<B>)
struct combined_value<A, B> {
    using type = double;
};

// The same, as an optional where one of them may be NULL.
template <class A, class B>
using combined_t = made_nullable<typename combined_value<unwrapped<A>, unwrapped<B>>::type,
                                 is_optional<A> || is_optional<B>>;

template <class A, class B>
inline constexpr bool columns_agree = std::same_as<A, B> || (is_integer<A> && is_integer<B>) ||
                                      (std::floating_point<A> && std::floating_point<B>);

// The columns of all sides: as the first's, but for what is above.
template <class First, class... Rest>
struct combined_columns {
    using type = First;
};
template <class... A, class... B, class... Rest>
    requires(sizeof...(A) == sizeof...(B) && !std::same_as<types<A...>, types<B...>>)
struct combined_columns<types<A...>, types<B...>, Rest...>
    : combined_columns<types<combined_t<A, B>...>, Rest...> {};
template <class... A, class... Rest>
struct combined_columns<types<A...>, types<A...>, Rest...> : combined_columns<types<A...>, Rest...> {};

template <class A, class B>
inline constexpr bool sides_agree = false;
template <class... A, class... B>
    requires(sizeof...(A) == sizeof...(B))
inline constexpr bool sides_agree<types<A...>, types<B...>> =
    (columns_agree<unwrapped<A>, unwrapped<B>> && ...);

template <class Rows, class Columns>
struct columns_reading;
template <class Rows, class... T>
struct columns_reading<Rows, types<T...>> {
    using type = TupleReading<selected_t<Rows, T>...>;
};
template <class Rows, class Only>
struct columns_reading<Rows, types<Only>> {
    using type = ScalarReading<selected_t<Rows, Only>>;
};

// How a row of the whole is read: as one of the first side, if its subject is a row or goes into a struct.
template <class Rows, class Subject, class Missing, class Columns>
struct sides_reading {
    using type = typename columns_reading<Rows, Columns>::type;
};
template <class Rows, class Subject, class Missing, class Columns>
    requires requires { typename Subject::row_type; }
struct sides_reading<Rows, Subject, Missing, Columns> {
    using type = typename Subject::template reading<Rows, Missing>;
};

// The selects of a set operation, in order.
template <class First, class... Rest>
struct Sides {
    using subject = typename First::subject;
    using source = void;
    using form = SidesForm<typename First::form, typename Rest::form...>;
    using column_types =
        typename combined_columns<columns_of<First>, columns_of<typename Rest::query_type>...>::type;
    template <class Rows>
    using reading = typename sides_reading<Rows, subject, typename First::missing, column_types>::type;

    // Those of the first side, as far as the others agree.
    template <class S>
    static consteval auto origins()
    {
        auto common = First::subject::template origins<S>();
        (keep_common(common, origins_of<S, typename Rest::query_type::result_subject>), ...);
        return common;
    }

    First first;
    Pack<Rest...> rest;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template nested<First>();
        (visitor.template nested<typename Rest::query_type>(), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        first.bind(to);
        rest.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Sides<owned_t<First>, owned_t<Rest>...>{detail::own_part<Self>(self.first),
                                                       detail::own_part<Self>(self.rest)};
    }

    template <class Of>
    [[nodiscard]] constexpr auto into(Of of) &&
    {
        using Made = decltype(std::move(first).into(of));
        return Sides<Made, Rest...>{std::move(first).into(of), std::move(rest)};
    }

    template <class More>
    [[nodiscard]] constexpr Sides<First, Rest..., More> with(More more) &&
    {
        return {std::move(first), append(std::move(rest), more)};
    }
};

template <class... Forms>
struct SetForm {
    static constexpr bool wants_limit =
        !((Forms::position == Position::limit) || ...) && ((Forms::position == Position::offset) || ...);
    using type =
        std::conditional_t<wants_limit, StatementForm<Forms..., NoLimitForm>, StatementForm<Forms...>>;
};

// ---- ORDER BY: SQLite wants the columns of the result, and takes them by number

template <class Out>
constexpr void render_ordinal(Out& out, std::size_t number)
{
    char digits[4]{};
    std::size_t at = sizeof digits;
    for (std::size_t rest = number; rest != 0; rest /= 10) digits[--at] = static_cast<char>('0' + rest % 10);
    out.text(std::string_view(digits + at, sizeof digits - at));
}

// One of some places: which, is seen by the values.
template <std::size_t... Numbers>
struct OrdinalForm {
    template <class Out>
    static constexpr void render(Out& out)
    {
        constexpr std::array<std::size_t, sizeof...(Numbers)> numbers{Numbers...};
        if constexpr (sizeof...(Numbers) == 1)
            render_ordinal(out, numbers[0]);
        else
            render_ordinal(out, numbers[out.choose(bits_of(sizeof...(Numbers) - 1), sizeof...(Numbers) - 1)]);
    }
};

template <class Ordering, std::size_t... Numbers>
struct ordinal_order;
template <class Form, auto... How, std::size_t... Numbers>
struct ordinal_order<OrderForm<Form, How...>, Numbers...> {
    using type = OrderForm<OrdinalForm<Numbers...>, How...>;
};

// The place of an expression among what is selected, from 1; 0 where it is not.
template <class Form, class Subject>
struct place_of;
template <class Form, class... E>
struct place_of<Form, Expressions<E...>> {
    static constexpr std::size_t value = [] {
        constexpr std::array<bool, sizeof...(E)> same{
            std::same_as<Form, without_name_t<typename E::form>>...};
        for (std::size_t i = 0; i < same.size(); ++i)
            if (same[i]) return i + 1;
        return std::size_t{0};
    }();
};
template <class Form, class Source>
struct place_of<Form, WholeRow<Source>> {
    static constexpr std::size_t value = [] {
        if constexpr (requires { Form::member; }) {
            if constexpr (std::same_as<typename Form::source, Source>)
                return member_index<Form::member> + 1;
            else
                return std::size_t{0};
        } else {
            return std::size_t{0};
        }
    }();
};
template <class Form, class Subject, class Struct>
struct place_of<Form, Into<Subject, Struct>> : place_of<Form, Subject> {};

template <class Form>
struct ordered_form;
template <class Form, auto... How>
struct ordered_form<OrderForm<Form, How...>> {
    using type = Form;
};

template <class Ordering, class Subject>
inline constexpr std::size_t place_of_ordering =
    place_of<typename ordered_form<typename Ordering::form>::type, Subject>::value;

// What is selected with the form of an order, to find the one that has its values. `Places` are theirs, from 0.
template <class By, class Places, class Nodes>
struct SameForm;
template <class By, std::size_t... Places, class... E>
struct SameForm<By, std::index_sequence<Places...>, Pack<E...>> {
    static constexpr std::size_t count = sizeof...(E);
    template <class Ordering>
    using ordinal = typename ordinal_order<Ordering, Places + 1 ...>::type;

    By by;
    Pack<E...> nodes;

    // Which of them, from 0; their number if it is none.
    template <class Same>
    [[nodiscard]] constexpr std::size_t find(const Same& same) const
    {
        return nodes.apply([&](const E&... node) {
            std::size_t found = 0;
            (void)((same(by, node) || (++found, false)) || ...);
            return found;
        });
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return SameForm<owned_t<By>, std::index_sequence<Places...>, Pack<owned_t<E>...>>{
            detail::own_part<Self>(self.by), detail::own_part<Self>(self.nodes)};
    }
};

// Expressions of Form in what is selected.
template <class Form, class... E>
consteval std::size_t count_of_form()
{
    return (std::size_t{std::same_as<Form, without_name_t<typename E::form>>} + ... + 0);
}
template <class Form, class... E>
consteval auto places_of_form()
{
    std::array<std::size_t, count_of_form<Form, E...>()> places{};
    std::size_t at = 0;
    std::size_t found = 0;
    ((std::same_as<Form, without_name_t<typename E::form>> ? void(places[found++] = at) : void(), ++at), ...);
    return places;
}
template <class By, class... E>
[[nodiscard]] constexpr auto find_same_form(const By& by, const Pack<E...>& nodes)
{
    constexpr auto places = places_of_form<typename By::form, E...>();
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        using Nodes = Pack<nth_type<places[I], E...>...>;
        return SameForm<By, std::index_sequence<places[I]...>, Nodes>{by,
                                                                      Nodes{{pack_get<places[I]>(nodes)}...}};
    }(std::make_index_sequence<places.size()>{});
}

[[gnu::cold, gnu::noinline]] inline Error no_such_place()
{
    return Error(errc::invalid_argument,
                 "an expression of order_by() stands in select() with other values: the whole of a "
                 "set operation is ordered by what its first side selects");
}

template <class Form>
struct PlaceOrdering {
    using source = void;
    using form = Form;
    template <class...>
    static constexpr bool grouped = true;

    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

// The same of an expression with values in it.
template <class Ordering, class Candidates>
struct ValuedPlaceOrdering {
    using source = void;
    using form = typename Candidates::template ordinal<Ordering>;
    template <class...>
    static constexpr bool grouped = true;

    Candidates candidates;

    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        constexpr std::size_t count = Candidates::count;
        if constexpr (requires { to.choose(1U, std::uint64_t{}); }) {
            if constexpr (count > 1) {
                const std::size_t found =
                    candidates.find(SameBound<typename Parameters::schema>{to.tenant()});
                to.choose(bits_of(count - 1), found < count ? found : 0);
            }
        } else if constexpr (!std::is_void_v<comparison_of<Parameters>>) {
            if (candidates.find(values_compared_by(to)) == count) [[unlikely]]
                say_values_differ(to, no_such_place);
        }
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return ValuedPlaceOrdering<Ordering, owned_t<decltype(candidates)>>{
            detail::own_part<Self>(self.candidates)};
    }
};

template <class Ordering, class Subject>
[[nodiscard]] constexpr auto place_ordering(const Ordering& ordering, const Subject& subject)
{
    using Form = typename ordered_form<typename Ordering::form>::type;
    if constexpr (is_repeatable_form<Form>) {
        using Ordinal = ordinal_order<typename Ordering::form, place_of_ordering<Ordering, Subject>>;
        return PlaceOrdering<typename Ordinal::type>{};
    } else {
        auto candidates = find_same_form(ordering.by, subject_nodes(subject));
        return ValuedPlaceOrdering<typename Ordering::form, decltype(candidates)>{std::move(candidates)};
    }
}

template <class Statement, class... Ordering>
[[nodiscard]] constexpr auto add_place_order(Statement&& statement, const Ordering&... ordering)
{
    using Subject = typename std::remove_cvref_t<Statement>::subject;
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::order_by>,
                  "tenantry: order_by() is there already: give it all columns at once");
    constexpr bool selected = ((place_of_ordering<Ordering, Subject> > 0) && ...);
    static_assert(selected,
                  "tenantry: the whole of a set operation is ordered by what its first side selects");
    if constexpr (selected) {
        const Subject& subject = pack_get<0>(pack_get<0>(statement.clauses).first.clauses);
        return with_clause(std::forward<Statement>(statement),
                           OrderBy<decltype(place_ordering(ordering, subject))...>{
                               {{place_ordering(ordering, subject)}...}});
    } else {
        return with_clause(std::forward<Statement>(statement), OrderBy<>{});
    }
}

// ---- what users say

// Columns are identified by their places, not by their names.
template <class A, class B>
inline constexpr bool same_places = true;
template <class A, class B, class Struct>
inline constexpr bool same_places<Into<A, Struct>, Into<B, Struct>> =
    subject_names<A>::value == subject_names<B>::value;

template <class Q>
inline constexpr bool has_marked_row = false;
template <class Q>
    requires requires { typename Q::missing; }
inline constexpr bool has_marked_row<Q> = marked_rows<typename Q::subject, typename Q::missing>::any;

template <class A, class B>
constexpr bool check_sides()
{
    if constexpr (!AnySelect<B>) {
        static_assert(AnySelect<B>, "tenantry: a set operation takes another select");
        return false;
    } else {
        static_assert(
            !B::template has<Position::order_by> && !B::template has<Position::limit> &&
                !B::template has<Position::offset> && !A::template has<Position::order_by> &&
                !A::template has<Position::limit> && !A::template has<Position::offset>,
            "tenantry: order_by() and limit() belong to the whole of a set operation: say them after it");
        static_assert(!B::template has<Position::with> && !A::template has<Position::with>,
                      "tenantry: with() belongs to the whole of a set operation: say it after it");
        static_assert(
            !has_marked_row<A> && !has_marked_row<B>,
            "tenantry: a side of a set operation selects a whole row that a left join may not find and that can be "
            "all NULL: the two cannot be told apart; name the columns, and one that is never NULL among them");
        if constexpr (!A::subject::is_flat || !B::subject::is_flat) {
            static_assert(A::subject::is_flat && B::subject::is_flat,
                          "tenantry: a set operation takes columns, or one whole row: select<Row>()");
            return false;
        } else {
            using Left = columns_of<A>;
            using Right = columns_of<B>;
            static_assert(Left::size == Right::size,
                          "tenantry: the sides of a set operation select different numbers of columns");
            static_assert(Left::size != Right::size || sides_agree<Left, Right>,
                          "tenantry: the sides of a set operation select columns of different types");
            if constexpr (sides_agree<Left, Right>)
                static_assert(
                    same_places<typename A::subject, typename B::subject>,
                    "tenantry: the sides of a set operation go into one struct, but their columns come "
                    "in different orders");
            return sides_agree<Left, Right>;
        }
    }
}

template <SetOperation Operation, class L, class B>
[[nodiscard]] constexpr auto combine(L&& left, B&& right)
{
    using A = std::remove_cvref_t<L>;
    using Right = std::remove_cvref_t<B>;
    using Added = Side<Operation, Right>;
    if constexpr (!check_sides<A, Right>()) {
        return A(std::forward<L>(left));
    } else if constexpr (is_single_select<A>) {
        using Made = Sides<A, Added>;
        return SetQuery<Made>(Pack<Made>{{Made{std::forward<L>(left), {{Added{std::forward<B>(right)}}}}}});
    } else {
        A copy(std::forward<L>(left));
        return std::move(copy.clauses).apply([&]<class All>(All&& sides) {
            using Made = decltype(std::forward<All>(sides).with(Added{std::forward<B>(right)}));
            return SetQuery<Made>(Pack<Made>{{std::forward<All>(sides).with(Added{std::forward<B>(right)})}});
        });
    }
}

template <class Statement>
struct CanCombine {
    /// The rows of both, each once (https://sqlite.org/lang_select.html#compound). Both sides select as many columns
    /// of the same types (integers of different sizes are read as int64); order_by() and limit() come after, for the
    /// whole. The other side may be a set operation itself: `a.except(b.union_all(c))`.
    template <class Q>
    [[nodiscard]] constexpr auto union_(Q&& other) const&
    {
        return combine<SetOperation::union_>(static_cast<const Statement&>(*this), std::forward<Q>(other));
    }
    template <class Q>
    [[nodiscard]] constexpr auto union_(Q&& other) &&
    {
        return combine<SetOperation::union_>(static_cast<Statement&&>(*this), std::forward<Q>(other));
    }
    /// The rows of both, as often as they come.
    template <class Q>
    [[nodiscard]] constexpr auto union_all(Q&& other) const&
    {
        return combine<SetOperation::union_all>(static_cast<const Statement&>(*this), std::forward<Q>(other));
    }
    template <class Q>
    [[nodiscard]] constexpr auto union_all(Q&& other) &&
    {
        return combine<SetOperation::union_all>(static_cast<Statement&&>(*this), std::forward<Q>(other));
    }
    /// The rows that are in both.
    template <class Q>
    [[nodiscard]] constexpr auto intersect(Q&& other) const&
    {
        return combine<SetOperation::intersect>(static_cast<const Statement&>(*this), std::forward<Q>(other));
    }
    template <class Q>
    [[nodiscard]] constexpr auto intersect(Q&& other) &&
    {
        return combine<SetOperation::intersect>(static_cast<Statement&&>(*this), std::forward<Q>(other));
    }
    /// The rows that are not in the other.
    template <class Q>
    [[nodiscard]] constexpr auto except(Q&& other) const&
    {
        return combine<SetOperation::except>(static_cast<const Statement&>(*this), std::forward<Q>(other));
    }
    template <class Q>
    [[nodiscard]] constexpr auto except(Q&& other) &&
    {
        return combine<SetOperation::except>(static_cast<Statement&&>(*this), std::forward<Q>(other));
    }
};

} // namespace detail

/// Several selects as one, made by `a.union_(b)` and its like. Set operations are worked off from the left, but for those
/// that are a right side themselves.
template <class Sides, class... Clauses>
class SetQuery : public detail::ClauseList<Sides, Clauses...>,
                 public detail::CanCombine<SetQuery<Sides, Clauses...>>,
                 public detail::CanWith<SetQuery<Sides, Clauses...>>,
                 public detail::CanLimit<SetQuery<Sides, Clauses...>> {
    using List = detail::ClauseList<Sides, Clauses...>;

public:
    using tenantry_select = void;
    using source = void;
    using subject = typename Sides::subject;
    using result_subject = Sides;
    using form = typename detail::SetForm<typename Sides::form, typename Clauses::form...>::type;
    using column_types = typename Sides::column_types;
    static constexpr bool always_one_row = false;
    template <class Rows>
    using reading = typename Sides::template reading<Rows>;
    template <class Rows>
    using result = std::vector<typename reading<Rows>::type>;

    static constexpr bool reads = true;
    static constexpr bool writes = false;

    constexpr explicit SetQuery(detail::Pack<Sides, Clauses...>&& given) : List(std::move(given)) {}

    /// By columns that the first side selects.
    template <class... T>
    [[nodiscard]] constexpr auto order_by(const T&... by) const&
    {
        return SetQuery(*this).order_by(by...);
    }
    template <class... T>
    [[nodiscard]] constexpr auto order_by(const T&... by) &&
    {
        constexpr bool is_list = (detail::AnyOrderList<T> || ...);
        static_assert(
            !is_list,
            "tenantry: order_list() orders a single select: read the set operation as a query in FROM");
        constexpr bool sound =
            sizeof...(T) > 0 && !is_list && ((detail::AnyExpression<T> || detail::AnyOrdering<T>) && ...);
        static_assert(sound,
                      "tenantry: order_by() takes columns or expressions, or asc() and desc() of them");
        if constexpr (sound)
            return detail::add_place_order(std::move(*this), detail::as_ordering(by)...);
        else
            return SetQuery(std::move(*this));
    }

    /// Each row of the result as a struct, by the names of the first side: as for a single select.
    template <class Of>
    [[nodiscard]] constexpr auto into(Of of) const&
    {
        return SetQuery(*this).into(of);
    }
    template <class Of>
    [[nodiscard]] constexpr auto into(Of of) &&
    {
        return std::move(this->clauses).apply([&](Sides&& sides, Clauses&&... each) {
            using Made = decltype(std::move(sides).into(of));
            return SetQuery<Made, Clauses...>(
                detail::Pack<Made, Clauses...>{{std::move(sides).into(of)}, {std::move(each)}...});
        });
    }

    template <class S>
    static constexpr void check()
    {
        if constexpr (requires { subject::is_into; }) subject::template check_columns<column_types>();
        (detail::check_clause<S, Clauses>(), ...);
    }

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return detail::own_clauses(std::forward<Self>(self));
    }
};

} // namespace tenantry
