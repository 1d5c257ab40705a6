#pragma once

#include <tenantry/sqlite/detail/database_file.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<void> create_file(const std::string& name)
{
    const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        const int why = errno;
        const errc kind = why == ENOSPC || why == EDQUOT ? errc::disk_full : errc::io_error;
        return fail(kind, "creating '" + name + "': " + std::generic_category().message(why));
    }
    // Before SQLite opens it: closing a descriptor later would drop SQLite's locks on the file.
    ::close(descriptor);
    return {};
}

TENANTRY_DECL std::optional<std::uint64_t> size_of_file(const char* name) noexcept
{
    struct stat found{};
    if (name == nullptr || ::stat(name, &found) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(found.st_size);
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
