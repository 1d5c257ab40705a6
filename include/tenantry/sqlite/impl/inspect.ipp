#pragma once

#include <tenantry/sqlite/inspect.hpp>

namespace tenantry::sqlite::detail {

TENANTRY_DECL OpenMode FilesOfDatabase::mode() const noexcept
{
    if (!main_.there || journal_.size > 0) return OpenMode::read_only; // which takes locks, and makes no file
    if (!log_.there) return OpenMode::immutable;  // a process that had it open in WAL mode would have a log
    if (index_.there) return OpenMode::read_only; // all that SQLite would make is there
    return OpenMode::untouched;
}

TENANTRY_DECL FilesOfDatabase::File::File(const std::string& path)
{
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return;
    there = true;
    device = found.st_dev;
    number = found.st_ino;
    size = found.st_size;
    seconds = found.st_mtim.tv_sec;
    nanoseconds = found.st_mtim.tv_nsec;
}

TENANTRY_DECL Result<Connection> open_to_inspect(const std::filesystem::path& path,
                                                 const FilesOfDatabase& files, OpenMode mode,
                                                 const Profile& profile)
{
    auto opened = Connection::open(path, mode, profile);
    if (opened || mode != OpenMode::untouched || opened.error() == errc::busy) return opened;
    // It cannot be written to, as on a file system that is mounted for reading.
    return Connection::open(path, files.log_is_empty() ? OpenMode::immutable : OpenMode::read_only, profile);
}

} // namespace tenantry::sqlite::detail
