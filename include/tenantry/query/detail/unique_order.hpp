// Whether an order is unique in a result, by what the schema says is unique. For pages, which skip rows that are equal in
// what they are ordered by.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/comparison.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/outputs.hpp>
#include <tenantry/query/into.hpp>
#include <tenantry/query/join.hpp>
#include <tenantry/query/named_query.hpp>
#include <tenantry/query/select.hpp>
#include <tenantry/query/set_operation.hpp>
#include <tenantry/query/view.hpp>
#include <tenantry/query/when.hpp>
#include <tenantry/query/where.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::detail {

// Columns are known when rows that agree in the order agree in them as well. They begin with what is ordered by. A column that
// equals a value or a known column is known; a source of which a unique key is known has one row, so that all of it is known.
// The order is unique if there is one row of every source.

inline constexpr std::size_t no_source = static_cast<std::size_t>(-1);
inline constexpr std::size_t max_columns = 100; // of a row: check_row

struct ColumnPlace {
    std::size_t source = no_source;
    std::size_t column = 0;
};

// Of one source. Columns that an equation made known are not NULL, whatever their type says.
struct SourceKnowledge {
    std::array<bool, max_columns> known{};
    std::array<bool, max_columns> equated{};
    bool is_one_row = false;
};

template <std::size_t Sources>
struct OrderKnowledge {
    struct Equation {
        bool is_value = false;
        ColumnPlace from{};
        ColumnPlace to{};
    };

    std::array<SourceKnowledge, Sources> sources{};
    std::array<Equation, 64> equations{}; // further ones are not made use of
    std::size_t count = 0;

    // `only` is the source of a left join: its condition says nothing of the rows of others.
    constexpr void equate(std::size_t only, Equation equation)
    {
        if (only != no_source && equation.to.source != only) return;
        if (count < equations.size()) equations[count++] = equation;
    }

    constexpr bool use_equations()
    {
        bool learned = false;
        for (std::size_t i = 0; i < count; ++i) {
            const auto& [is_value, from, to] = equations[i];
            SourceKnowledge& source = sources[to.source];
            if ((is_value || sources[from.source].known[from.column]) && !source.equated[to.column])
                source.known[to.column] = source.equated[to.column] = learned = true;
        }
        return learned;
    }
};

template <class Source, class... Read>
consteval std::size_t source_place(types<Read...>)
{
    constexpr std::array<bool, sizeof...(Read)> is{std::same_as<Source, Read>...};
    for (std::size_t i = 0; i < is.size(); ++i)
        if (is[i]) return i;
    return no_source;
}

template <class E>
inline constexpr bool names_column = requires { E::member; };

// The expression of an order, of an output.
template <class E>
struct bare_expression {
    using type = E;
};
template <class E, Direction Way, Nulls Where>
struct bare_expression<Ordered<E, Way, Where>> {
    using type = E;
};
template <FixedString Name, class E>
struct bare_expression<Named<Name, E>> {
    using type = E;
};
template <class E>
using bare_expression_t = typename bare_expression<E>::type;

template <class Read, class E>
consteval ColumnPlace place_of_column()
{
    if constexpr (names_column<E>)
        return {source_place<typename E::source>(Read{}), member_index<E::member>};
    else
        return {};
}

// ---- queries that have names: `Known` is TypeList<Cte..., Subquery...>

template <class Named, class Source>
inline constexpr bool gives_source = Named::form::template defines<Source>;
template <class Named, FixedString Name, class Row>
inline constexpr bool gives_source<Named, Alias<Name, Row>> =
    Named::form::template defines<Alias<Name, Row>> || Named::form::template defines<Row>;

template <class Source, class... Named>
consteval auto find_named(TypeList<Named...>)
{
    return std::type_identity<
        first_type_t<std::conditional_t<gives_source<Named, Source>, Named, void>...>>{};
}
template <class Source, class Known>
using named_source = typename decltype(find_named<Source>(Known{}))::type;

// Without the one that is examined, which cannot be made of itself.
template <class One, class... Named>
consteval auto without_named(TypeList<Named...>)
{
    return typename concat_lists<
        std::conditional_t<std::same_as<One, Named>, TypeList<>, TypeList<Named>>...>::type{};
}
template <class Known, class One>
using other_named = decltype(without_named<One>(Known{}));

