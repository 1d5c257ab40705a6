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

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
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

/// Makes names in the directory durable: what was created, renamed or removed in it stays so after a crash.
[[nodiscard]] inline Result<void> sync_directory(const std::filesystem::path& directory)
{
    const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file) return fail(system_error(errno, "opening directory", directory));
    if (::fsync(file.number()) != 0) return fail(system_error(errno, "syncing directory", directory));
    return {};
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

/// Writes a new file that only its owner may read, and makes its contents durable. The file must not exist.
[[nodiscard]] inline Result<void> write_new_file(const std::filesystem::path& path, std::string_view contents)
{
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return fail(system_error(errno, "creating", path));
    while (!contents.empty()) {
        const ssize_t written = ::write(file.number(), contents.data(), contents.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail(system_error(errno, "writing", path));
        contents.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.number()) != 0) return fail(system_error(errno, "syncing", path));
    return {};
}

/// Makes the contents of a file durable that nobody has open.
[[nodiscard]] inline Result<void> sync_file(const std::filesystem::path& path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file) return fail(system_error(errno, "opening", path));
    if (::fsync(file.number()) != 0) return fail(system_error(errno, "syncing", path));
    return {};
}

/// Which file it is, whatever it is called: no other file has the same while this one exists or is open.
struct FileIdentity {
    dev_t device{};
    ino_t number{};

    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// The file under this name now, if there is one. Does not open it.
[[nodiscard]] inline std::optional<FileIdentity> file_identity(const std::filesystem::path& path)
{
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return std::nullopt;
    return FileIdentity{found.st_dev, found.st_ino};
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
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file && (errno == ENOENT || errno == ENOTDIR)) return FileContents{.missing = true};
    if (!file) return fail(system_error(errno, "opening", path));
    FileContents contents;
    contents.text.resize(limit + 1);
    std::size_t size = 0;
    while (size < contents.text.size()) {
        const ssize_t got = ::read(file.number(), contents.text.data() + size, contents.text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error(errno, "reading", path));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > limit) return fail(errc::corrupt, "'" + path.string() + "' is larger than such a file can be");
    contents.text.resize(size);
    return contents;
}

} // namespace tenantry::detail
