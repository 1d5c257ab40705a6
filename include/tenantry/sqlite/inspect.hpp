// Reads a database file that belongs to others, so that nothing beside it is made or changed.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/profile.hpp>

namespace tenantry::detail {

// What lies under a database's name and beside it. No file is opened for that: closing it would drop the locks that SQLite has
// in this process.
class FilesOfDatabase {
public:
    explicit FilesOfDatabase(const std::filesystem::path& path)
        : main_(path.native()),
          log_(path.native() + "-wal"),
          index_(path.native() + "-shm"),
          journal_(path.native() + "-journal")
    {}

    // How it can be read without leaving anything.
    [[nodiscard]] sqlite::OpenMode mode() const noexcept;

    [[nodiscard]] bool log_is_empty() const noexcept { return log_.identity && log_.size == 0; }

    friend bool operator==(const FilesOfDatabase&, const FilesOfDatabase&) = default;

private:
    struct File {
        explicit File(const std::string& path);
        friend bool operator==(const File&, const File&) = default;

        std::optional<FileIdentity> identity{}; // none: there is no such file
        off_t size = 0;
        std::chrono::nanoseconds modified{};
    };

    File main_;
    File log_;
    File index_;
    File journal_;
};

[[nodiscard]] Result<sqlite::Connection> open_to_inspect(const std::filesystem::path& path,
                                                         const FilesOfDatabase& files, sqlite::OpenMode mode,
                                                         const sqlite::Profile& profile);

} // namespace tenantry::detail

namespace tenantry::sqlite {

/// Opens the database at `path` for reading and gives what `use(Connection&)` makes of it, a `Result`. No file is made beside
/// it and none is changed, also where the file system is mounted for reading. It may be in use by others, but for a sole owner's
/// (`errc::busy`). `use` only reads, and is called again where somebody has begun to write meanwhile.
///
/// A database with a log and no index of it (a copy of one that was in use) is locked exclusively for that time; where it cannot
/// be written to, SQLite cannot read such a log, and says so. Errors: those of `Connection::open`, and what `use` says.
template <class Use>
[[nodiscard]] auto inspect(const std::filesystem::path& path, const Profile& profile, Use use)
    -> std::invoke_result_t<Use&, Connection&>
{
    for (int tries = 1;; ++tries) {
        const detail::FilesOfDatabase files(path);
        constexpr int most = 3;
        // Others open and close it all the time: with locks, and whatever SQLite makes for them.
        const OpenMode mode = tries <= most ? files.mode() : OpenMode::read_only;
        auto opened = detail::open_to_inspect(path, files, mode, profile);
        if (!opened) return fail(std::move(opened).error());
        auto used = use(*opened);
        if (mode != OpenMode::immutable || detail::FilesOfDatabase(path) == files) return used;
    }
}

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/inspect.ipp>
#endif
