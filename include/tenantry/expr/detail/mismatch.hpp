// Which types belong together in a comparison or an assignment, and in words why two do not.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <tenantry/expr/current_timestamp.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry::detail {

enum class Mismatch {
    none,
    said,           // an operand is wrong in itself, and that has been said
    null,           // nullopt or nullptr
    optional_value, // a value that may be NULL
    nullable,       // an expression that may be NULL
    bare_id,        // an id column and something that is neither key nor id column
    other_id,       // an id column and a key or id of another table
    key_outside,    // a key, and a column that is no id
    other_enum,
    finer_time,
    fraction, // an integer and a floating-point value
    inexact,  // a column of float and a constant that is no float
    beyond,   // an integer that is assigned and does not fit
    other_type,
};

template <class T>
inline constexpr bool is_character =
    std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
inline constexpr bool is_integer = std::is_integral_v<T> && !std::same_as<T, bool> && !is_character<T>;

template <class T>
inline constexpr bool is_number = is_integer<T> || std::is_floating_point_v<T>;

template <class T>
inline constexpr bool is_text = std::same_as<T, std::string> || std::same_as<T, std::string_view>;

template <class>
inline constexpr bool is_blob = false;
template <>
inline constexpr bool is_blob<std::vector<std::byte>> = true;
template <std::size_t N>
inline constexpr bool is_blob<std::array<std::byte, N>> = true;
template <>
inline constexpr bool is_blob<std::span<const std::byte>> = true;

// an enum of which the database knows the names, not the numbers
template <class T>
inline constexpr bool is_named_enum = [] {
    if constexpr (std::is_enum_v<T>)
        return sqlite::Codec<T>::storage == sqlite::Storage::text;
    else
        return false;
}();

template <class>
inline constexpr bool is_time = false;
template <class Clock, class Duration>
inline constexpr bool is_time<std::chrono::time_point<Clock, Duration>> = true;
template <class Rep, class Period>
inline constexpr bool is_time<std::chrono::duration<Rep, Period>> = true;

// a lossy conversion between times exists, but not the implicit one
template <class From, class To>
inline constexpr bool is_same_kind_of_time = false;
template <class Clock, class A, class B>
inline constexpr bool
    is_same_kind_of_time<std::chrono::time_point<Clock, A>, std::chrono::time_point<Clock, B>> = true;
template <class R1, class P1, class R2, class P2>
inline constexpr bool is_same_kind_of_time<std::chrono::duration<R1, P1>, std::chrono::duration<R2, P2>> =
    true;

// A column or expression of type A (never an optional) and a value of type V.
template <class A, class V>
consteval Mismatch value_mismatch()
{
    if constexpr (std::same_as<V, std::nullopt_t> || std::same_as<V, std::nullptr_t>) {
        return Mismatch::null;
    } else if constexpr (is_optional<V>) {
        return Mismatch::optional_value;
    } else if constexpr (std::same_as<V, CurrentTimestamp>) {
        return is_time_column<A> ? Mismatch::none : Mismatch::other_type;
    } else if constexpr (IdType<A>) {
        if constexpr (!KeyType<V>)
            return Mismatch::bare_id;
        else if constexpr (!std::same_as<typename V::row_type, typename A::row_type> ||
                           !std::same_as<typename V::value_type, typename A::value_type>)
            return Mismatch::other_id;
        else
            return Mismatch::none;
    } else if constexpr (KeyType<V> || IdType<V>) {
        return Mismatch::key_outside;
    } else if constexpr (std::same_as<A, V>) {
        return Mismatch::none;
    } else if constexpr (std::is_enum_v<A> || std::is_enum_v<V>) {
        return std::is_enum_v<A> ? Mismatch::other_enum : Mismatch::other_type;
    } else if constexpr (is_integer<A>) {
        return is_integer<V>                 ? Mismatch::none
               : std::is_floating_point_v<V> ? Mismatch::fraction
                                             : Mismatch::other_type;
    } else if constexpr (std::is_floating_point_v<A>) {
        return is_number<V> ? Mismatch::none : Mismatch::other_type;
    } else if constexpr (is_text<A>) {
        return std::is_convertible_v<const V&, std::string_view> ? Mismatch::none : Mismatch::other_type;
    } else if constexpr (is_blob<A>) {
        return std::is_convertible_v<const V&, std::span<const std::byte>> ? Mismatch::none
                                                                           : Mismatch::other_type;
    } else if constexpr (is_time<A>) {
        if constexpr (!is_same_kind_of_time<V, A>)
            return Mismatch::other_type;
        else
            return std::is_convertible_v<V, A> ? Mismatch::none : Mismatch::finer_time;
    } else if constexpr (std::is_class_v<A> && !std::is_arithmetic_v<V>) {
        return std::is_convertible_v<const V&, A> ? Mismatch::none : Mismatch::other_type;
    } else {
        return Mismatch::other_type;
    }
}

// Two expressions, of types A and B (never optionals).
template <class A, class B>
consteval Mismatch expression_mismatch()
{
    if constexpr (std::same_as<A, B> || (is_number<A> && is_number<B>) || (is_text<A> && is_text<B>) ||
                  (is_blob<A> && is_blob<B>))
        return Mismatch::none;
    else if constexpr (IdType<A> && IdType<B>)
        return Mismatch::other_id;
    else if constexpr (IdType<A> || IdType<B>)
        return Mismatch::bare_id;
    else if constexpr (std::is_enum_v<A> || std::is_enum_v<B>)
        return Mismatch::other_enum;
    else if constexpr (is_time<A> && is_time<B> && is_same_kind_of_time<A, B>)
        return Mismatch::finer_time;
    else
        return Mismatch::other_type;
}

