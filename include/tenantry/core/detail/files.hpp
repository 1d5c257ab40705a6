// The few file operations that must be durable, private and say what went wrong. All that the library asks of POSIX about files
// is here and in `core/detail/watched_directory.hpp`.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
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

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::detail {

/// The error of a failed system call: `"creating '/srv/x': No space left on device"`.
[[nodiscard]] Error system_error(int number, std::string_view doing, const std::filesystem::path& path);

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
[[nodiscard]] int open_file(const char* path, int flags, mode_t mode = 0) noexcept;

/// What a file is opened for.
enum class OpenFor {
    reading, ///< it is there
    writing, ///< it is made where it is missing
    making,  ///< it is made, and must be missing
};

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

/// Opens a file, by no symbolic link; what is made only its owner may read. Where it fails, there is no descriptor and `errno`
/// says why.
[[nodiscard]] Descriptor open_file(const std::filesystem::path& path, OpenFor purpose) noexcept;

/// A directory that is open. What is in it is found without another way through the directories above, and is in this
/// one even if another has taken its name.
class OpenDirectory {
public:
    /// False where it could not be opened.
    explicit OpenDirectory(std::filesystem::path path);

    [[nodiscard]] explicit operator bool() const noexcept { return failed_ == 0; }
    [[nodiscard]] bool missing() const noexcept { return failed_ == ENOENT; }
    [[nodiscard]] Error error() const { return system_error(failed_, "opening directory", path_); }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] int number() const noexcept { return descriptor_.number(); }

    /// Makes the names in it durable: what was created, renamed or removed in it stays so after a crash.
    [[nodiscard]] Result<void> sync() const;

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
[[nodiscard]] DirectoryLock try_lock(const OpenDirectory& directory) noexcept;

/// Locks a directory as `try_lock` does and waits until it is free; without a lock where there are none of this kind.
void wait_for_lock(const OpenDirectory& directory) noexcept;

/// Locks an open file, for itself or beside others that lock it shared; does not wait. The lock is of the open file, and ends
/// with it. 0, or what `errno` was: EWOULDBLOCK where somebody else's is in the way.
[[nodiscard]] int try_lock(const Descriptor& file, bool shared) noexcept;

void unlock(const Descriptor& file) noexcept;

/// Gives what is called `from`, a file or a directory of anywhere, the name `to` in an open directory, in one step. A file of
/// that name is replaced. 0, or what `errno` was.
[[nodiscard]] int move_into(const std::filesystem::path& from, const OpenDirectory& directory,
                            const std::string& to) noexcept;

/// The other way. 0, or what `errno` was.
[[nodiscard]] int move_out(const OpenDirectory& directory, const std::string& from,
                           const std::filesystem::path& to) noexcept;

/// Renames what is in an open directory, over a file that is there. 0, or what `errno` was.
[[nodiscard]] int rename_in(const OpenDirectory& directory, const std::string& from,
                            const std::string& to) noexcept;

/// Removes a file of an open directory, if it can.
void remove_from(const OpenDirectory& directory, const std::string& name) noexcept;

/// Gives a file a second name, which must be free. 0, or what `errno` was.
[[nodiscard]] int link_file(const std::filesystem::path& file, const std::filesystem::path& name) noexcept;

/// Whether this process may write to what is called so, a file or a directory: 0, or what `errno` was.
[[nodiscard]] int not_writable(const std::string& path) noexcept;

/// `OpenDirectory::sync` of one that is not open.
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& path);

/// Creates a directory that only its owner may enter. True: it is new; false: it was there.
[[nodiscard]] Result<bool> make_private_directory(const std::filesystem::path& directory);

/// Makes durable what is in an open file. Its path is for the message.
[[nodiscard]] Result<void> sync_file(const Descriptor& file, const std::filesystem::path& path);

/// Has the system write to the disk what is in an open file, and does not wait for it: `sync_file` finds the most of it
/// done. A hint, and nothing is durable by it. An error of the disk is kept for `sync_file`, which reports it.
inline void begin_sync([[maybe_unused]] const Descriptor& file) noexcept
{
#ifdef SYNC_FILE_RANGE_WRITE // Linux alone has it (https://man7.org/linux/man-pages/man2/sync_file_range.2.html)
    (void)::sync_file_range(file.number(), 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

/// Writes a new file that only its owner may read. Durable once what is returned was synced. The file must not exist.
[[nodiscard]] Result<Descriptor> make_file(const OpenDirectory& directory, const std::filesystem::path& name,
                                           std::string_view contents);

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
    std::chrono::nanoseconds modified{}; ///< since the epoch: when it was written to last
    std::chrono::nanoseconds changed{};  ///< the same, and when its names or rights were changed last
    int failed = 0; ///< why it could not be looked up, so that nothing is known of it; 0: it could

    [[nodiscard]] bool missing() const noexcept { return !identity && failed == 0; }
};

/// The file under this name now. Does not open it.
[[nodiscard]] FoundFile find_file(const char* path) noexcept;

/// The file under this name now, if there is one that can be found. Does not open it.
[[nodiscard]] inline std::optional<FileIdentity> file_identity(const std::filesystem::path& path)
{
    return find_file(path.c_str()).identity;
}

/// The same of a file that is open; nullopt: it cannot be found out, as `errno` says.
[[nodiscard]] std::optional<FileIdentity> identity_of(const Descriptor& file) noexcept;

/// In bytes, of what is called so, also by a symbolic link; nullopt where there is nothing, or the path is null.
[[nodiscard]] std::optional<std::uint64_t> size_of_file(const char* path) noexcept;

/// Reads up to `size` bytes from the beginning of an open file, wherever it stands. How many there were, -1: `errno` says why.
[[nodiscard]] std::ptrdiff_t read_beginning(const Descriptor& file, char* buffer, std::size_t size) noexcept;

/// What a small file holds; `missing` where there is no such file.
struct FileContents {
    bool missing = false;
    std::string text{};
};

/// Reads a file of at most `limit` bytes. Not for databases: only SQLite opens those.
[[nodiscard]] Result<FileContents> read_small_file(const std::filesystem::path& path,
                                                   std::size_t limit = 4096);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/core/impl/files.ipp>
#endif
