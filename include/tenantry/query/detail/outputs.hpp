// What a select gives: a whole row, or expressions and rows side by side.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/column.hpp>
#include <tenantry/expr/detail/json_value.hpp>
#include <tenantry/expr/detail/named.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/origin.hpp>
#include <tenantry/query/detail/reading.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

namespace detail {

// A subject has
// - `sources`: the source of each of its parts
// - `reading<Rows, Missing>`: how a row of the result is read where the rows of some sources may be missing
// - `column_types<Missing>`: of each column of the result
// - `is_flat`: whether each part is one column, so that these can be asked
// - `origins<S>()`: where its columns come from
// and `subject_names` has the names of its columns, empty where there is none.

template <class T, class Missing, class E>
consteval auto value_where_missing()
{
    if constexpr (!is_optional<T> && !sqlite::is_nullable<T> && may_be_null<E, Missing>)
        return std::type_identity<std::optional<T>>{};
    else
        return std::type_identity<T>{};
}

// The type an expression has in a result.
template <class E, class Missing>
using output_value_t = typename decltype(value_where_missing<typename E::value_type, Missing, E>())::type;

// Whether the row of a source has a column behind it that says whether it was found.
template <class Source, class Missing>
inline constexpr bool is_marked_row = false;
template <class Source, class Missing>
    requires(Missing::template contains<Source>)
inline constexpr bool is_marked_row<Source, Missing> = is_all_nullable<source_row<Source>>;

template <class Source, class Missing>
struct row_reader {
    template <class Rows>
    using type = RowReading<source_row<Source>, typename Rows::template row<source_row<Source>>>;
};
template <class Source, class Missing>
    requires(Missing::template contains<Source> && !is_marked_row<Source, Missing>)
struct row_reader<Source, Missing> {
    template <class Rows>
    using type = OptionalRowReading<source_row<Source>, typename Rows::template row<source_row<Source>>>;
};
template <class Source, class Missing>
    requires(is_marked_row<Source, Missing>)
struct row_reader<Source, Missing> {
    template <class Rows>
    using type = FoundRowReading<source_row<Source>, typename Rows::template row<source_row<Source>>>;
};
template <class Source, class Rows, class Missing>
using row_reading = typename row_reader<Source, Missing>::template type<Rows>;

// Writes the columns of a whole row, and whether it was found.
template <class Source, class Out>
constexpr void render_row(Out& out)
{
    out.template columns<Source>();
    if constexpr (is_all_nullable<source_row<Source>>)
        if constexpr (requires { out.template found<Source>(); }) out.template found<Source>();
}

template <class Row, std::size_t... I>
types<field_type<Row, I>...> field_types_of(std::index_sequence<I...>);

template <class Row, std::size_t... I>
consteval std::array<std::string_view, sizeof...(I)> field_names_of(std::index_sequence<I...>)
{
    return {field_name<Row, I>...};
}

// select<Row>(): every column of a table
template <class Source>
struct WholeRow {
    using row_type = source_row<Source>;
    using source = Source;
    using form = WholeRow;
    using sources = types<Source>;
    static constexpr Position position = Position::subject;
    static constexpr bool aggregate = false;
    static constexpr bool is_flat = true;
    template <class... Keys>
    static constexpr bool grouped = false;
    template <class Rows, class Missing = MissingSources<>>
    using reading = row_reading<Source, Rows, Missing>;
    template <class Missing>
    using column_types =
        decltype(field_types_of<row_type>(std::make_index_sequence<field_count<row_type>>{}));
    template <class S>
    static consteval std::array<Origin, 1> origins()
    {
        return {origin_of_row<S, Source>()};
    }

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" ");
        render_row<Source>(out);
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Source>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

template <class Source>
struct RowForm {
    template <class Out>
    static constexpr void render(Out& out)
    {
        render_row<Source>(out);
    }
};

// row<Source>: a whole row beside other outputs
template <class Source>
struct RowOutput {
    using tenantry_row_output = void;
    using value_type = source_row<Source>;
    using source = Source;
    using form = RowForm<Source>;
    static constexpr bool aggregate = false;
    template <class... Keys>
    static constexpr bool grouped = false;

