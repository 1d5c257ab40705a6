// length, lower, upper, trim, ltrim, rtrim, substr, replace, instr, unicode, char_, hex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/function.hpp>

namespace tenantry {

namespace detail {

// name(text, text, ...) of type Value, NULL if one of them is
template <FixedString Name, class Value, class... Texts>
[[nodiscard]] constexpr auto text_function(Texts&&... texts)
{
    constexpr bool said = (is_refused<Texts> || ...);
    constexpr bool sound = (is_text_operand<Texts>() && ...);
    static_assert(said || sound,
                  "tenantry: a function of texts is given something else: cast<std::string>(x) makes "
                  "a text of it");
    if constexpr (sound && !said)
        return function<Name, Value>(as_operand<std::string>(std::forward<Texts>(texts))...);
    else
        return Refused{};
}

template <class E>
inline constexpr bool is_blob_expression = AnyExpression<E> && is_blob<base_value_t<E>>;

struct Char : FunctionSyntax<"char"> {
    static constexpr bool never_null = true;
};

struct Hex : FunctionSyntax<"hex"> {
    static constexpr bool never_null = true;
};

} // namespace detail

/// How many characters a text has before its first NUL character, or how many bytes a blob
/// (https://sqlite.org/lang_corefunc.html#length).
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto length(E&& expression)
{
    if constexpr (detail::is_blob_expression<E>)
        return detail::function<"length", std::int64_t>(std::forward<E>(expression));
    else
        return detail::text_function<"length", std::int64_t>(std::forward<E>(expression));
}

/// The letters of ASCII in lower case.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto lower(E&& expression)
{
    return detail::text_function<"lower", std::string>(std::forward<E>(expression));
}

/// The letters of ASCII in upper case.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto upper(E&& expression)
{
    return detail::text_function<"upper", std::string>(std::forward<E>(expression));
}

/// Without spaces at both ends, or without any of the characters that are named.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto trim(E&& expression)
{
    return detail::text_function<"trim", std::string>(std::forward<E>(expression));
}
template <detail::AnyExpression E, class Characters>
[[nodiscard]] constexpr auto trim(E&& expression, Characters&& characters)
{
    return detail::text_function<"trim", std::string>(std::forward<E>(expression),
                                                      std::forward<Characters>(characters));
}

/// The same at the left end only.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto ltrim(E&& expression)
{
    return detail::text_function<"ltrim", std::string>(std::forward<E>(expression));
}
template <detail::AnyExpression E, class Characters>
[[nodiscard]] constexpr auto ltrim(E&& expression, Characters&& characters)
{
    return detail::text_function<"ltrim", std::string>(std::forward<E>(expression),
                                                       std::forward<Characters>(characters));
}

/// The same at the right end only.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto rtrim(E&& expression)
{
    return detail::text_function<"rtrim", std::string>(std::forward<E>(expression));
}
template <detail::AnyExpression E, class Characters>
[[nodiscard]] constexpr auto rtrim(E&& expression, Characters&& characters)
{
    return detail::text_function<"rtrim", std::string>(std::forward<E>(expression),
                                                       std::forward<Characters>(characters));
}

/// `count` characters from the one at `start`, or all from there on. The first is 1; a negative start counts from the
/// end (https://sqlite.org/lang_corefunc.html#substr). Of a blob it is bytes, and NULL if the blob is empty.
template <detail::AnyExpression E, class Start, class... Count>
[[nodiscard]] constexpr auto substr(E&& expression, Start&& start, Count&&... count)
{
    static_assert(sizeof...(Count) <= 1,
                  "tenantry: substr() takes a text, a start and a number of characters");
    constexpr bool said =
        detail::is_refused<E> || detail::is_refused<Start> || (detail::is_refused<Count> || ...);
    constexpr bool text = detail::is_text_operand<E>() || detail::is_blob_expression<E>;
    constexpr bool places =
        detail::is_integer_operand<Start>() && (detail::is_integer_operand<Count>() && ...);
    static_assert(said || (text && places), "tenantry: substr() takes a text or blob, and integers");
    if constexpr (said || !text || !places) {
        return detail::Refused{};
    } else {
        using Value = std::conditional_t<detail::is_blob_expression<E>, std::optional<std::vector<std::byte>>,
                                         std::string>;
        return detail::function<"substr", Value>(
            std::remove_cvref_t<E>(std::forward<E>(expression)),
            detail::as_operand<std::int64_t>(std::forward<Start>(start)),
            detail::as_operand<std::int64_t>(std::forward<Count>(count))...);
    }
}

/// The text with every occurrence of one text replaced by another; as it is if the first is empty.
template <detail::AnyExpression E, class From, class To>
[[nodiscard]] constexpr auto replace(E&& expression, From&& from, To&& to)
{
    return detail::text_function<"replace", std::string>(std::forward<E>(expression),
                                                         std::forward<From>(from), std::forward<To>(to));
}

/// Where a text occurs in another first, the first character being 1; 0 if it does not. By bytes, in the case they
/// are in.
template <detail::AnyExpression E, class Text>
[[nodiscard]] constexpr auto instr(E&& expression, Text&& text)
{
    return detail::text_function<"instr", std::int64_t>(std::forward<E>(expression),
                                                        std::forward<Text>(text));
}

/// The code point of the first character; NULL of an empty text.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto unicode(E&& expression)
{
    return detail::text_function<"unicode", std::optional<std::int64_t>>(std::forward<E>(expression));
}

/// The text of some code points.
template <detail::AnyExpression E, class... More>
[[nodiscard]] constexpr auto char_(E&& code, More&&... codes)
{
    constexpr bool said = detail::is_refused<E> || (detail::is_refused<More> || ...);
    constexpr bool sound = detail::is_integer_operand<E>() && (detail::is_integer_operand<More>() && ...);
    static_assert(said || sound, "tenantry: char_() takes code points, which are integers");
    if constexpr (sound && !said)
        return detail::compound<detail::Char, std::string>(
            std::forward<E>(code), detail::as_operand<std::int64_t>(std::forward<More>(codes))...);
    else
        return detail::Refused{};
}

/// The bytes of a text or blob as hexadecimal digits, in upper case. Empty of NULL.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto hex(E&& expression)
{
    constexpr bool sound = detail::is_text_operand<E>() || detail::is_blob_expression<E>;
    static_assert(sound || detail::is_refused<E>, "tenantry: hex() shows the bytes of a text or blob");
    if constexpr (sound && !detail::is_refused<E>)
        return detail::compound<detail::Hex, std::string>(std::forward<E>(expression));
    else
        return detail::Refused{};
}

} // namespace tenantry
