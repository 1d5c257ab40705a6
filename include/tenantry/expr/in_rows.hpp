// in(std::tuple(a, b), rows): several columns together, as those of a key are.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/detail/value_list.hpp>
#include <tenantry/expr/in_list.hpp>

namespace tenantry {

namespace detail {

// (a, b)
struct RowValue {
    static constexpr Precedence precedence = Precedence::primary;
    template <class Out, class... Args>
    static constexpr void render(Out& out)
    {
        out.text("(");
        render_list<Args...>(out);
        out.text(")");
    }
};

constexpr bool is_bytes(sqlite::Storage storage) noexcept
{
    return storage == sqlite::Storage::text || storage == sqlite::Storage::blob;
}

// The text is the same for any number of rows. Each is a JSON array: integers are numbers of it; a text or blob is two
// numbers, its place and size in a blob (see list_text).
template <sqlite::Storage... Of>
struct RowListText {
    static constexpr void render(TextSink& out)
    {
        std::int64_t next = 0;
        const auto number = [&] {
            out.text("value ->> ");
            out.integer(next++);
        };
        const auto field = [&](sqlite::Storage storage) {
            out.text(next == 0 ? "SELECT " : ", ");
            if (!is_bytes(storage)) return number();
            const bool is_text = storage == sqlite::Storage::text;
            out.text(is_text ? "CAST(substr(?, " : "substr(?, ");
            number();
            out.text(", ");
            number();
            out.text(is_text ? ") AS TEXT)" : ")");
        };
        (field(Of), ...);
        out.text(" FROM json_each(?)");
    }
};

// Takes the values of rows as their codecs bind them. Models ParameterBinder.
class RowList : public ListText {
public:
    RowList()
    {
        begin('[');
        bytes_.push_back('\0');
    }

    void begin_row()
    {
        comma();
        begin('[');
    }
    void end_row() { ListText::end(']'); }
    void end() { ListText::end(']'); }

    // what the next value is stored as
    void expect(sqlite::Storage storage) noexcept { storage_ = storage; }

    void null(int)
    {
        number("null");
        if (is_bytes(storage_)) number("null");
    }
    void integer(int, std::int64_t value)
    {
        if (storage_ != sqlite::Storage::integer) return refuse(not_as_its_codec_says());
        number(digits(value));
    }
    void real(int, double) { refuse(not_as_its_codec_says()); }
    void text(int, std::string_view value)
    {
        if (storage_ != sqlite::Storage::text) return refuse(not_as_its_codec_says());
        add_bytes(value);
    }
    void blob(int, std::span<const std::byte> value)
    {
        if (storage_ != sqlite::Storage::blob) return refuse(not_as_its_codec_says());
        add_bytes({reinterpret_cast<const char*>(value.data()), value.size()});
    }
    // they are copied anyway
    void temporary_text(int i, std::string_view value) { text(i, value); }
    void temporary_blob(int i, std::span<const std::byte> value) { blob(i, value); }

private:
    void add_bytes(std::string_view value)
    {
        number(digits(static_cast<std::int64_t>(bytes_.size() + 1)));
        number(digits(static_cast<std::int64_t>(value.size())));
        bytes_.append(value);
    }

    sqlite::Storage storage_ = sqlite::Storage::null;
};

static_assert(sqlite::ParameterBinder<RowList>);

template <sqlite::Storage... Of>
struct RowListForm {
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(static_text<RowListText<Of...>>);
    }
};

// A list of rows whose values are bound by the codecs of T.
template <class... T>
struct RowListParameter {
    using tenantry_expression = void;
    using value_type = bool;
    using source = void;
    using form = RowListForm<sqlite::Codec<T>::storage...>;
    static constexpr bool aggregate = false;
    template <class...>
    static constexpr bool grouped = true;

    RowList list;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        (visitor.template value<T>(), ...);
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        ((is_bytes(sqlite::Codec<T>::storage) ? to.add(list.bytes()) : void()), ...);
        to.add(static_cast<const ListText&>(list));
    }
    static constexpr bool owns_values = true;
};

template <class T>
concept TupleLike = requires { std::tuple_size<std::remove_cvref_t<T>>::value; };

template <class T>
concept RowRange = requires(const T& rows) {
    std::begin(rows);
    std::end(rows);
} && !std::is_convertible_v<const T&, std::string_view>;

template <class Row>
inline constexpr std::size_t row_width = [] {
    if constexpr (TupleLike<Row>)
        return std::tuple_size_v<Row>;
    else
        return std::size_t{0};
}();

