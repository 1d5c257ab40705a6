// What a plain aggregate says of itself: how many fields it has, their types, their names, and which
// of them a member pointer means. Tying is Boost.PFR's; names are read off the compiler. Counting is our own:
// PFR begins with as many initialisers as the row has bits, which took half of the time a schema compiles in.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/pfr.hpp>

namespace tenantry {

namespace detail {

// Converts to whatever a field is. Two operators, so that types that can be made of many others are taken as
// they are. Nobody calls them; but a compiler that looks for narrowing wants to see them defined.
struct AnyField {
    template <class Field>
    operator Field&() const&
    {
        __builtin_unreachable();
    }
    template <class Field>
    operator Field&() const&&
    {
        __builtin_unreachable();
    }
};
struct AnyMovedField {
    template <class Field>
    operator Field() const&&
    {
        __builtin_unreachable();
    }
};
template <class Row>
using any_field_of = std::conditional_t<std::is_copy_constructible_v<Row>, AnyField, AnyMovedField>;

template <class Row, std::size_t... I>
consteval bool takes_initialisers(std::index_sequence<I...>) noexcept
{
    return requires { Row{(void(I), any_field_of<Row>{})...}; };
}

// Row takes `Taken` initialisers and not `Refused`.
template <class Row, std::size_t Taken, std::size_t Refused>
consteval std::size_t count_between() noexcept
{
    constexpr std::size_t middle = Taken + (Refused - Taken) / 2;
    if constexpr (middle == Taken)
        return Taken;
    else if constexpr (takes_initialisers<Row>(std::make_index_sequence<middle>{}))
        return count_between<Row, middle, Refused>();
    else
        return count_between<Row, Taken, middle>();
}

// Beyond 100 it is only said that there are more.
template <class Row, std::size_t Taken = 0, std::size_t Step = 9>
consteval std::size_t count_fields() noexcept
{
    if constexpr (Taken > 100)
        return Taken;
    else if constexpr (takes_initialisers<Row>(std::make_index_sequence<Taken + Step>{}))
        return count_fields<Row, Taken + Step, Taken + Step>();
    else
        return count_between<Row, Taken, Taken + Step>();
}

template <class Row>
inline constexpr std::size_t field_count_of = count_fields<Row>();

template <class Row>
constexpr auto tie_fields(Row& row) noexcept
{
    return tie_counted<field_count_of<std::remove_const_t<Row>>>(row);
}

template <class Row>
using field_references = decltype(detail::tie_fields(std::declval<Row&>()));

// An object that is never defined: only the addresses of its fields are taken, at compile time.
template <class T>
struct Phantom {
    T value;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal" // rows of an unnamed namespace or a function
#endif
template <class T>
extern const Phantom<T> phantom;
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

template <class T>
struct Address {
    const T* pointer;
};
template <class T>
Address(const T*) -> Address<T>;

template <auto Value>
consteval std::string_view raw_name() noexcept
{
    return __PRETTY_FUNCTION__;
}

// The compiler ends a pointer to a field with its name: "... Address<int>{&phantom.value.beta}]" (clang),
// "... {(& phantom<Foo>.Phantom<Foo>::value.Foo::beta)}]" (gcc), and a member pointer with "&Foo::beta]".
consteval std::string_view last_identifier(std::string_view text) noexcept
{
    auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
#if !defined(__clang__)
    // gcc appends " std::string_view = ..." notes after a ';'
    if (auto note = text.find(';'); note != std::string_view::npos) text = text.substr(0, note);
#endif
    std::size_t end = text.size();
    while (end > 0 && !is_word(text[end - 1])) --end;
    std::size_t begin = end;
    while (begin > 0 && is_word(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

// A name of its own storage, so that the compiler's long function signature stays out of the binary.
template <std::size_t N>
struct StoredName {
    std::array<char, N + 1> chars{};
    consteval explicit StoredName(std::string_view text) noexcept
    {
        for (std::size_t i = 0; i < N; ++i) chars[i] = text[i];
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {chars.data(), N}; }
};

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif

// A function and not a variable: g++ emits variables of rows of an unnamed namespace or a function into the
// object file, and with them a reference to the phantom that is never defined.
template <class Row, std::size_t I>
consteval auto field_address() noexcept
{
    return Address{&tied::get<I>(tie_fields(phantom<Row>.value))};
}

template <class Row, class Field>
consteval const void* member_address(Field Row::* member) noexcept
{
    return &(phantom<Row>.value.*member);
}

// All of a row's in one go, so that finding a member instantiates nothing for each of them.
template <class Row, std::size_t... I>
consteval std::size_t find_address(const void* wanted, std::index_sequence<I...>) noexcept
{
    const auto fields = tie_fields(phantom<Row>.value);
    std::size_t found = sizeof...(I);
    ((static_cast<const void*>(&tied::get<I>(fields)) == wanted ? void(found = I) : void()), ...);
    return found;
}

template <auto Member, class Row>
consteval std::size_t find_member() noexcept
{
    return find_address<Row>(member_address(Member), std::make_index_sequence<field_count_of<Row>>{});
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

template <class Row, std::size_t I>
inline constexpr auto stored_field_name = [] {
    constexpr auto name = last_identifier(raw_name<field_address<Row, I>()>());
    return StoredName<name.size()>(name);
}();

template <class>
struct member_pointer {
    static constexpr bool is_field = false;
};
template <class Field, class Row>
    requires(!std::is_function_v<Field>)
struct member_pointer<Field Row::*> {
    static constexpr bool is_field = true;
    using row = Row;
    using field = Field;
};

} // namespace detail

/// A pointer to a data member, `&Setting::key`: the one spelling of a column.
template <auto Member>
concept FieldPointer = detail::member_pointer<std::remove_cv_t<decltype(Member)>>::is_field;

/// The aggregate a member pointer belongs to.
template <auto Member>
    requires FieldPointer<Member>
using row_of = typename detail::member_pointer<std::remove_cv_t<decltype(Member)>>::row;

/// The declared type of the field it points to.
template <auto Member>
    requires FieldPointer<Member>
using field_of = typename detail::member_pointer<std::remove_cv_t<decltype(Member)>>::field;

/// A type that can be a row: a plain aggregate, without base classes and C arrays, of 1 to 100 fields.
template <class Row>
concept RowType = std::is_aggregate_v<Row> && std::is_class_v<Row> && !std::is_array_v<Row>;

template <class Row>
inline constexpr std::size_t field_count = detail::field_count_of<std::remove_const_t<Row>>;

template <class Row, std::size_t I>
using field_type =
    std::remove_reference_t<decltype(detail::tied::get<I>(std::declval<detail::field_references<Row>&>()))>;

/// The field itself.
template <std::size_t I, class Row>
[[nodiscard]] constexpr auto& get_field(Row& row) noexcept
{
    return detail::tied::get<I>(detail::tie_fields(row));
}

/// The field's name as it is written in the source.
template <class Row, std::size_t I>
inline constexpr std::string_view field_name = detail::stored_field_name<Row, I>.view();

/// The position of the field a member pointer means, from 0.
template <auto Member>
inline constexpr std::size_t member_index = detail::find_member<Member, row_of<Member>>();

/// Calls `function(field)`, or `function(field, std::integral_constant<std::size_t, I>)`, for each in order.
template <class Row, class Function>
constexpr void for_each_field(Row&& row, Function&& function)
{
    auto fields = detail::tie_fields(row);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        auto visit = [&]<std::size_t At>(auto& field, std::integral_constant<std::size_t, At> place) {
            if constexpr (std::is_invocable_v<Function&, decltype(field), decltype(place)>)
                function(field, place);
            else
                function(field);
        };
        (visit(detail::tied::get<I>(fields), std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<field_count<std::remove_reference_t<Row>>>{});
}

} // namespace tenantry
