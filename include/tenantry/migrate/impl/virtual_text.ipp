#pragma once

#include <tenantry/migrate/detail/virtual_text.hpp>

namespace tenantry::migrate {

TENANTRY_DECL std::vector<std::string> optional_columns(std::string_view space)
{
    constexpr std::string_view begin = "/* tenantry: optional ";
    std::vector<std::string> names;
    const auto at = space.find(begin);
    if (at == std::string_view::npos) return names;
    space.remove_prefix(at + begin.size());
    for (auto end = space.find(' '); end != std::string_view::npos; end = space.find(' ')) {
        names.emplace_back(space.substr(0, end));
        space.remove_prefix(end + 1);
    }
    return names;
}

TENANTRY_DECL std::optional<VirtualText> parse_virtual(std::string_view sql)
{
    const std::vector<SqlToken> all = sql_tokens(sql);
    std::size_t at = 3;
    if (all.size() < 6 || !is_word(all[0], "create") || !is_word(all[1], "virtual") ||
        !is_word(all[2], "table"))
        return std::nullopt;
    if (is_word(all[at], "if")) at += 3;
    if (at + 1 < all.size() && is_sign(all[at + 1], ".")) at += 2;
    if (at + 2 >= all.size() || !is_word(all[at + 1], "using")) return std::nullopt;
    VirtualText found;
    found.name_begin = all[at].begin;
    found.name_end = all[at].end;
    found.optional = optional_columns(sql.substr(all[at].end, all[at + 1].begin - all[at].end));
    found.module = lowered(name_of(all[at + 2]));
    const SqlTokens arguments = SqlTokens(all).subspan(at + 3);
    found.normal = found.module + ' ' + normal_text(arguments);
    std::size_t depth = 0;
    for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
        if (is_sign(arguments[i], "(")) ++depth;
        if (is_sign(arguments[i], ")")) --depth;
        if (depth != 1 || !(is_sign(arguments[i], "(") || is_sign(arguments[i], ","))) continue;
        if (!is_name(arguments[i + 1])) continue;
        const bool is_option = i + 2 < arguments.size() && is_sign(arguments[i + 2], "=");
        const std::string name = name_of(arguments[i + 1]);
        if (!is_option)
            found.columns.push_back(name);
        else if (same_name(name, "content") && i + 3 < arguments.size())
            found.content = is_name(arguments[i + 3]) ? name_of(arguments[i + 3]) : std::string();
    }
    return found;
}

} // namespace tenantry::migrate
