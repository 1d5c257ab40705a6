// The file descriptors this process has open.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace tenantry::test {

/// How many there are, those whose file's path holds `part` (all of them by default). Counts none that is opened for
/// the counting.
inline std::size_t open_descriptors(std::string_view part = {})
{
    std::size_t found = 0;
    for (const auto& link : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone; // the directory being listed, and what another thread has just closed
        const auto target = std::filesystem::read_symlink(link.path(), gone);
        if (gone || target.native().find("/proc/") == 0) continue;
        if (target.native().find(part) != std::string::npos) ++found;
    }
    return found;
}

} // namespace tenantry::test