template <class Clause>
struct named_by {
    using type = TypeList<>;
};
template <bool Recursive, class... Ctes>
struct named_by<With<Recursive, Ctes...>> {
    using type = TypeList<Ctes...>;
};
template <FixedString Name, class Q>
struct named_by<Subquery<Name, Q>> {
    using type = TypeList<Subquery<Name, Q>>;
};
template <JoinKind Kind, class Of, class Condition>
struct named_by<SubqueryJoin<Kind, Of, Condition>> {
    using type = TypeList<Of>;
};

// ---- outputs of a query

template <std::size_t I, class Subject>
struct output_at;
template <std::size_t I, class... E>
struct output_at<I, Expressions<E...>> {
    using type = bare_expression_t<nth_type<I, E...>>;
};
template <class Source, std::size_t I>
struct FieldOfSource {
    using source = Source;
    static constexpr std::size_t index = I;
};
template <std::size_t I, class Source>
struct output_at<I, WholeRow<Source>> {
    using type = FieldOfSource<Source, I>;
};
template <std::size_t I, class Subject, class Struct>
struct output_at<I, Into<Subject, Struct>> : output_at<I, Subject> {};

template <class Read, class Source, std::size_t I>
consteval ColumnPlace place_of_output(std::type_identity<FieldOfSource<Source, I>>)
{
    return {source_place<Source>(Read{}), I};
}
template <class Read, class E>
consteval ColumnPlace place_of_output(std::type_identity<E>)
{
    return place_of_column<Read, E>();
}

// Which column of a query is the field of its row: by name, but for whole rows.
template <class Row, class Q>
consteval std::size_t column_of_field(std::size_t field)
{
    if constexpr (requires { Q::subject::map::columns; }) {
        return Q::subject::map::columns[field];
    } else {
        constexpr auto names = field_names_of<Row>(std::make_index_sequence<field_count<Row>>{});
        const auto& columns = subject_names<typename Q::subject>::value;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i] == names[field]) return i;
        return no_source;
    }
}

// ---- collations: two columns of text are equal in the same sense if both are compared byte by byte

template <class Option>
constexpr bool collates(std::size_t i)
{
    if constexpr (requires { Option::tenantry_collation; })
        return Option::tenantry_members::contains(i) && !same_name(Option::tenantry_collation, "binary");
    else
        return false;
}
template <class... Options>
constexpr bool any_collates(TypeList<Options...>, [[maybe_unused]] std::size_t i)
{
    return (collates<Options>(i) || ...);
}

template <class S, class Known, class Source, std::size_t I>
consteval bool is_binary();

template <class S, class Known, class E>
consteval bool output_is_binary(std::type_identity<E>)
{
    if constexpr (names_column<E>)
        return is_binary<S, Known, typename E::source, member_index<E::member>>();
    else
        return false;
}
template <class S, class Known, class Source, std::size_t I>
consteval bool output_is_binary(std::type_identity<FieldOfSource<Source, I>>)
{
    return is_binary<S, Known, Source, I>();
}

template <class S, class Known, class Row, class Q, std::size_t I>
consteval bool query_is_binary()
{
    constexpr std::size_t column = column_of_field<Row, Q>(I);
    if constexpr (requires { typename Q::tenantry_single_select; } && column != no_source)
        return output_is_binary<S, Known>(
            std::type_identity<typename output_at<column, typename Q::subject>::type>{});
    else
        return false;
}

template <class S, class Known, class Source, std::size_t I>
consteval bool is_binary()
{
    using Row = source_row<Source>;
    using Given = named_source<Source, Known>;
    if constexpr (sqlite::Codec<field_type<Row, I>>::storage != sqlite::Storage::text) {
        return true;
    } else if constexpr (!std::is_void_v<Given>) {
        return query_is_binary<S, other_named<Known, Given>, Row, typename Given::query_type, I>();
    } else if constexpr (!has_table<S, Row>) {
        return false;
    } else {
        using Table = table_of<S, Row>;
        if constexpr (requires { typename Table::tenantry_view_of; })
            return query_is_binary<S, TypeList<>, Row, typename Table::tenantry_view_of, I>();
        else
            return !any_collates(typename Table::options{}, I);
    }
}

