// What is in a directory, and what this process has open, as lines that can be compared.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace tenantry::test {

/// Everything below `directory`, sorted: path, kind and mode, inode, size and time of the last change. Follows no link
/// and opens no file.
inline std::vector<std::string> listing(const std::filesystem::path& directory)
{
    std::vector<std::string> lines;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        struct stat is{};
        if (::lstat(entry.path().c_str(), &is) != 0) continue;
        char facts[128];
        std::snprintf(facts, sizeof facts, " %o %llu %lld %lld.%09ld", static_cast<unsigned>(is.st_mode),
                      static_cast<unsigned long long>(is.st_ino), static_cast<long long>(is.st_size),
                      static_cast<long long>(is.st_mtim.tv_sec), is.st_mtim.tv_nsec);
        lines.push_back(entry.path().lexically_relative(directory).string() + facts);
    }
    std::ranges::sort(lines);
    return lines;
}

/// The paths alone of everything below `directory`, sorted.
inline std::vector<std::string> names_below(const std::filesystem::path& directory)
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
        names.push_back(entry.path().lexically_relative(directory).string());
    std::ranges::sort(names);
    return names;
}

/// What this process's descriptors stand for, sorted.
inline std::vector<std::string> descriptor_targets()
{
    std::vector<std::string> targets;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone; // the descriptor that reads this directory
        const auto target = std::filesystem::read_symlink(entry.path(), gone);
        if (!gone && !target.string().ends_with("/fd")) targets.push_back(target.string());
    }
    std::ranges::sort(targets);
    return targets;
}

/// The permission bits, without following a link.
inline unsigned mode_of(const std::filesystem::path& path)
{
    return static_cast<unsigned>(std::filesystem::symlink_status(path).permissions());
}

} // namespace tenantry::test
