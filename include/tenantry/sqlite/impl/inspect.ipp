#pragma once

#include <tenantry/sqlite/inspect.hpp>

namespace tenantry::detail {

TENANTRY_DECL sqlite::OpenMode FilesOfDatabase::mode() const noexcept
{
    if (!main_.identity || journal_.size > 0)
        return sqlite::OpenMode::read_only; // which takes locks, and makes no file
    if (!log_.identity)
        return sqlite::OpenMode::immutable; // a process that had it open in WAL mode would have a log
    if (index_.identity) return sqlite::OpenMode::read_only; // all that SQLite would make is there
    return sqlite::OpenMode::untouched;
}

TENANTRY_DECL FilesOfDatabase::File::File(const std::string& path)
{
    const FoundFile found = find_file(path.c_str());
    identity = found.identity;
    size = found.size;
    modified = found.modified;
}

TENANTRY_DECL Result<sqlite::Connection> open_to_inspect(const std::filesystem::path& path,
                                                         const FilesOfDatabase& files, sqlite::OpenMode mode,
                                                         const sqlite::Profile& profile)
{
    auto opened = sqlite::Connection::open(path, mode, profile);
    if (opened || mode != sqlite::OpenMode::untouched || opened.error() == errc::busy) return opened;
    // It cannot be written to, as on a file system that is mounted for reading.
    return sqlite::Connection::open(
        path, files.log_is_empty() ? sqlite::OpenMode::immutable : sqlite::OpenMode::read_only, profile);
}

} // namespace tenantry::detail
