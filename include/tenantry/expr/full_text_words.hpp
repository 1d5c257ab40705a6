// What a user typed into a search field as a query of FTS5: nothing in it is an operator.
#pragma once

#include <string>
#include <string_view>

namespace tenantry {

/// How the words of a search belong together.
enum class Words {
    all,    ///< each of them is in the row
    any,    ///< one of them is
    phrase, ///< all of them, one after the other
};

namespace detail {

constexpr bool is_word_space(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// `"it""s"` (https://sqlite.org/fts5.html#fts5_strings); a zero would end the query.
inline void append_quoted_word(std::string& query, std::string_view word)
{
    query += '"';
    for (const char c : word) {
        if (c == '\0') continue;
        query.append(c == '"' ? 2 : 1, c);
    }
    query += '"';
}

} // namespace detail

/// A query for `match(...)`. With `last_is_prefix` the last word is the beginning of one: for search as you type. An
/// input without words gives a query that finds nothing. Never fails, whatever was typed.
[[nodiscard]] inline std::string full_text_words(std::string_view input, Words how = Words::all,
                                                 bool last_is_prefix = false)
{
    std::string query;
    std::size_t at = 0;
    const auto next = [&] {
        while (at < input.size() && detail::is_word_space(input[at])) ++at;
        const std::size_t begin = at;
        while (at < input.size() && !detail::is_word_space(input[at])) ++at;
        return input.substr(begin, at - begin);
    };
    for (std::string_view word = next(); !word.empty(); word = next()) {
        if (!query.empty()) query += how == Words::any ? " OR " : how == Words::phrase ? " + " : " ";
        detail::append_quoted_word(query, word);
    }
    if (query.empty()) return "\"\"";
    if (last_is_prefix) query += " *";
    return query;
}

} // namespace tenantry
