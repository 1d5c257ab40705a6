#pragma once

#include <tenantry/migrate/detail/index_text.hpp>

namespace tenantry::migrate {

TENANTRY_DECL std::optional<IndexText> parse_index(std::string_view sql)
{
    const std::vector<SqlToken> all = sql_tokens(sql);
    SqlTokens rest = all;
    auto word = [&rest](std::string_view text) {
        if (rest.empty() || !is_word(rest.front(), text)) return false;
        rest = rest.subspan(1);
        return true;
    };
    IndexText index;
    if (!word("create")) return std::nullopt;
    index.unique = word("unique");
    if (!word("index")) return std::nullopt;
    if (word("if") && !(word("not") && word("exists"))) return std::nullopt;
    if (rest.size() > 2 && is_sign(rest[1], ".")) rest = rest.subspan(2);
    if (rest.size() < 5 || !is_word(rest[1], "on")) return std::nullopt;
    index.table = name_of(rest[2]);
    rest = rest.subspan(3);
    const std::size_t size = group_size(rest);
    SqlTokens list = rest.subspan(1, size - 2);
    rest = rest.subspan(size);
    std::string columns;
    std::size_t depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= list.size(); ++i) {
        if (i < list.size() && is_sign(list[i], "(")) ++depth;
        if (i < list.size() && is_sign(list[i], ")")) --depth;
        if (i < list.size() && (depth != 0 || !is_sign(list[i], ","))) continue;
        SqlTokens part = list.subspan(begin, i - begin);
        begin = i + 1;
        bool descending = false;
        if (!part.empty() && (is_word(part.back(), "asc") || is_word(part.back(), "desc"))) {
            descending = is_word(part.back(), "desc");
            part = part.first(part.size() - 1);
        }
        index.parts.emplace_back(written(sql, part));
        columns += ", " + normal_text(without_parentheses(part)) + (descending ? " desc" : "");
    }
    if (word("where")) index.where = written(sql, rest);
    index.normal = (index.unique ? "unique on " : "on ") + lowered(quoted_name(index.table)) + columns +
                   (index.where.empty() ? std::string() : " where " + normal_text(without_parentheses(rest)));
    return index;
}

} // namespace tenantry::migrate
