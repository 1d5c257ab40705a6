// like, glob, and what looks for a text of the user's in which no character is special: contains, starts_with,
// ends_with.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/detail/terminated_text.hpp>

namespace tenantry {

namespace detail {

struct Like : InfixSyntax<Precedence::equality, " LIKE "> {};
struct Glob : InfixSyntax<Precedence::equality, " GLOB "> {};

template <char Character>
struct LikeEscape {
    static constexpr Precedence precedence = Precedence::equality;

    template <class Out, class Operand, class Pattern>
    static constexpr void render(Out& out)
    {
        constexpr char quoted[] = {'\'', Character, '\''};
        render_infix<Operand, Pattern>(out, " LIKE ", precedence);
        out.text(" ESCAPE ");
        out.text(std::string_view(quoted, sizeof quoted));
    }
};

template <char Character>
struct Escape {
    static_assert(Character > ' ' && Character <= '~' && Character != '%' && Character != '_' &&
                      Character != '\'',
                  "tenantry: LIKE is escaped by a visible character of ASCII other than % _ and '");
};

inline constexpr const char* pattern_with_nul =
    "a text with a NUL character is looked for: SQLite's patterns end there; instr() looks for any text";

template <class Syntax, class E, class Pattern>
[[nodiscard]] constexpr auto match_pattern(E&& expression, Pattern&& pattern)
{
    constexpr bool text = is_text<base_value_t<E>>;
    static_assert(text || is_refused<E>, "tenantry: like() and glob() match text");
    constexpr Mismatch why = mismatch<E, Pattern>();
    if constexpr (text) refuse_comparison<why, E, Pattern>();
    if constexpr (text && why == Mismatch::none) {
        auto operand = terminated_text(std::forward<Pattern>(pattern), pattern_with_nul);
        using Result = typename Infix<Syntax, bool, E, decltype(operand)>::type;
        return make_infix<Result>(std::forward<E>(expression), std::move(operand));
    } else {
        return Refused{};
    }
}

} // namespace detail

/// The character that `like` is told to take literally what follows it: `escape<>` is the backslash, `escape<'!'>`
/// another one.
template <char Character = '\\'>
inline constexpr detail::Escape<Character> escape{};

/// A text for a LIKE pattern in which it stands for itself: `%`, `_` and the escaping character are escaped. For
/// `like(column, like_escape(text) + "%", escape<>)`.
[[nodiscard]] inline std::string like_escape(std::string_view text, char character = '\\')
{
    std::string escaped;
    escaped.reserve(text.size() + 8);
    for (const char c : text) {
        if (c == '%' || c == '_' || c == character) escaped.push_back(character);
        escaped.push_back(c);
    }
    return escaped;
}

/// A text for a GLOB pattern in which it stands for itself: `*`, `?` and `[` are put into brackets.
[[nodiscard]] inline std::string glob_escape(std::string_view text)
{
    std::string escaped;
    escaped.reserve(text.size() + 8);
    for (const char c : text) {
        if (c == '*' || c == '?' || c == '[')
            escaped.append({'[', c, ']'});
        else
            escaped.push_back(c);
    }
    return escaped;
}

/// Whether a text matches a pattern in which `%` stands for any characters and `_` for one. Letters of ASCII
/// match in both cases (https://sqlite.org/lang_expr.html#like).
///
/// SQLite reads texts and patterns to their first NUL character. A pattern that has one is `errc::invalid_argument` when the
/// query runs, and one of more than 50,000 bytes `errc::too_big`; of a stored text what is behind it is not looked at:
/// `instr` looks at all of it.
template <detail::AnyExpression E, class Pattern>
[[nodiscard]] constexpr auto like(E&& expression, Pattern&& pattern)
{
    return detail::match_pattern<detail::Like>(std::forward<E>(expression), std::forward<Pattern>(pattern));
}

/// The same with a character that takes away the meaning of the one behind it.
template <detail::AnyExpression E, class Pattern, char Character>
[[nodiscard]] constexpr auto like(E&& expression, Pattern&& pattern, detail::Escape<Character>)
{
    return detail::match_pattern<detail::LikeEscape<Character>>(std::forward<E>(expression),
                                                                std::forward<Pattern>(pattern));
}

/// Whether a text matches a pattern in which `*` stands for any characters, `?` for one and `[a-z]` for one of some.
/// Letters match in their own case only (https://sqlite.org/lang_expr.html#glob). NUL characters and long patterns are as
/// with `like`.
template <detail::AnyExpression E, class Pattern>
[[nodiscard]] constexpr auto glob(E&& expression, Pattern&& pattern)
{
    return detail::match_pattern<detail::Glob>(std::forward<E>(expression), std::forward<Pattern>(pattern));
}

namespace detail {

template <class E, class Text>
[[nodiscard]] constexpr auto match_text(E&& expression, std::string_view before, const Text& text,
                                        std::string_view after)
{
    constexpr bool sound = !AnyExpression<Text> && is_text_operand<Text>();
    static_assert(
        sound, "tenantry: contains(), starts_with() and ends_with() look for a text that the program has: of "
               "a column say instr(column, other) > 0");
    if constexpr (sound) {
        std::string pattern(before);
        pattern.append(like_escape(static_cast<std::string_view>(text))).append(after);
        return like(std::forward<E>(expression), std::move(pattern), escape<>);
    } else {
        return Refused{};
    }
}

} // namespace detail

/// Whether the text is in it, its letters of ASCII in either case, as LIKE has it. No character of the text is
/// special. `instr(column, text) > 0` is the same with regard to case, for texts with a NUL character, which are
/// `errc::invalid_argument` here when the query runs, and for those of more than 50,000 bytes, `errc::too_big` here.
template <detail::AnyExpression E, class Text>
[[nodiscard]] constexpr auto contains(E&& expression, const Text& text)
{
    return detail::match_text(std::forward<E>(expression), "%", text, "%");
}

/// Whether it begins with the text, as `contains` compares. `glob(column, glob_escape(text) + "*")` is the same with
/// regard to case, and can use an index.
template <detail::AnyExpression E, class Text>
[[nodiscard]] constexpr auto starts_with(E&& expression, const Text& text)
{
    return detail::match_text(std::forward<E>(expression), "", text, "%");
}

/// Whether it ends with the text, as `contains` compares.
template <detail::AnyExpression E, class Text>
[[nodiscard]] constexpr auto ends_with(E&& expression, const Text& text)
{
    return detail::match_text(std::forward<E>(expression), "%", text, "");
}

} // namespace tenantry