template <class E, class T>
constexpr bool field_fits()
{
    constexpr Mismatch why = mismatch<E, T>();
    refuse_comparison<why, E, T>();
    constexpr bool is_real = std::floating_point<base_value_t<E>>;
    static_assert(why != Mismatch::none || !is_real,
                  "tenantry: in() of several columns takes no floating-point ones: compare them one by one");
    return why == Mismatch::none && !is_real;
}

template <class Row, class... E, std::size_t... I>
constexpr bool fields_fit(std::index_sequence<I...>)
{
    return (field_fits<E, std::tuple_element_t<I, Row>>() && ...);
}

// Whether rows of a type can be compared with columns; never false without a word about it.
template <class Row, class... E>
constexpr bool row_fits()
{
    static_assert(row_width<Row> == sizeof...(E),
                  "tenantry: in() of several columns takes tuples of as many values: in(std::tuple(a, b), "
                  "std::vector<std::tuple<A, B>>)");
    if constexpr (row_width<Row> != sizeof...(E) || (is_refused<E> || ...))
        return false;
    else
        return fields_fit<Row, E...>(std::index_sequence_for<E...>{});
}

template <class E, class Value>
using bound_t = decltype(bound_value<base_value_t<E>>(std::declval<const Value&>()));

template <class E, class Value>
void append_field(RowList& list, const Value& value)
{
    list.expect(sqlite::Codec<bound_t<E, Value>>::storage);
    append(list, bound_value<base_value_t<E>>(value));
}

template <class... E, class Row, std::size_t... I>
void append_row(RowList& list, const Row& row, std::index_sequence<I...>)
{
    list.begin_row();
    (append_field<E>(list, std::get<I>(row)), ...);
    list.end_row();
}

template <class Row, class... E, std::size_t... I>
RowListParameter<bound_t<E, std::tuple_element_t<I, Row>>...> make_row_list(std::index_sequence<I...>);

// `fill` puts the rows into a list.
template <class Row, bool Safe = true, class... E, class Fill>
[[nodiscard]] auto in_rows(const std::tuple<E...>& columns, const Fill& fill)
{
    decltype(make_row_list<Row, E...>(std::index_sequence_for<E...>{})) list;
    fill(list.list);
    list.list.end();
    using Value = nullable_like<bool, typename E::value_type...>;
    auto left = std::apply([](const E&... each) { return compound<RowValue, bool>(each...); }, columns);
    if constexpr (Safe)
        return compound<In, Value>(std::move(left), std::move(list));
    else
        return compound<In, Value>(std::move(left), say_temporary(std::move(list)));
}

} // namespace detail

/// Whether several columns equal the values of one of some rows, as the parts of a key do:
/// `in(std::tuple(col<&Tag::name>, col<&Tag::job>), wanted)`, where `wanted` is a range of tuples or pairs, of any size.
/// Each value could be compared with `==`; ids are keys. They are copied into the query. The text is the same for any
/// number of rows, none included. Or the rows are named: `in(std::tuple(a, b), std::tuple(1, "x"), std::tuple(2, "y"))`.
template <detail::AnyExpression... E, class First, class... Rest>
    requires(!requires { typename std::remove_cvref_t<First>::tenantry_select; })
[[nodiscard]] auto in(const std::tuple<E...>& columns, First&& first, const Rest&... rest)
{
    using Indices = std::index_sequence_for<E...>;
    using Only = std::remove_cvref_t<First>;
    if constexpr (sizeof...(Rest) == 0 && detail::RowRange<Only>) {
        using Row = typename detail::element_of<Only>::type;
        if constexpr (detail::row_fits<Row, E...>())
            return detail::in_rows<Row, detail::safe_as_value<First>>(columns, [&](detail::RowList& list) {
                for (const auto& row : first) detail::append_row<E...>(list, row, Indices{});
            });
        else
            return detail::Refused{};
    } else {
        constexpr bool alike = (std::same_as<Only, Rest> && ...);
        static_assert(alike, "tenantry: in() of several columns takes rows of one type");
        if constexpr (alike && detail::row_fits<Only, E...>())
            return detail::in_rows<Only>(columns, [&](detail::RowList& list) {
                detail::append_row<E...>(list, first, Indices{});
                (detail::append_row<E...>(list, rest, Indices{}), ...);
            });
        else
            return detail::Refused{};
    }
}

} // namespace tenantry
