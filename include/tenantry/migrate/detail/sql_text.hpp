// SQL text split into tokens, so that two definitions can be compared by what they say.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::migrate {

// ASCII only, as SQLite compares names and types.
[[nodiscard]] inline char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] std::string lowered(std::string_view text);

/// Are they one name to SQLite?
[[nodiscard]] bool same_name(std::string_view a, std::string_view b) noexcept;

/// `name` as an identifier: `"or""der"`.
[[nodiscard]] std::string quoted_name(std::string_view name);

/// `value` as a text literal: `'it''s'`.
[[nodiscard]] std::string quoted_text(std::string_view value);

/// `"a", "b"`
[[nodiscard]] std::string quoted_names(std::span<const std::string> names);

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

} // namespace tenantry::migrate

namespace tenantry::detail {

[[nodiscard]] inline bool is_space(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
[[nodiscard]] inline bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] inline bool is_name_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

// The end of what is quoted and begins at `at`; a doubled quote stands for itself.
[[nodiscard]] std::size_t quoted_end(std::string_view text, std::size_t at, char quote) noexcept;

[[nodiscard]] std::string unquoted(std::string_view quoted);

// White space and comments (https://sqlite.org/lang_comment.html).
[[nodiscard]] std::size_t past_space(std::string_view text, std::size_t at) noexcept;

[[nodiscard]] std::size_t number_end(std::string_view text, std::size_t at) noexcept;

[[nodiscard]] std::size_t sign_end(std::string_view text, std::size_t at) noexcept;

} // namespace tenantry::detail

namespace tenantry::migrate {

/// The tokens of `text`. Whatever SQLite accepts is split as SQLite does it
/// (https://sqlite.org/lang_keywords.html); anything else into something.
[[nodiscard]] std::vector<SqlToken> sql_tokens(std::string_view text);

/// A keyword; never a name in quotes.
[[nodiscard]] inline bool is_word(const SqlToken& token, std::string_view word) noexcept
{
    return token.kind == SqlToken::Kind::word && token.value == word;
}
[[nodiscard]] inline bool is_sign(const SqlToken& token, std::string_view sign) noexcept
{
    return token.kind == SqlToken::Kind::sign && token.value == sign;
}
[[nodiscard]] bool is_name(const SqlToken& token) noexcept;

/// What a token stands for as a name.
[[nodiscard]] inline std::string name_of(const SqlToken& token)
{
    return token.kind == SqlToken::Kind::text ? detail::unquoted(token.value) : token.value;
}

/// How many tokens the group in parentheses takes that begins with the first one, these included.
[[nodiscard]] std::size_t group_size(SqlTokens tokens) noexcept;

/// Without parentheses that enclose the whole.
[[nodiscard]] SqlTokens without_parentheses(SqlTokens tokens) noexcept;

/// A text that is equal for two that say the same: spaces, comments, the case of words and the quotes of names
/// do not matter.
[[nodiscard]] std::string normal_text(SqlTokens tokens);

[[nodiscard]] inline std::string normal_text(std::string_view sql) { return normal_text(sql_tokens(sql)); }

/// The text as it is written from the first of the tokens to the last.
[[nodiscard]] inline std::string_view written(std::string_view text, SqlTokens tokens) noexcept
{
    return tokens.empty() ? std::string_view()
                          : text.substr(tokens.front().begin, tokens.back().end - tokens.front().begin);
}

/// Does any of the tokens name this?
[[nodiscard]] bool mentions(SqlTokens tokens, std::string_view name) noexcept;

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/sql_text.ipp>
#endif
