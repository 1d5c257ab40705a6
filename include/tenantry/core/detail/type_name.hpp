// The name of a type as it is written in the source, for messages.
#pragma once

#include <string_view>

namespace tenantry::detail {

template <class T>
consteval std::string_view raw_type_name() noexcept
{
    return __PRETTY_FUNCTION__;
}

// `"AuditLog"` of `app::AuditLog`: without namespaces and enclosing classes, template arguments kept.
consteval std::string_view short_type_name(std::string_view text) noexcept
{
    // "... [T = app::AuditLog]" (clang), "... [with T = app::AuditLog; std::string_view = ...]" (gcc)
    const auto begin = text.find("T = ");
    if (begin == std::string_view::npos) return text;
    text.remove_prefix(begin + 4);
    if (const auto note = text.find("; std::string_view"); note != std::string_view::npos)
        text = text.substr(0, note);
    else if (!text.empty())
        text.remove_suffix(1);
    int depth = 0;
    for (std::size_t i = text.size(); i > 0; --i) {
        const char c = text[i - 1];
        if (c == '>' || c == ')' || c == '}') ++depth;
        if (c == '<' || c == '(' || c == '{') --depth;
        if (c == ':' && depth == 0) return text.substr(i);
    }
    return text;
}

template <class T>
struct TypeName {
    static constexpr std::string_view raw = short_type_name(raw_type_name<T>());
    static constexpr auto stored = [] {
        struct {
            char text[raw.size() + 1]{};
        } copy;
        for (std::size_t i = 0; i < raw.size(); ++i) copy.text[i] = raw[i];
        return copy;
    }();
};

template <class T>
[[nodiscard]] constexpr std::string_view type_name() noexcept
{
    return {TypeName<T>::stored.text, TypeName<T>::raw.size()};
}

} // namespace tenantry::detail
