#pragma once

#include <tenantry/sqlite/detail/database_file.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<void> create_file(const std::string& name)
{
    // Closed again before SQLite opens it: closing a descriptor later would drop SQLite's locks on the file.
    const std::filesystem::path path(name);
    if (open_file(path, OpenFor::making)) return {};
    return fail(system_error(errno, "creating", path));
}

TENANTRY_DECL std::string immutable_uri(const std::string& name)
{
    std::string uri = name.front() == '/' ? "file://" : "file:";
    for (const char c : name) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        if (c == '%' || c == '?' || c == '#')
            uri.append({'%', digits[byte >> 4U], digits[byte & 15U]});
        else
            uri += c;
    }
    return uri + "?immutable=1";
}

} // namespace tenantry::detail
