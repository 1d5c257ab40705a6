// What a process leaves of a root when it is killed, and what a checkpoint leaves that is ended half-way.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace tenantry::test {

/// Copies the files of a root at which nothing happens now, as they would lie there after a kill: the shared memory is gone
/// with the processes, or made again by who comes first.
inline void copy_as_killed(const std::filesystem::path& from, const std::filesystem::path& to)
{
    namespace fs = std::filesystem;
    fs::remove_all(to);
    fs::create_directories(to);
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
        const auto target = to / fs::relative(entry.path(), from);
        if (entry.is_directory())
            fs::create_directories(target);
        else if (!entry.path().native().ends_with("-shm"))
            fs::copy_file(entry.path(), target);
    }
}

/// The pages that a database's write-ahead log holds (https://sqlite.org/fileformat2.html#the_write_ahead_log). Nobody has the
/// database open.
class LogPages {
public:
    explicit LogPages(std::filesystem::path database) : database_(std::move(database))
    {
        std::ifstream file(database_.native() + "-wal", std::ios::binary);
        const std::string log{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        if (log.size() <= header) return;
        size_ = number(log, 8);
        const auto salts = std::string_view(log).substr(16, 8);
        std::map<std::uint32_t, std::string> pending;
        for (std::size_t at = header; at + frame + size_ <= log.size(); at += frame + size_) {
            if (std::string_view(log).substr(at + 8, 8) != salts) break; // of the log before
            pending.insert_or_assign(number(log, at), log.substr(at + frame, size_));
            if (number(log, at + 4) == 0) continue;
            for (auto& [page, bytes] : pending) pages_.insert_or_assign(page, std::move(bytes));
            pending.clear();
        }
    }

    [[nodiscard]] std::size_t count() const noexcept { return pages_.size(); }

    /// Writes so many of them into the database, in the order in which a checkpoint does.
    void write_back(std::size_t pages) const
    {
        std::fstream file(database_, std::ios::binary | std::ios::in | std::ios::out);
        for (auto at = pages_.begin(); at != pages_.end() && pages != 0; ++at, --pages) {
            file.seekp(static_cast<std::streamoff>(at->first - 1) * static_cast<std::streamoff>(size_));
            file.write(at->second.data(), static_cast<std::streamsize>(at->second.size()));
        }
    }

private:
    static constexpr std::size_t header = 32;
    static constexpr std::size_t frame = 24;

    [[nodiscard]] static std::uint32_t number(std::string_view bytes, std::size_t at)
    {
        std::uint32_t value = 0;
        for (std::size_t n = at; n < at + 4; ++n) value = value << 8U | static_cast<unsigned char>(bytes[n]);
        return value;
    }

    std::filesystem::path database_;
    std::size_t size_ = 0;
    std::map<std::uint32_t, std::string> pages_;
};

} // namespace tenantry::test