// ---- equations, from conditions that hold of every row

template <class S, class Known, class Read, class E>
struct equations_of {
    template <class Facts>
    static constexpr void add(Facts&, std::size_t)
    {}
};
template <class S, class Known, class Read, class Value, class L, class R>
struct equations_of<S, Known, Read, Compound<And, Value, L, R>> {
    template <class Facts>
    static constexpr void add(Facts& facts, std::size_t only)
    {
        equations_of<S, Known, Read, L>::add(facts, only);
        equations_of<S, Known, Read, R>::add(facts, only);
    }
};
template <class S, class Known, class Read, class Value, class L, class R>
struct equations_of<S, Known, Read, Compound<Equal, Value, L, R>> {
    template <class Facts>
    static constexpr void add(Facts& facts, std::size_t only)
    {
        constexpr ColumnPlace left = place_of_column<Read, L>();
        constexpr ColumnPlace right = place_of_column<Read, R>();
        if constexpr (left.source != no_source && right.source != no_source) {
            if constexpr (output_is_binary<S, Known>(std::type_identity<L>{}) &&
                          output_is_binary<S, Known>(std::type_identity<R>{})) {
                facts.equate(only, {.from = left, .to = right});
                facts.equate(only, {.from = right, .to = left});
            }
        } else if constexpr (left.source != no_source &&
                             (std::same_as<typename R::form, ParameterForm> || is_constant<R>)) {
            facts.equate(only, {.is_value = true, .from = {}, .to = left});
        } else if constexpr (right.source != no_source &&
                             (std::same_as<typename L::form, ParameterForm> || is_constant<L>)) {
            facts.equate(only, {.is_value = true, .from = {}, .to = right});
        }
    }
};

// Of a foreign key that a join follows.
template <class S, class Known, class Read, class From, class To, class Facts>
constexpr void equate_key(Facts& facts, std::size_t only)
{
    constexpr KeyPath path = key_path<S, From, To>;
    if constexpr (path.ways == 1) {
        constexpr std::size_t from = source_place<From>(Read{});
        constexpr std::size_t to = source_place<To>(Read{});
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            const auto each = [&]<std::size_t At>(std::integral_constant<std::size_t, At>) {
                if constexpr (is_binary<S, Known, From, path.columns[At]>() &&
                              is_binary<S, Known, To, path.keys[At]>()) {
                    facts.equate(only, {.from = {from, path.columns[At]}, .to = {to, path.keys[At]}});
                    facts.equate(only, {.from = {to, path.keys[At]}, .to = {from, path.columns[At]}});
                }
            };
            (each(std::integral_constant<std::size_t, I>{}), ...);
        }(std::make_index_sequence<path.columns.size()>{});
    }
}

template <class S, class Known, class Read, class Source, class Facts, class... Before>
constexpr void equate_keys(Facts& facts, std::size_t only, types<Before...>)
{
    bool before = true;
    const auto each = [&]<class Other>(std::type_identity<Other>) {
        if constexpr (std::same_as<Other, Source>) before = false;
        if constexpr (!std::is_void_v<Other> && !std::same_as<Other, Source>) {
            if (!before) return;
            if constexpr (key_path<S, Other, Source>.ways == 1)
                equate_key<S, Known, Read, Other, Source>(facts, only);
            else
                equate_key<S, Known, Read, Source, Other>(facts, only);
        }
    };
    (each(std::type_identity<Before>{}), ...);
}

template <class Read, JoinKind Kind, class Source>
inline constexpr std::size_t only_of = Kind == JoinKind::left ? source_place<Source>(Read{}) : no_source;

