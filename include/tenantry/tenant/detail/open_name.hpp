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
                                               const FileIdentity& file)
    {
        auto& names = shared();
        const std::lock_guard lock(names.mutex);
        auto& holders = names.open[database.native()];
        for (auto& holder : holders) {
            if (holder.file == file) {
                ++holder.count;
                return OpenName(database, &holder);
            }
            // One that is just being opened may still make the log.
            if (holder.is_open && holder.log != file_identity(log_of(database))) continue;
            return fail(errc::busy,
                        "'" + database.native() +
                            "' was replaced while this process has the file open that lay there before: it "
                            "can be opened once nobody uses that one any more");
        }
        holders.push_back({.file = file, .count = 1});
        return OpenName(database, &holders.back());
    }

    OpenName(OpenName&& other) noexcept
        : database_(std::move(other.database_)), holder_(std::exchange(other.holder_, nullptr))
    {}
    OpenName& operator=(OpenName&& other) noexcept
    {
        std::swap(database_, other.database_);
        std::swap(holder_, other.holder_);
        return *this;
    }
    ~OpenName() { release(); }

    /// The database is open, and its log is there, if it has one.
    void opened()
    {
        const auto log = file_identity(log_of(database_));
        const std::lock_guard lock(shared().mutex);
        holder_->log = log;
        holder_->is_open = true;
    }

    /// Everything that was opened is closed.
    void release() noexcept
    {
        if (holder_ == nullptr) return;
        auto& names = shared();
        const std::lock_guard lock(names.mutex);
        if (--holder_->count == 0) {
            const auto at = names.open.find(database_.native());
            at->second.remove_if([this](const Holder& each) { return &each == holder_; });
            if (at->second.empty()) names.open.erase(at);
        }
        holder_ = nullptr;
    }

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
    [[nodiscard]] static Names& shared()
    {
        static auto* const names = new Names;
        return *names;
    }

    std::filesystem::path database_;
    Holder* holder_; // nullptr: none
};

} // namespace tenantry::detail