    // A visitor's column() checks that Source is read.
    struct Mention {
        using source = Source;
    };
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Source>();
        visitor.template column<Mention>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

template <class T>
concept AnyRowOutput = requires { typename std::remove_cvref_t<T>::tenantry_row_output; };

template <class T>
concept AnyOutput = AnyExpression<T> || AnyNamed<T> || AnyRowOutput<T>;

// The name of an output in a result, empty where it has none.
template <class E>
inline constexpr std::string_view output_name = [] {
    if constexpr (requires { E::name; })
        return std::string_view(E::name);
    else if constexpr (requires { E::member; })
        return field_name<row_of<E::member>, member_index<E::member>>;
    else
        return std::string_view();
}();

template <class Rows, class Missing, class E>
struct output_part {
    using type = ScalarReading<selected_t<Rows, output_value_t<E, Missing>>>;
};
template <class Rows, class Missing, AnyRowOutput E>
struct output_part<Rows, Missing, E> {
    using type = row_reading<typename E::source, Rows, Missing>;
};

template <class Rows, class Missing, class... E>
struct outputs_reading {
    using type = MixedReading<typename output_part<Rows, Missing, E>::type...>;
};
template <class Rows, class Missing, class... E>
    requires(sizeof...(E) > 1 && !(AnyRowOutput<E> || ...))
struct outputs_reading<Rows, Missing, E...> {
    using type = TupleReading<selected_t<Rows, output_value_t<E, Missing>>...>;
};
template <class Rows, class Missing, class Only>
struct outputs_reading<Rows, Missing, Only> {
    using type = typename output_part<Rows, Missing, Only>::type;
};

template <class S, class E>
consteval Origin origin_of_output()
{
    if constexpr (AnyNamed<E>)
        return origin_of_output<S, decltype(E::expression)>();
    else if constexpr (AnyRowOutput<E>)
        return origin_of_row<S, typename E::source>();
    else if constexpr (requires { E::member; })
        return origin_of_fields<S, typename E::source, member_index<E::member>, 1>();
    else
        return {};
}

// select(a, b): some outputs
template <class... E>
struct Expressions {
    using list = ListClause<Position::subject, " ", E...>;
    using source = typename list::source;
    using form = ListForm<Position::subject, " ", output_form_t<typename E::form>...>;
    using sources = types<typename E::source...>;
    static constexpr bool aggregate = (E::aggregate || ...);
    static constexpr bool window = is_windowed<E...>;
    static constexpr bool is_flat = !(AnyRowOutput<E> || ...);
    template <class... Keys>
    static constexpr bool grouped = (E::template grouped<Keys...> && ...);

    template <class Rows, class Missing = MissingSources<>>
    using reading = typename outputs_reading<Rows, Missing, E...>::type;
    template <class Missing>
    using column_types = types<output_value_t<E, Missing>...>;
    template <class S>
    static consteval std::array<Origin, sizeof...(E)> origins()
    {
        return {origin_of_output<S, E>()...};
    }

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
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Expressions<owned_t<E>...>{detail::own_part<Self>(self.nodes)};
    }
};

// Which of its outputs are whole rows of a source that may be missing, and can be all NULL.
template <class Subject, class Missing>
struct marked_rows {
    template <class Source>
    static constexpr bool of = false;
    static constexpr bool any = false;
};
template <class Source, class Missing>
    requires(Missing::any)
struct marked_rows<WholeRow<Source>, Missing> {
    template <class Joined>
    static constexpr bool of = std::same_as<Joined, Source> && is_marked_row<Source, Missing>;
    static constexpr bool any = is_marked_row<Source, Missing>;
    static constexpr std::array<bool, 1> each{any};
};
template <class E, class Missing>
inline constexpr bool is_marked_output = false;
template <class Source, class Missing>
inline constexpr bool is_marked_output<RowOutput<Source>, Missing> = is_marked_row<Source, Missing>;
template <class... E, class Missing>
    requires(Missing::any && (AnyRowOutput<E> || ...))
struct marked_rows<Expressions<E...>, Missing> {
    template <class Joined>
    static constexpr bool of = is_marked_row<Joined, Missing> && (std::same_as<RowOutput<Joined>, E> || ...);
    static constexpr bool any = (is_marked_output<E, Missing> || ...);
    static constexpr std::array<bool, sizeof...(E)> each{is_marked_output<E, Missing>...};
};

// The subject of a result that has such rows: each is a column wider.
template <class Subject, class Missing>
struct MarkedSubject {
    template <class S>
    static consteval auto origins()
    {
        auto all = Subject::template origins<S>();
        for (std::size_t i = 0; i < all.size(); ++i)
            if (marked_rows<Subject, Missing>::each[i]) ++all[i].width;
        return all;
    }
};
template <class Subject, class Missing>
using marked_subject =
    std::conditional_t<marked_rows<Subject, Missing>::any, MarkedSubject<Subject, Missing>, Subject>;

// The names of a subject's columns.
template <class Subject>
struct subject_names;
template <class Source>
struct subject_names<WholeRow<Source>> {
    static constexpr auto value =
        field_names_of<source_row<Source>>(std::make_index_sequence<field_count<source_row<Source>>>{});
};
template <class... E>
struct subject_names<Expressions<E...>> {
    static constexpr std::array<std::string_view, sizeof...(E)> value{output_name<E>...};
};

} // namespace detail

/// A whole row beside other things that are selected: `select(row<Job>, row<User>)` gives tuples of rows, and
/// `select(row<Job>, count())` a tuple of a row and a number. Of a left-joined table it is an optional row.
template <class Source>
inline constexpr detail::RowOutput<Source> row{};

} // namespace tenantry
