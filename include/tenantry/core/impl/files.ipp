#pragma once

#include <tenantry/core/detail/files.hpp>

#include <sys/file.h>

#include <tenantry/core/detail/last_change.hpp>

namespace tenantry::detail {

TENANTRY_DECL Error system_error(int number, std::string_view doing, const std::filesystem::path& path)
{
    std::string message(doing);
    message.append(" '").append(path.string()).append("': ");
    message.append(system_text(number));
    const bool full = number == ENOSPC || number == EDQUOT;
    return Error(full ? errc::disk_full : errc::io_error, std::move(message));
}

TENANTRY_DECL int open_file(const char* path, int flags, mode_t mode) noexcept
{
    return uninterrupted([&] { return ::open(path, flags, mode); });
}

TENANTRY_DECL Descriptor open_file(const std::filesystem::path& path, OpenFor purpose) noexcept
{
    const int how = purpose == OpenFor::reading   ? O_RDONLY
                    : purpose == OpenFor::writing ? O_RDWR | O_CREAT
                                                  : O_RDWR | O_CREAT | O_EXCL;
    return Descriptor(open_file(path.c_str(), how | O_NOFOLLOW | O_CLOEXEC, 0600));
}

TENANTRY_DECL OpenDirectory::OpenDirectory(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(open_file(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
{
    if (!descriptor_) failed_ = errno;
}

TENANTRY_DECL Result<void> OpenDirectory::sync() const
{
    if (uninterrupted([&] { return ::fsync(number()); }) != 0)
        return fail(system_error(errno, "syncing directory", path_));
    return {};
}

TENANTRY_DECL DirectoryLock try_lock(const OpenDirectory& directory) noexcept
{
    while (::flock(directory.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        return errno == EWOULDBLOCK ? DirectoryLock::in_use : DirectoryLock::unsupported;
    }
    return DirectoryLock::taken;
}

TENANTRY_DECL void wait_for_lock(const OpenDirectory& directory) noexcept
{
    (void)uninterrupted([&] { return ::flock(directory.number(), LOCK_EX); });
}

TENANTRY_DECL int try_lock(const Descriptor& file, bool shared) noexcept
{
    const int how = (shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
    return uninterrupted([&] { return ::flock(file.number(), how); }) == 0 ? 0 : errno;
}

TENANTRY_DECL void unlock(const Descriptor& file) noexcept { ::flock(file.number(), LOCK_UN); }

TENANTRY_DECL int move_into(const std::filesystem::path& from, const OpenDirectory& directory,
                            const std::string& to) noexcept
{
    return ::renameat(AT_FDCWD, from.c_str(), directory.number(), to.c_str()) == 0 ? 0 : errno;
}

TENANTRY_DECL int move_out(const OpenDirectory& directory, const std::string& from,
                           const std::filesystem::path& to) noexcept
{
    return ::renameat(directory.number(), from.c_str(), AT_FDCWD, to.c_str()) == 0 ? 0 : errno;
}

TENANTRY_DECL int rename_in(const OpenDirectory& directory, const std::string& from,
                            const std::string& to) noexcept
{
    return ::renameat(directory.number(), from.c_str(), directory.number(), to.c_str()) == 0 ? 0 : errno;
}

TENANTRY_DECL void remove_from(const OpenDirectory& directory, const std::string& name) noexcept
{
    (void)::unlinkat(directory.number(), name.c_str(), 0);
}

TENANTRY_DECL int link_file(const std::filesystem::path& file, const std::filesystem::path& name) noexcept
{
    return ::link(file.c_str(), name.c_str()) == 0 ? 0 : errno;
}

TENANTRY_DECL int not_writable(const std::string& path) noexcept
{
    return ::access(path.c_str(), W_OK) == 0 ? 0 : errno;
}

TENANTRY_DECL Result<void> sync_directory(const std::filesystem::path& path)
{
    const OpenDirectory directory(path);
    if (!directory) return fail(directory.error());
    return directory.sync();
}

TENANTRY_DECL Result<bool> make_private_directory(const std::filesystem::path& directory)
{
    if (::mkdir(directory.c_str(), 0700) == 0) return true;
    const int number = errno;
    std::error_code unknown;
    if (number == EEXIST && std::filesystem::is_directory(directory, unknown)) return false;
    return fail(system_error(number, "creating directory", directory));
}

TENANTRY_DECL Result<void> sync_file(const Descriptor& file, const std::filesystem::path& path)
{
    if (uninterrupted([&] { return ::fsync(file.number()); }) != 0)
        return fail(system_error(errno, "syncing", path));
    return {};
}

TENANTRY_DECL Result<Descriptor> make_file(const OpenDirectory& directory, const std::filesystem::path& name,
                                           std::string_view contents)
{
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Descriptor file(uninterrupted([&] { return ::openat(directory.number(), name.c_str(), flags, 0600); }));
    if (!file) return fail(system_error(errno, "creating", directory.path() / name));
    while (!contents.empty()) {
        const ssize_t written =
            uninterrupted([&] { return ::write(file.number(), contents.data(), contents.size()); });
        if (written < 0) return fail(system_error(errno, "writing", directory.path() / name));
        contents.remove_prefix(static_cast<std::size_t>(written));
    }
    return file;
}

TENANTRY_DECL FoundFile find_file(const char* path) noexcept
{
    struct stat found{};
    if (::lstat(path, &found) != 0) return {.failed = errno == ENOENT || errno == ENOTDIR ? 0 : errno};
#if defined(__APPLE__)
    const timespec modified = found.st_mtimespec;
    const timespec changed = found.st_ctimespec;
#else
    const timespec modified = found.st_mtim;
    const timespec changed = found.st_ctim;
#endif
    return {.identity = FileIdentity{found.st_dev, found.st_ino},
            .size = found.st_size,
            .modified = change_time(modified),
            .changed = change_time(changed)};
}

TENANTRY_DECL std::optional<FileIdentity> identity_of(const Descriptor& file) noexcept
{
    struct stat found{};
    if (::fstat(file.number(), &found) != 0) return std::nullopt;
    return FileIdentity{found.st_dev, found.st_ino};
}

TENANTRY_DECL std::optional<std::uint64_t> size_of_file(const char* path) noexcept
{
    struct stat found{};
    if (path == nullptr || ::stat(path, &found) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(found.st_size);
}

TENANTRY_DECL std::ptrdiff_t read_beginning(const Descriptor& file, char* buffer, std::size_t size) noexcept
{
    return uninterrupted([&] { return ::pread(file.number(), buffer, size, 0); });
}

TENANTRY_DECL Result<FileContents> read_small_file(const std::filesystem::path& path, std::size_t limit)
{
    const Descriptor file = open_file(path, OpenFor::reading);
    if (!file && (errno == ENOENT || errno == ENOTDIR)) return FileContents{.missing = true};
    if (!file) return fail(system_error(errno, "opening", path));
    FileContents contents;
    contents.text.resize(limit + 1);
    std::size_t size = 0;
    while (size < contents.text.size()) {
        const ssize_t got = uninterrupted(
            [&] { return ::read(file.number(), contents.text.data() + size, contents.text.size() - size); });
        if (got < 0) return fail(system_error(errno, "reading", path));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > limit) return fail(errc::corrupt, "'" + path.string() + "' is larger than such a file can be");
    contents.text.resize(size);
    return contents;
}

} // namespace tenantry::detail