// A value in the text.
template <auto Value>
struct Constant;
template <class E>
inline constexpr bool is_constant = false;
template <auto Value>
inline constexpr bool is_constant<Constant<Value>> = true;

// A column or expression of type A (never an optional) and a constant. It has to be a value for it as others are.
template <class A, class C>
consteval Mismatch constant_mismatch()
{
    using V = typename C::value_type;
    if constexpr (expression_mismatch<A, V>() != Mismatch::none)
        return expression_mismatch<A, V>();
    else if constexpr (is_integer<A> && std::floating_point<V>)
        return Mismatch::fraction;
    else if constexpr (std::floating_point<A> && std::floating_point<V>)
        return static_cast<double>(static_cast<A>(C::value.value())) == C::value.value() ? Mismatch::none
                                                                                         : Mismatch::inexact;
    else
        return Mismatch::none;
}

template <class E>
using base_value_t = unwrapped<typename std::remove_cvref_t<E>::value_type>;

// What can be joined to a text: texts, and what has a text of its own.
template <class E>
inline constexpr bool is_joinable =
    is_text<base_value_t<E>> || is_number<base_value_t<E>> || is_named_enum<base_value_t<E>>;

// Of two operands, at least one of which is an expression.
template <class L, class R>
consteval Mismatch mismatch()
{
    if constexpr (is_refused<L> || is_refused<R>)
        return Mismatch::said;
    else if constexpr (is_constant<std::remove_cvref_t<L>> && AnyExpression<R>)
        return constant_mismatch<base_value_t<R>, std::remove_cvref_t<L>>();
    else if constexpr (is_constant<std::remove_cvref_t<R>> && AnyExpression<L>)
        return constant_mismatch<base_value_t<L>, std::remove_cvref_t<R>>();
    else if constexpr (AnyExpression<L> && AnyExpression<R>)
        return expression_mismatch<base_value_t<L>, base_value_t<R>>();
    else if constexpr (AnyExpression<L>)
        return value_mismatch<base_value_t<L>, std::decay_t<R>>();
    else
        return value_mismatch<base_value_t<R>, std::decay_t<L>>();
}

// Says why. Left and Right are there to be seen in what the compiler adds.
template <Mismatch Why, class Left, class Right>
constexpr void refuse_comparison()
{
    static_assert(Why != Mismatch::null,
                  "tenantry: nothing is equal to NULL in SQL: say is_null(column) or is_not_null(column)");
    static_assert(Why != Mismatch::optional_value,
                  "tenantry: an optional value is compared with =, and nothing is equal to NULL in SQL: "
                  "say is(column, value), or compare with *value");
    static_assert(
        Why != Mismatch::bare_id,
        "tenantry: an id column is compared with a key: take it from a record, or say key_for<User>(db, 42); "
        "a bare Id or number may be another tenant's");
    static_assert(Why != Mismatch::other_id, "tenantry: ids of two different tables are compared");
    static_assert(Why != Mismatch::key_outside, "tenantry: a key is compared with a column that is no id");
    static_assert(Why != Mismatch::other_enum,
                  "tenantry: an enum column is compared with an enumerator of the same enum");
    static_assert(Why != Mismatch::finer_time,
                  "tenantry: a time is compared with a column of a coarser unit: cut it with "
                  "std::chrono::floor<Unit>(time), or use tenantry::now()");
    static_assert(
        Why != Mismatch::fraction,
        "tenantry: an integer column is compared with a floating-point value: compare with an integer");
    static_assert(
        Why != Mismatch::inexact,
        "tenantry: a column of float is compared with a constant that no float is equal to: compare "
        "with a float, which is bound");
    static_assert(Why != Mismatch::other_type, "tenantry: a column is compared with a value of another type");
}

template <Mismatch Why, class Column, class Value>
constexpr void refuse_assignment()
{
    static_assert(
        Why != Mismatch::null,
        "tenantry: NULL is assigned to a column that is NOT NULL: only a std::optional member takes it");
    static_assert(Why != Mismatch::optional_value,
                  "tenantry: an optional value is assigned to a column that is NOT NULL: "
                  "only a std::optional member takes NULL");
    static_assert(Why != Mismatch::nullable,
                  "tenantry: an expression that may be NULL is assigned to a column that is NOT NULL: "
                  "say coalesce(expression, instead)");
    static_assert(
        Why != Mismatch::bare_id,
        "tenantry: an id column is assigned a key: take it from a record, or say key_for<User>(db, 42); "
        "a bare Id or number may be another tenant's");
    static_assert(Why != Mismatch::other_id, "tenantry: an id column is assigned a key of another table");
    static_assert(Why != Mismatch::key_outside, "tenantry: a key is assigned to a column that is no id");
    static_assert(Why != Mismatch::other_enum,
                  "tenantry: an enum column is assigned an enumerator of the same enum");
    static_assert(Why != Mismatch::finer_time,
                  "tenantry: a time is assigned to a column of a coarser unit: cut it with "
                  "std::chrono::floor<Unit>(time), or use tenantry::now()");
    static_assert(Why != Mismatch::fraction,
                  "tenantry: an integer column is assigned a floating-point value: convert it first");
    static_assert(Why != Mismatch::inexact,
                  "tenantry: a column of float is assigned a constant that no float is equal to: assign a "
                  "float, which is bound");
    static_assert(Why != Mismatch::beyond,
                  "tenantry: a column is assigned a constant beyond the range of its type");
    static_assert(Why != Mismatch::other_type, "tenantry: a column is assigned a value of another type");
}

} // namespace tenantry::detail
