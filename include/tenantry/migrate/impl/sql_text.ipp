#pragma once

#include <tenantry/migrate/detail/sql_text.hpp>

namespace tenantry::migrate {

TENANTRY_DECL std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

TENANTRY_DECL bool same_name(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

TENANTRY_DECL std::string quoted_name(std::string_view name)
{
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

TENANTRY_DECL std::string quoted_text(std::string_view value)
{
    std::string text = "'";
    for (const char c : value) text.append(c == '\'' ? 2 : 1, c);
    return text + '\'';
}

TENANTRY_DECL std::string quoted_names(std::span<const std::string> names)
{
    std::string text;
    for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(quoted_name(name));
    return text;
}

} // namespace tenantry::migrate

namespace tenantry::detail {

TENANTRY_DECL std::size_t quoted_end(std::string_view text, std::size_t at, char quote) noexcept
{
    for (++at; at < text.size(); ++at) {
        if (text[at] != quote) continue;
        if (quote == ']' || at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
        ++at;
    }
    return text.size();
}

TENANTRY_DECL std::string unquoted(std::string_view quoted)
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

TENANTRY_DECL std::size_t past_space(std::string_view text, std::size_t at) noexcept
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

TENANTRY_DECL std::size_t number_end(std::string_view text, std::size_t at) noexcept
{
    const std::size_t begin = at;
    const bool hexadecimal = text.size() > at + 1 && text[at] == '0' && migrate::lower(text[at + 1]) == 'x';
    for (; at < text.size(); ++at) {
        const char c = text[at];
        const bool exponent_sign =
            (c == '+' || c == '-') && !hexadecimal && at > begin && migrate::lower(text[at - 1]) == 'e';
        if (!is_name_character(c) && c != '.' && !exponent_sign) break;
    }
    return at;
}

TENANTRY_DECL std::size_t sign_end(std::string_view text, std::size_t at) noexcept
{
    for (const std::string_view sign : {"->>", "||", "->", "<=", ">=", "<>", "!=", "==", "<<", ">>"})
        if (text.substr(at, sign.size()) == sign) return at + sign.size();
    return at + 1;
}

} // namespace tenantry::detail

namespace tenantry::migrate {

TENANTRY_DECL std::vector<SqlToken> sql_tokens(std::string_view text)
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
        } else if (detail::is_name_character(c)) {
            kind = Kind::word;
            while (end < text.size() && detail::is_name_character(text[end])) ++end;
        } else if (c == '?' || c == ':' || c == '@') {
            kind = Kind::parameter;
            for (++end; end < text.size() && detail::is_name_character(text[end]);) ++end;
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

TENANTRY_DECL bool is_name(const SqlToken& token) noexcept
{
    // SQLite takes a text in quotes for a name, where only a name can stand.
    return token.kind == SqlToken::Kind::word || token.kind == SqlToken::Kind::quoted ||
           token.kind == SqlToken::Kind::text;
}

TENANTRY_DECL std::size_t group_size(SqlTokens tokens) noexcept
{
    std::size_t depth = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (is_sign(tokens[i], "(")) ++depth;
        if (is_sign(tokens[i], ")") && --depth == 0) return i + 1;
    }
    return tokens.size();
}

TENANTRY_DECL SqlTokens without_parentheses(SqlTokens tokens) noexcept
{
    while (tokens.size() > 2 && is_sign(tokens.front(), "(") && group_size(tokens) == tokens.size())
        tokens = tokens.subspan(1, tokens.size() - 2);
    return tokens;
}

TENANTRY_DECL std::string normal_text(SqlTokens tokens)
{
    std::string text;
    for (const SqlToken& token : tokens) {
        if (!text.empty()) text += ' ';
        const bool plain = token.kind == SqlToken::Kind::quoted && !token.value.empty() &&
                           !detail::is_digit(token.value.front()) &&
                           std::ranges::all_of(token.value, detail::is_name_character);
        if (token.kind == SqlToken::Kind::quoted)
            text += plain ? lowered(token.value) : quoted_name(lowered(token.value));
        else
            text += token.value;
    }
    return text;
}

TENANTRY_DECL bool mentions(SqlTokens tokens, std::string_view name) noexcept
{
    return std::ranges::any_of(
        tokens, [&](const SqlToken& token) { return is_name(token) && same_name(token.value, name); });
}

} // namespace tenantry::migrate
