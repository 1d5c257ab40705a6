// The few file operations that must be durable, private and say what went wrong.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/core/error.hpp>

namespace tenantry::detail {

/// The error of a failed system call: `"creating '/srv/x': No space left on device"`.
[[nodiscard]] inline Error system_error(int number, std::string_view doing, const std::filesystem::path& path)
{
    std::string message(doing);
    message.append(" '").append(path.string()).append("': ");
    message.append(system_text(number));
    const bool full = number == ENOSPC || number == EDQUOT;
    return Error(full ? errc::disk_full : errc::io_error, std::move(message));
}

/// What `call()` gives, a system call that has failed where that is -1; made again where a signal has interrupted it. For
/// calls that a signal leaves undone. (`close` is none: its descriptor is free nevertheless.)
template <class Call>
[[nodiscard]] auto uninterrupted(Call call) noexcept -> decltype(call())
{
    for (;;) {
        const auto result = call();
        if (result != -1 || errno != EINTR) return result;
    }
}

/// `open(2)`.
[[nodiscard]] inline int open_file(const char* path, int flags, mode_t mode = 0) noexcept
{
    return uninterrupted([&] { return ::open(path, flags, mode); });
}

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }

    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

/// A directory that is open. What is in it is found without another way through the directories above, and is in this
/// one even if another has taken its name.
class OpenDirectory {
public:
    /// False where it could not be opened.
    explicit OpenDirectory(std::filesystem::path path)
        : path_(std::move(path)), descriptor_(open_file(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    {
        if (!descriptor_) failed_ = errno;
    }

    [[nodiscard]] explicit operator bool() const noexcept { return failed_ == 0; }
    [[nodiscard]] bool missing() const noexcept { return failed_ == ENOENT; }
    [[nodiscard]] Error error() const { return system_error(failed_, "opening directory", path_); }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] int number() const noexcept { return descriptor_.number(); }

    /// Makes the names in it durable: what was created, renamed or removed in it stays so after a crash.
    [[nodiscard]] Result<void> sync() const
    {
        if (uninterrupted([&] { return ::fsync(number()); }) != 0)
            return fail(system_error(errno, "syncing directory", path_));
        return {};
    }

private:
    std::filesystem::path path_;
    Descriptor descriptor_;
    int failed_ = 0;
};

/// What came of locking a directory.
enum class DirectoryLock {
    taken,       ///< until it is closed, or the process ends
    in_use,      ///< somebody else has it, here or in another process
    unsupported, ///< the file system has no such locks on directories
};

/// Locks a directory that is open, for making or removing it; does not wait. The lock is of the open directory
/// (https://man7.org/linux/man-pages/man2/flock.2.html), whatever it is renamed to, and keeps nobody from what is in it.
[[nodiscard]] inline DirectoryLock try_lock(const OpenDirectory& directory) noexcept
{
    while (::flock(directory.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        return errno == EWOULDBLOCK ? DirectoryLock::in_use : DirectoryLock::unsupported;
    }
    return DirectoryLock::taken;
}

/// `OpenDirectory::sync` of one that is not open.
[[nodiscard]] inline Result<void> sync_directory(const std::filesystem::path& path)
{
    const OpenDirectory directory(path);
    if (!directory) return fail(directory.error());
    return directory.sync();
}

/// Creates a directory that only its owner may enter. True: it is new; false: it was there.
[[nodiscard]] inline Result<bool> make_private_directory(const std::filesystem::path& directory)
{
    if (::mkdir(directory.c_str(), 0700) == 0) return true;
    const int number = errno;
    std::error_code unknown;
    if (number == EEXIST && std::filesystem::is_directory(directory, unknown)) return false;
    return fail(system_error(number, "creating directory", directory));
}

/// Makes durable what is in an open file. Its path is for the message.
[[nodiscard]] inline Result<void> sync_file(const Descriptor& file, const std::filesystem::path& path)
{
    if (uninterrupted([&] { return ::fsync(file.number()); }) != 0)
        return fail(system_error(errno, "syncing", path));
    return {};
}

/// Has the system write to the disk what is in an open file, and does not wait for it: `sync_file` finds the most of it
/// done. A hint, and nothing is durable by it. An error of the disk is kept for `sync_file`, which reports it.
inline void begin_sync([[maybe_unused]] const Descriptor& file) noexcept
{
#ifdef SYNC_FILE_RANGE_WRITE // Linux alone has it (https://man7.org/linux/man-pages/man2/sync_file_range.2.html)
    (void)::sync_file_range(file.number(), 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

/// Writes a new file that only its owner may read. Durable once what is returned was synced. The file must not exist.
[[nodiscard]] inline Result<Descriptor> make_file(const OpenDirectory& directory,
                                                  const std::filesystem::path& name,
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

/// Which file it is, whatever it is called: no other file has the same while this one exists or is open.
struct FileIdentity {
    dev_t device{};
    ino_t number{};

    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// What looking a file up by its name has found.
struct FoundFile {
    std::optional<FileIdentity> identity{}; ///< none: there is no such file, or it could not be looked up
    off_t size = 0;
    int failed = 0; ///< why it could not be looked up, so that nothing is known of it; 0: it could

    [[nodiscard]] bool missing() const noexcept { return !identity && failed == 0; }
};

/// The file under this name now. Does not open it.
[[nodiscard]] inline FoundFile find_file(const char* path) noexcept
{
    struct stat found{};
    if (::lstat(path, &found) == 0)
        return {.identity = FileIdentity{found.st_dev, found.st_ino}, .size = found.st_size};
    return {.failed = errno == ENOENT || errno == ENOTDIR ? 0 : errno};
}

/// The file under this name now, if there is one that can be found. Does not open it.
[[nodiscard]] inline std::optional<FileIdentity> file_identity(const std::filesystem::path& path)
{
    return find_file(path.c_str()).identity;
}

/// What a small file holds; `missing` where there is no such file.
struct FileContents {
    bool missing = false;
    std::string text{};
};

/// Reads a file of at most `limit` bytes. Not for databases: only SQLite opens those.
[[nodiscard]] inline Result<FileContents> read_small_file(const std::filesystem::path& path,
                                                          std::size_t limit = 4096)
{
    const Descriptor file(open_file(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
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
