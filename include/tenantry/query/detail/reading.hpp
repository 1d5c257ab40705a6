// How a row of a result becomes a C++ value: fields are read where they will stay.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/query/detail/record_mark.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry::detail {

// A reading has
// - `type`: what a row becomes
// - `read(from, out, column)`: reads from column `column` on; where a value does not fit, `column` is the one
// - `expected`: the storage of each column, for messages

template <std::size_t... I, class Row>
consteval auto field_storages(std::index_sequence<I...>, std::type_identity<Row>)
{
    return std::array<sqlite::Storage, sizeof...(I)>{sqlite::Codec<field_type<Row, I>>::storage...};
}

// One field, the same function in every row. Compilers that find it in many rows would call it in each.
template <class Reader, class Field>
[[gnu::always_inline]] inline bool read_field(Reader& from, Field& field, int& column, sqlite::Misfit& misfit)
{
    misfit = sqlite::Codec<Field>::read(from, column, field);
    if (misfit != sqlite::Misfit::none) [[unlikely]]
        return false;
    ++column;
    return true;
}

template <class Reader, class Fields, std::size_t... I>
sqlite::Misfit read_fields(Reader& from, const Fields& fields, int& column, std::index_sequence<I...>)
{
    sqlite::Misfit misfit = sqlite::Misfit::none;
    static_cast<void>((read_field(from, tied::get<I>(fields), column, misfit) && ...));
    return misfit;
}

// All fields of a row, into Out, which is Row or derived from it.
template <class Row, class Out>
struct RowReading {
    using type = Out;
    static constexpr auto expected =
        field_storages(std::make_index_sequence<field_count<Row>>{}, std::type_identity<Row>{});

    template <class Reader>
    static sqlite::Misfit read(Reader& from, Out& out, int& column)
    {
        mark_record(from, out);
        return read_fields(from, tie_fields(static_cast<Row&>(out)), column,
                           std::make_index_sequence<field_count<Row>>{});
    }
};

// Whether a row can be there and be all NULL.
template <class Row>
inline constexpr bool is_all_nullable = []<std::size_t... I>(std::index_sequence<I...>) {
    return (sqlite::is_nullable<field_type<Row, I>> && ...);
}(std::make_index_sequence<field_count<Row>>{});

// The row of a left join: none where each of its columns is NULL.
template <class Row, class Out>
struct OptionalRowReading {
    using type = std::optional<Out>;
    static constexpr auto expected = RowReading<Row, Out>::expected;

    template <class Reader>
    static sqlite::Misfit read(Reader& from, type& out, int& column)
    {
        constexpr int width = static_cast<int>(field_count<Row>);
        int nulls = 0;
        while (nulls < width && from.storage(column + nulls) == sqlite::Storage::null) ++nulls;
        if (nulls == width) {
            out.reset();
            column += width;
            return sqlite::Misfit::none;
        }
        return RowReading<Row, Out>::read(from, out ? *out : out.emplace(), column);
    }
};

// The same of a row that can be all NULL: behind it there is a column that is NULL only where the row is missing.
template <class Row, class Out>
struct FoundRowReading {
    using type = std::optional<Out>;
    static constexpr auto expected = [] {
        std::array<sqlite::Storage, field_count<Row> + 1> all{};
        for (std::size_t i = 0; i < field_count<Row>; ++i) all[i] = RowReading<Row, Out>::expected[i];
        all[field_count<Row>] = sqlite::Storage::integer;
        return all;
    }();

    template <class Reader>
    static sqlite::Misfit read(Reader& from, type& out, int& column)
    {
        const int found = column + static_cast<int>(field_count<Row>);
        sqlite::Misfit misfit = sqlite::Misfit::none;
        if (from.storage(found) == sqlite::Storage::null)
            out.reset();
        else
            misfit = RowReading<Row, Out>::read(from, out ? *out : out.emplace(), column);
        if (misfit == sqlite::Misfit::none) column = found + 1;
        return misfit;
    }
};

template <class T>
struct ScalarReading {
    using type = T;
    static constexpr std::array<sqlite::Storage, 1> expected{sqlite::Codec<T>::storage};

    template <class Reader>
    static sqlite::Misfit read(Reader& from, T& out, int& column)
    {
        return sqlite::Codec<T>::read(from, column, out);
    }
};

// Adds what one part of a row has to the storages of all.
template <std::size_t N, std::size_t M>
constexpr void append_storages(std::array<sqlite::Storage, N>& to, std::size_t& at,
                               const std::array<sqlite::Storage, M>& more)
{
    for (const sqlite::Storage storage : more) to[at++] = storage;
}

// Rows and values side by side.
template <class... Parts>
struct MixedReading {
    using type = std::tuple<typename Parts::type...>;
    static constexpr auto expected = [] {
        std::array<sqlite::Storage, (Parts::expected.size() + ...)> all{};
        std::size_t at = 0;
        (append_storages(all, at, Parts::expected), ...);
        return all;
    }();

    template <class Reader>
    static sqlite::Misfit read(Reader& from, type& out, int& column)
    {
        return std::apply(
            [&](typename Parts::type&... value) {
                sqlite::Misfit misfit = sqlite::Misfit::none;
                int begin = column;
                const auto read_part = [&]<class Part>(std::type_identity<Part>, typename Part::type& into) {
                    column = begin;
                    misfit = Part::read(from, into, column);
                    begin += static_cast<int>(Part::expected.size());
                    return misfit == sqlite::Misfit::none;
                };
                static_cast<void>((read_part(std::type_identity<Parts>{}, value) && ...));
                return misfit;
            },
            out);
    }
};

template <class... T>
struct TupleReading {
    using type = std::tuple<T...>;
    static constexpr std::array<sqlite::Storage, sizeof...(T)> expected{sqlite::Codec<T>::storage...};

    template <class Reader>
    static sqlite::Misfit read(Reader& from, type& out, int& column)
    {
        return std::apply(
            [&](T&... value) {
                sqlite::Misfit misfit = sqlite::Misfit::none;
                static_cast<void>((read_field(from, value, column, misfit) && ...));
                return misfit;
            },
            out);
    }
};

} // namespace tenantry::detail
