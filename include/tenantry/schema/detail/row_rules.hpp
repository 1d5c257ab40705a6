// What a type must be to be a row, each rule with a text of its own.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry::detail {

template <class Row>
concept CompleteType = requires { sizeof(Row); };

// Converts to nothing but a base class of Row: what takes it first is a base, not a field.
template <class Row>
struct AnyBaseOf {
    template <class Base>
        requires(std::is_class_v<Base> && std::is_base_of_v<Base, Row> && !std::is_same_v<Base, Row>)
    operator Base() const;
};

template <class Row>
concept RowWithBase = requires { Row{AnyBaseOf<Row>{}}; };

// With braces an array takes as many initialisers as it has elements, and so they are counted; between
// parentheses it takes none at all (https://en.cppreference.com/w/cpp/language/aggregate_initialization).
template <class Row, std::size_t... I>
consteval bool no_field_is_an_array(std::index_sequence<I...>) noexcept
{
    return requires { Row((void(I), any_field_of<Row>{})...); };
}

template <class Row, std::size_t I>
consteval bool check_field() noexcept
{
    using Field = field_type<Row, I>;
    static_assert(
        sqlite::Storable<Field>,
        "tenantry: this field's type cannot be stored in a column; specialise tenantry::sqlite::Codec for it");
    return sqlite::Storable<Field>;
}

template <class Row, std::size_t... I>
consteval bool check_fields(std::index_sequence<I...>) noexcept
{
    if constexpr ((sqlite::Storable<field_type<Row, I>> && ...))
        return true;
    else
        return (check_field<Row, I>() && ...);
}

// One rule after the other and nothing behind a rule that failed, so that the first line a compiler prints is
// the rule.
template <class Row>
consteval bool check_row() noexcept
{
    if constexpr (!std::is_class_v<Row>) {
        static_assert(std::is_class_v<Row>, "tenantry: a row is a struct");
        return false;
    } else if constexpr (!CompleteType<Row>) {
        static_assert(CompleteType<Row>, "tenantry: a row has to be defined before the schema it is in");
        return false;
    } else if constexpr (!std::is_aggregate_v<Row>) {
        static_assert(
            std::is_aggregate_v<Row>,
            "tenantry: a row is a plain aggregate, without constructors, private members and virtual functions");
        return false;
    } else if constexpr (RowWithBase<Row>) {
        static_assert(!RowWithBase<Row>, "tenantry: a row has no base classes");
        return false;
    } else if constexpr (std::is_empty_v<Row>) {
        static_assert(!std::is_empty_v<Row>, "tenantry: a row has at least one field");
        return false;
    } else {
        constexpr std::size_t count = field_count<Row>;
        constexpr bool no_arrays = no_field_is_an_array<Row>(std::make_index_sequence<count>{});
        static_assert(no_arrays, "tenantry: a row has no C arrays; use std::array or std::string");
        static_assert(!no_arrays || count <= 100, "tenantry: a row has at most 100 fields");
        if constexpr (no_arrays && count <= 100)
            return check_fields<Row>(std::make_index_sequence<count>{});
        else
            return false;
    }
}

template <class Row>
inline constexpr bool is_sound_row = check_row<Row>();

} // namespace tenantry::detail