template <class S, class Known, class Read, class Clause>
struct equations_by {
    template <class Facts>
    static constexpr void add(Facts&)
    {}
};
template <class S, class Known, class Read, class Condition>
struct equations_by<S, Known, Read, Where<Condition>> {
    template <class Facts>
    static constexpr void add(Facts& facts)
    {
        equations_of<S, Known, Read, Condition>::add(facts, no_source);
    }
};
template <class S, class Known, class Read, class... Nodes>
struct equations_by<S, Known, Read, Filters<Nodes...>> {
    template <class Facts>
    static constexpr void add(Facts& facts)
    {
        (equations_of<S, Known, Read, Nodes>::add(facts, no_source), ...); // nothing of a When
    }
};
template <class S, class Known, class Read, JoinKind Kind, class Source, class Condition>
struct equations_by<S, Known, Read, Join<Kind, Source, Condition>> {
    template <class Facts>
    static constexpr void add(Facts& facts)
    {
        equations_of<S, Known, Read, Condition>::add(facts, only_of<Read, Kind, Source>);
    }
};
template <class S, class Known, class Read, class Source, JoinKind Kind>
struct equations_by<S, Known, Read, PlainJoin<Source, JoinByKeyForm<Kind, Source>>> {
    template <class Facts>
    static constexpr void add(Facts& facts)
    {
        equate_keys<S, Known, Read, Source>(facts, only_of<Read, Kind, Source>, Read{});
    }
};
template <class S, class Known, class Read, JoinKind Kind, class Of, class Condition>
struct equations_by<S, Known, Read, SubqueryJoin<Kind, Of, Condition>> {
    template <class Facts>
    static constexpr void add(Facts& facts)
    {
        equations_of<S, Known, Read, Condition>::add(facts, only_of<Read, Kind, typename Of::source>);
    }
};

// ---- unique keys

template <class Row, std::size_t N>
constexpr bool is_known_key(const SourceKnowledge& source, const std::array<std::size_t, N>& key)
{
    constexpr auto nullable = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<bool, sizeof...(I)>{sqlite::is_nullable<field_type<Row, I>>...};
    }(std::make_index_sequence<field_count<Row>>{});
    // NULLs are distinct from each other.
    for (const std::size_t column : key)
        if (!source.known[column] || (nullable[column] && !source.equated[column])) return false;
    return N > 0;
}

template <class Row, class Option>
constexpr bool has_known_key(const SourceKnowledge& source)
{
    if constexpr (requires { requires Option::tenantry_unique; })
        return is_known_key<Row>(source, Option::tenantry_members::indices());
    else
        return false;
}
template <class Row, class... Options>
constexpr bool has_known_key(TypeList<Options...>, [[maybe_unused]] const SourceKnowledge& source)
{
    return (has_known_key<Row, Options>(source) || ...);
}

template <class S, class Known, class Q>
struct unique_columns;

template <class S, class Known, class Row, class Q>
constexpr bool query_has_one_row(const SourceKnowledge& source)
{
    constexpr auto column_of = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<std::size_t, sizeof...(I)>{column_of_field<Row, Q>(I)...};
    }(std::make_index_sequence<field_count<Row>>{});
    std::array<bool, max_columns> columns{};
    for (std::size_t i = 0; i < column_of.size(); ++i)
        if (column_of[i] < max_columns) columns[column_of[i]] = source.known[i];
    return unique_columns<S, Known, Q>::are(columns);
}

// Whether there is one row of the source with what is known.
template <class S, class Known, class Source>
constexpr bool has_one_row(const SourceKnowledge& source)
{
    if constexpr (std::is_void_v<Source>) {
        return true;
    } else {
        using Row = source_row<Source>;
        using Given = named_source<Source, Known>;
        if constexpr (!std::is_void_v<Given>) {
            return query_has_one_row<S, other_named<Known, Given>, Row, typename Given::query_type>(source);
        } else if constexpr (!has_table<S, Row>) {
            return false;
        } else {
            using Table = table_of<S, Row>;
            if constexpr (requires { typename Table::tenantry_view_of; })
                return query_has_one_row<S, TypeList<>, Row, typename Table::tenantry_view_of>(source);
            else if constexpr (requires { requires Table::rowid_at < field_count<Row>; })
                return source.known[Table::rowid_at];
            else
                return is_known_key<Row>(source, primary_key<Table>) ||
                       has_known_key<Row>(typename Table::options{}, source);
        }
    }
}

template <class S, class Known, class... Sources>
constexpr bool know_all(OrderKnowledge<sizeof...(Sources)>& facts, types<Sources...>)
{
    for (bool learned = true; learned;) {
        learned = facts.use_equations();
        std::size_t at = 0;
        const auto examine = [&](bool (*is_one)(const SourceKnowledge&)) {
            SourceKnowledge& source = facts.sources[at++];
            if (source.is_one_row || !is_one(source)) return;
            source.is_one_row = learned = true;
            source.known.fill(true);
        };
        (examine(&has_one_row<S, Known, Sources>), ...);
    }
    for (const SourceKnowledge& source : facts.sources)
        if (!source.is_one_row) return false;
    return true;
}

