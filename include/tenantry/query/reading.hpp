// How a row of a result becomes a C++ value: fields are read where they will stay.
#pragma once

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <tenantry/core/reflect.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/fields.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry::detail {

// A reading has
// - `type`: what a row becomes
// - `read(from, out, column)`: reads from column `column` on; where a value does not fit, `column` is the one
// - `expected`: the storage of each column, for messages
// - `row`: the declared row it reads, or void; `id_column`: where its id is, or no_field

template <std::size_t... I, class Row>
consteval auto field_storages(std::index_sequence<I...>, std::type_identity<Row>)
{
    return std::array<sqlite::Storage, sizeof...(I)>{sqlite::Codec<field_type<Row, I>>::storage...};
}

// All fields of a row, into Out, which is Row or derived from it.
template <class Row, class Out>
struct RowReading {
    using type = Out;
    using row = Row;
    static constexpr std::size_t id_column = row_id<Row>::index;
    static constexpr auto expected =
        field_storages(std::make_index_sequence<field_count<Row>>{}, std::type_identity<Row>{});

    template <class Reader>
    static sqlite::Misfit read(Reader& from, Out& out, int& column)
    {
        sqlite::Misfit misfit = sqlite::Misfit::none;
        each_field(static_cast<Row&>(out), [&]<class Field>(Field& field) {
            if (misfit != sqlite::Misfit::none) [[unlikely]]
                return;
            misfit = sqlite::Codec<Field>::read(from, column, field);
            if (misfit == sqlite::Misfit::none) [[likely]]
                ++column;
        });
        return misfit;
    }
};

template <class T>
struct ScalarReading {
    using type = T;
    using row = void;
    static constexpr std::size_t id_column = no_field;
    static constexpr std::array<sqlite::Storage, 1> expected{sqlite::Codec<T>::storage};

    template <class Reader>
    static sqlite::Misfit read(Reader& from, T& out, int& column)
    {
        return sqlite::Codec<T>::read(from, column, out);
    }
};

template <class... T>
struct TupleReading {
    using type = std::tuple<T...>;
    using row = void;
    static constexpr std::size_t id_column = no_field;
    static constexpr std::array<sqlite::Storage, sizeof...(T)> expected{sqlite::Codec<T>::storage...};

    template <class Reader>
    static sqlite::Misfit read(Reader& from, type& out, int& column)
    {
        return std::apply(
            [&](T&... value) {
                sqlite::Misfit misfit = sqlite::Misfit::none;
                const auto read_one = [&]<class V>(V& into) {
                    misfit = sqlite::Codec<V>::read(from, column, into);
                    if (misfit != sqlite::Misfit::none) [[unlikely]]
                        return false;
                    ++column;
                    return true;
                };
                static_cast<void>((read_one(value) && ...));
                return misfit;
            },
            out);
    }
};

} // namespace tenantry::detail
