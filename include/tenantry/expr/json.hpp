// Values in JSON texts: json_extract, json_array_length, json_type, json_valid, json_set, json_remove,
// json_group_array (https://sqlite.org/json1.html).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/aggregate_call.hpp>
#include <tenantry/expr/detail/json_operand.hpp>
#include <tenantry/expr/detail/json_value.hpp>
#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/detail/result.hpp>
#include <tenantry/expr/detail/terminated_text.hpp>
#include <tenantry/expr/function.hpp>

namespace tenantry {

namespace detail {

// A text, or a column of JSON.
template <class E>
inline constexpr bool is_document =
    AnyExpression<E> && (is_text<base_value_t<E>> || is_json_type<base_value_t<E>>);

// A path that is part of the text, so that an index on the same expression is found.
template <FixedString Path>
struct PathLiteral {
    struct Text {
        static constexpr void render(TextSink& out) { out.literal(Path.view()); }
    };
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(static_text<Text>);
    }
};

struct JsonArrow : InfixSyntax<Precedence::collate, " -> "> {};

template <class T>
inline constexpr bool is_extractable = [] {
    if constexpr (is_optional<T> || IdType<T> || KeyType<T> || !sqlite::Readable<T>)
        return false;
    else
        return sqlite::Codec<T>::storage != sqlite::Storage::blob;
}();

template <class T, class E, class Path>
[[nodiscard]] constexpr auto extract(E&& document, Path&& path)
{
    constexpr bool said = is_refused<E> || is_refused<Path>;
    static_assert(said || is_document<E>, "tenantry: functions of JSON are for columns of text or JSON");
    static_assert(
        said || !is_document<E> || is_extractable<T>,
        "tenantry: json_extract<T>() reads what JSON has: a number, a text, a bool, an enum, a time or JSON; "
        "ids come from columns, and every result is an optional already");
    if constexpr (said || !is_document<E> || !is_extractable<T>)
        return Refused{};
    else if constexpr (is_json_type<T>)
        return compound<JsonArrow, std::optional<T>>(std::forward<E>(document), std::forward<Path>(path));
    else
        return compound<
            JsonValue<sqlite::Codec<T>::storage, std::remove_cvref_t<E>::aggregate || is_windowed<E>>,
            std::optional<T>>(std::forward<E>(document), std::forward<Path>(path));
}

template <class Path>
[[nodiscard]] constexpr auto path_operand(Path&& path)
{
    constexpr bool sound = is_text_operand<Path>();
    static_assert(sound || is_refused<Path>, "tenantry: a path in JSON is a text: \"$.name[0]\"");
    if constexpr (sound && !is_refused<Path>)
        return terminated_text(std::forward<Path>(path),
                               "a path in JSON has a NUL character: SQLite would read it to there");
    else
        return Refused{};
}

template <FixedString Name, class Value, class E, class... More>
[[nodiscard]] constexpr auto json_function(E&& document, More&&... more)
{
    constexpr bool said = is_refused<E> || (is_refused<More> || ...);
    static_assert(said || is_document<E>, "tenantry: functions of JSON are for columns of text or JSON");
    if constexpr (said || !is_document<E>)
        return Refused{};
    else
        return compound<FunctionSyntax<Name>,
                        nullable_like<Value, Value, typename std::remove_cvref_t<E>::value_type>>(
            std::forward<E>(document), std::forward<More>(more)...);
}

} // namespace detail

/// The value at a path of a JSON text: `json_extract<std::string>(col<&Job::payload>, "$.to[0]")`. None where the
/// document or the path is not there, and of JSON's null. What no T holds (a text where a number is read) is
/// `errc::value_misfit` where a query gives it, and NULL where it is compared or calculated with, and in queries inside of
/// others; a text that is not JSON fails with `errc::invalid_sql`. Of an object or array a std::string is its text; a type of
/// JSON's own is any value.
template <class T, detail::AnyExpression E, class Path>
[[nodiscard]] constexpr auto json_extract(E&& document, Path&& path)
{
    return detail::extract<T>(std::forward<E>(document), detail::path_operand(std::forward<Path>(path)));
}

/// The same with a path that is part of the SQL, as an index on the expression needs it:
/// `json_extract<std::string, "$.to">(col<&Job::payload>)`.
template <class T, FixedString Path, detail::AnyExpression E>
[[nodiscard]] constexpr auto json_extract(E&& document)
{
    return detail::extract<T>(std::forward<E>(document),
                              detail::compound<detail::PathLiteral<Path>, std::string>());
}

/// How many elements an array has; 0 of what is none.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto json_array_length(E&& document)
{
    return detail::json_function<"json_array_length", std::int64_t>(std::forward<E>(document));
}

/// The same of what is at a path; none where there is nothing.
template <detail::AnyExpression E, class Path>
[[nodiscard]] constexpr auto json_array_length(E&& document, Path&& path)
{
    return detail::json_function<"json_array_length", std::optional<std::int64_t>>(
        std::forward<E>(document), detail::path_operand(std::forward<Path>(path)));
}

/// `null`, `true`, `false`, `integer`, `real`, `text`, `array` or `object`.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto json_type(E&& document)
{
    return detail::json_function<"json_type", std::string>(std::forward<E>(document));
}

/// The same of what is at a path; none where there is nothing.
template <detail::AnyExpression E, class Path>
[[nodiscard]] constexpr auto json_type(E&& document, Path&& path)
{
    return detail::json_function<"json_type", std::optional<std::string>>(
        std::forward<E>(document), detail::path_operand(std::forward<Path>(path)));
}

/// Whether a text is JSON.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto json_valid(E&& document)
{
    return detail::json_function<"json_valid", bool>(std::forward<E>(document));
}

/// The document with a value at a path, in place of what is there or added to an object or array:
/// `col<&Job::payload> = json_set(col<&Job::payload>, "$.tries", 3)`. NULL is JSON's null, a bool or condition true or
/// false, a column of JSON what is in it.
template <detail::AnyExpression E, class Path, class V>
[[nodiscard]] constexpr auto json_set(E&& document, Path&& path, V&& value)
{
    constexpr bool sound = detail::is_argument<V>;
    static_assert(sound || detail::is_refused<V>,
                  "tenantry: json_set() takes an expression, or a value that can be "
                  "bound");
    if constexpr (sound)
        return detail::json_function<"json_set", detail::base_value_t<E>>(
            std::forward<E>(document), detail::path_operand(std::forward<Path>(path)),
            detail::json_operand(std::forward<V>(value)));
    else
        return detail::Refused{};
}

/// The document without what is at a path.
template <detail::AnyExpression E, class Path>
[[nodiscard]] constexpr auto json_remove(E&& document, Path&& path)
{
    return detail::json_function<"json_remove", std::optional<detail::base_value_t<E>>>(
        std::forward<E>(document), detail::path_operand(std::forward<Path>(path)));
}

/// The values of a group as a JSON array, as `json_set` has them, NULL as null; `[]` where there is no row. Has `.filter()` and `.over()` as
/// other aggregate functions have.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto json_group_array(E&& expression)
{
    return detail::aggregate<"json_group_array", std::string, detail::WindowNull::never>(
        detail::json_operand(std::forward<E>(expression)));
}

} // namespace tenantry
