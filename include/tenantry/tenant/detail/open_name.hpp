// Which databases this process has open, by their names.
#pragma once

#include <cstddef>
#include <filesystem>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::detail {

/// The name of a database's write-ahead log.
[[nodiscard]] inline std::filesystem::path log_of(const std::filesystem::path& database)
{
    return database.native() + "-wal";
}

/// While it lives, no other file than the one that lay under the name when it was taken is opened under that name in this
/// process, as long as the log beside it is the same. SQLite tells connections of one process apart by the database's file,
/// and finds their log and shared memory by the name: connections to an old file and to one that was put in its place would
/// use one log without seeing each other's locks, and the second one to be opened would cut the shared memory under the
/// first, which ends the process. (Where the whole directory was replaced, the log was too.) Thread-safe.
class OpenName {
public:
    /// errc::busy while another file with the same log is open under the name.
    [[nodiscard]] static Result<OpenName> take(const std::filesystem::path& database,
                                               const FileIdentity& file);

    OpenName(OpenName&& other) noexcept
        : database_(std::move(other.database_)), holder_(std::exchange(other.holder_, nullptr))
    {}
    OpenName& operator=(OpenName&& other) noexcept;
    ~OpenName() { release(); }

    /// The database is open, and its log is there, if it has one.
    void opened();

    /// Everything that was opened is closed.
    void release() noexcept;

private:
    // All who have one file open under one name.
    struct Holder {
        FileIdentity file;
        std::size_t count = 0;
        bool is_open = false;
        std::optional<FileIdentity> log{};
    };
    struct Names {
        std::mutex mutex;
        std::unordered_map<std::string, std::list<Holder>> open;
    };

    OpenName(std::filesystem::path database, Holder* holder) noexcept
        : database_(std::move(database)), holder_(holder)
    {}

    // Never destroyed: fleets that are static may end later than it would.
    [[nodiscard]] static Names& shared();

    std::filesystem::path database_;
    Holder* holder_; // nullptr: none
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/open_name.ipp>
#endif
