// SQL text taken apart into tokens, so that two definitions can be compared by what they say.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenantry::migrate {

// ASCII only, as SQLite compares names and types.
[[nodiscard]] inline char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] inline std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

/// Are they one name to SQLite?
[[nodiscard]] inline bool same_name(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

/// `name` as an identifier: `"or""der"`.
[[nodiscard]] inline std::string quoted_name(std::string_view name)
{
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

/// `value` as a text literal: `'it''s'`.
[[nodiscard]] inline std::string quoted_text(std::string_view value)
{
    std::string text = "'";
    for (const char c : value) text.append(c == '\'' ? 2 : 1, c);
    return text + '\'';
}

/// `"a", "b"`
[[nodiscard]] inline std::string quoted_names(std::span<const std::string> names)
{
    std::string text;
    for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(quoted_name(name));
    return text;
}

struct SqlToken {
    enum class Kind {
        word,   ///< a keyword, or a name without quotes
        quoted, ///< a name in quotes: "x", `x` or [x]
        text,   ///< 'x'
        blob,   ///< x'00'
        number,
        parameter,
        sign, ///< an operator or punctuation
    };

    Kind kind;
    std::size_t begin; ///< where it is in the text
    std::size_t end;
    std::string
        value; ///< lower case for words and numbers; a quoted name without its quotes; else as it is written
};

using SqlTokens = std::span<const SqlToken>;

namespace detail {

[[nodiscard]] inline bool is_space(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
[[nodiscard]] inline bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] inline bool is_name(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

// The end of what is quoted and begins at `at`; a doubled quote stands for itself.
[[nodiscard]] inline std::size_t quoted_end(std::string_view text, std::size_t at, char quote) noexcept
{
    for (++at; at < text.size(); ++at) {
        if (text[at] != quote) continue;
        if (quote == ']' || at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
        ++at;
    }
    return text.size();
}

[[nodiscard]] inline std::string unquoted(std::string_view quoted)
{
    if (quoted.size() < 2) return std::string(quoted);
    const char quote = quoted.back();
    std::string text;
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
        text += quoted[i];
        if (quoted[i] == quote && quote != ']') ++i;
    }
    return text;
}

// White space and comments (https://sqlite.org/lang_comment.html).
[[nodiscard]] inline std::size_t past_space(std::string_view text, std::size_t at) noexcept
{
    while (at < text.size()) {
        if (is_space(text[at])) {
            ++at;
        } else if (text.substr(at, 2) == "--") {
            at = std::min(text.find('\n', at), text.size());
        } else if (text.substr(at, 2) == "/*") {
            const auto end = text.find("*/", at + 2);
            at = end == std::string_view::npos ? text.size() : end + 2;
        } else {
            break;
        }
    }
    return at;
}

[[nodiscard]] inline std::size_t number_end(std::string_view text, std::size_t at) noexcept
{
    const std::size_t begin = at;
    const bool hexadecimal = text.size() > at + 1 && text[at] == '0' && lower(text[at + 1]) == 'x';
    for (; at < text.size(); ++at) {
        const char c = text[at];
        const bool exponent_sign =
            (c == '+' || c == '-') && !hexadecimal && at > begin && lower(text[at - 1]) == 'e';
        if (!is_name(c) && c != '.' && !exponent_sign) break;
    }
    return at;
}

[[nodiscard]] inline std::size_t sign_end(std::string_view text, std::size_t at) noexcept
{
    for (const std::string_view sign : {"->>", "||", "->", "<=", ">=", "<>", "!=", "==", "<<", ">>"})
        if (text.substr(at, sign.size()) == sign) return at + sign.size();
    return at + 1;
}

} // namespace detail

/// The tokens of `text`. Whatever SQLite accepts is taken apart as SQLite does it
/// (https://sqlite.org/lang_keywords.html); anything else into something.
[[nodiscard]] inline std::vector<SqlToken> sql_tokens(std::string_view text)
{
    using Kind = SqlToken::Kind;
    std::vector<SqlToken> tokens;
    for (std::size_t at = detail::past_space(text, 0); at < text.size(); at = detail::past_space(text, at)) {
        const char c = text[at];
        const char next = at + 1 < text.size() ? text[at + 1] : '\0';
        Kind kind = Kind::sign;
        std::size_t end = at;
        if (c == '"' || c == '`') {
            kind = Kind::quoted;
            end = detail::quoted_end(text, at, c);
        } else if (c == '[') {
            kind = Kind::quoted;
            end = detail::quoted_end(text, at, ']');
        } else if (c == '\'') {
            kind = Kind::text;
            end = detail::quoted_end(text, at, c);
        } else if (lower(c) == 'x' && next == '\'') {
            kind = Kind::blob;
            end = detail::quoted_end(text, at + 1, next);
        } else if (detail::is_digit(c) || (c == '.' && detail::is_digit(next))) {
            kind = Kind::number;
            end = detail::number_end(text, at);
        } else if (detail::is_name(c)) {
            kind = Kind::word;
            while (end < text.size() && detail::is_name(text[end])) ++end;
        } else if (c == '?' || c == ':' || c == '@') {
            kind = Kind::parameter;
            for (++end; end < text.size() && detail::is_name(text[end]);) ++end;
        } else {
            end = detail::sign_end(text, at);
        }
        const std::string_view raw = text.substr(at, end - at);
        std::string value = kind == Kind::quoted ? detail::unquoted(raw)
                            : kind == Kind::word || kind == Kind::number || kind == Kind::blob
                                ? lowered(raw)
                                : std::string(raw);
        tokens.push_back({kind, at, end, std::move(value)});
        at = end;
    }
    return tokens;
}

/// A keyword; never a name in quotes.
[[nodiscard]] inline bool is_word(const SqlToken& token, std::string_view word) noexcept
{
    return token.kind == SqlToken::Kind::word && token.value == word;
}
[[nodiscard]] inline bool is_sign(const SqlToken& token, std::string_view sign) noexcept
{
    return token.kind == SqlToken::Kind::sign && token.value == sign;
}
[[nodiscard]] inline bool is_name(const SqlToken& token) noexcept
{
    // SQLite takes a text in quotes for a name, where only a name can stand.
    return token.kind == SqlToken::Kind::word || token.kind == SqlToken::Kind::quoted ||
           token.kind == SqlToken::Kind::text;
}

/// What a token stands for as a name.
[[nodiscard]] inline std::string name_of(const SqlToken& token)
{
    return token.kind == SqlToken::Kind::text ? detail::unquoted(token.value) : token.value;
}

/// How many tokens the group in parentheses takes that begins with the first one, these included.
[[nodiscard]] inline std::size_t group_size(SqlTokens tokens) noexcept
{
    std::size_t depth = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (is_sign(tokens[i], "(")) ++depth;
        if (is_sign(tokens[i], ")") && --depth == 0) return i + 1;
    }
    return tokens.size();
}

/// Without parentheses that enclose the whole.
[[nodiscard]] inline SqlTokens without_parentheses(SqlTokens tokens) noexcept
{
    while (tokens.size() > 2 && is_sign(tokens.front(), "(") && group_size(tokens) == tokens.size())
        tokens = tokens.subspan(1, tokens.size() - 2);
    return tokens;
}

/// A text that is equal for two that say the same: spaces, comments, the case of words and the quotes of names
/// do not matter.
[[nodiscard]] inline std::string normal_text(SqlTokens tokens)
{
    std::string text;
    for (const SqlToken& token : tokens) {
        if (!text.empty()) text += ' ';
        const bool plain = token.kind == SqlToken::Kind::quoted && !token.value.empty() &&
                           !detail::is_digit(token.value.front()) &&
                           std::ranges::all_of(token.value, detail::is_name);
        if (token.kind == SqlToken::Kind::quoted)
            text += plain ? lowered(token.value) : quoted_name(lowered(token.value));
        else
            text += token.value;
    }
    return text;
}

[[nodiscard]] inline std::string normal_text(std::string_view sql) { return normal_text(sql_tokens(sql)); }

/// The text as it is written from the first of the tokens to the last.
[[nodiscard]] inline std::string_view written(std::string_view text, SqlTokens tokens) noexcept
{
    return tokens.empty() ? std::string_view()
                          : text.substr(tokens.front().begin, tokens.back().end - tokens.front().begin);
}

/// Does any of the tokens name this?
[[nodiscard]] inline bool mentions(SqlTokens tokens, std::string_view name) noexcept
{
    return std::ranges::any_of(
        tokens, [&](const SqlToken& token) { return is_name(token) && same_name(token.value, name); });
}

} // namespace tenantry::migrate