// ---- whole queries

template <class Keys, class Subject>
struct has_all_groups;
template <class... Keys, class Subject>
struct has_all_groups<GroupBy<Keys...>, Subject> {
    // Of two keys that differ in their values alone it is not known which is selected.
    template <class Key>
    static constexpr bool is_clear =
        is_repeatable_form<typename Key::form> ||
        (std::size_t{std::same_as<typename Key::form, typename Keys::form>} + ...) == 1;

    // Whether each of the keys is among the columns that are known.
    static constexpr bool in(const std::array<bool, max_columns>& columns)
    {
        return ((is_clear<Keys> && place_of<typename Keys::form, Subject>::value > 0 &&
                 columns[place_of<typename Keys::form, Subject>::value - 1]) &&
                ...);
    }
};

// Whether columns of a query, by their places, are different in all of its rows.
template <class S, class Known, class Subject, class... Clauses>
struct unique_columns<S, Known, SelectQuery<Subject, Clauses...>> {
    using Q = SelectQuery<Subject, Clauses...>;
    using Read = typename Q::read_sources;
    using All = typename concat_lists<typename named_by<Clauses>::type..., Known>::type;
    static constexpr std::size_t width = subject_names<Subject>::value.size();

    static constexpr bool are(const std::array<bool, max_columns>& columns)
    {
        bool all = true;
        for (std::size_t i = 0; i < width; ++i) all = all && columns[i];
        using Group = typename group_of<Clauses...>::type;
        if constexpr (Q::template has<Position::distinct>)
            if (all) return true;
        if constexpr (!std::is_void_v<Group>) {
            return has_all_groups<Group, Subject>::in(columns);
        } else if constexpr (Subject::aggregate) {
            return true; // one row
        } else {
            OrderKnowledge<Read::size> facts;
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                (know(facts, columns[I],
                      place_of_output<Read>(std::type_identity<typename output_at<I, Subject>::type>{})),
                 ...);
            }(std::make_index_sequence<width>{});
            return are_known(facts);
        }
    }

    // The same of the columns of an order, selected or not.
    template <class... Ordering>
    static constexpr bool are_ordered(types<Ordering...>)
    {
        if constexpr (Q::template has<Position::distinct> && Subject::is_flat) {
            std::array<bool, max_columns> columns{};
            ((place_of_ordering<Ordering, Subject> > 0
                  ? void(columns[place_of_ordering<Ordering, Subject> - 1] = true)
                  : void()),
             ...);
            bool all = true;
            for (std::size_t i = 0; i < width; ++i) all = all && columns[i];
            if (all) return true;
        }
        OrderKnowledge<Read::size> facts;
        (know(facts, true, place_of_column<Read, bare_expression_t<Ordering>>()), ...);
        return are_known(facts);
    }

private:
    static constexpr void know(OrderKnowledge<Read::size>& facts, bool is, ColumnPlace place)
    {
        if (is && place.source != no_source) facts.sources[place.source].known[place.column] = true;
    }
    static constexpr bool are_known(OrderKnowledge<Read::size>& facts)
    {
        (equations_by<S, All, Read, Clauses>::add(facts), ...);
        return know_all<S, All>(facts, Read{});
    }
};

// The last operation decides whether rows come twice.
template <class Side>
inline constexpr bool repeats_rows = false;
template <class Q>
inline constexpr bool repeats_rows<Side<SetOperation::union_all, Q>> = true;

template <class S, class Known, class First, class... Rest, class... Clauses>
struct unique_columns<S, Known, SetQuery<Sides<First, Rest...>, Clauses...>> {
    static constexpr bool are(const std::array<bool, max_columns>& columns)
    {
        if constexpr (repeats_rows<nth_type<sizeof...(Rest) - 1, Rest...>>) return false;
        for (std::size_t i = 0; i < subject_names<typename First::subject>::value.size(); ++i)
            if (!columns[i]) return false;
        return true;
    }
};

} // namespace tenantry::detail
