// The file of a database, as the system and SQLite name it, apart from any connection.
#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/core/error.hpp>

namespace tenantry::sqlite::detail {

// Of a write-ahead log (https://sqlite.org/fileformat2.html#the_write_ahead_log): one that is no longer holds nothing.
inline constexpr std::uint64_t log_header_bytes = 32;

// Makes an empty file, which must not be there yet.
[[nodiscard]] inline Result<void> create_file(const std::string& name)
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

// Of a file, in bytes; nullopt where there is none.
[[nodiscard]] inline std::optional<std::uint64_t> size_of_file(const char* name) noexcept
{
    struct stat found{};
    if (name == nullptr || ::stat(name, &found) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(found.st_size);
}

// A name for SQLITE_OPEN_URI (https://sqlite.org/uri.html) of a file that nobody changes.
[[nodiscard]] inline std::string immutable_uri(const std::string& name)
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

} // namespace tenantry::sqlite::detail
