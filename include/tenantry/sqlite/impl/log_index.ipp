#pragma once

#include <tenantry/sqlite/detail/log_index.hpp>

namespace tenantry::detail {

TENANTRY_DECL std::optional<LogIndex> read_log_index(sqlite3_file* file) noexcept
{
    constexpr int region = 32768;
    constexpr std::uint32_t known = 3007000;
    constexpr std::size_t version_at = 0;
    constexpr std::size_t frames_at = 16;
    constexpr std::size_t written_back_at = 96;
    constexpr std::size_t attempted_at = 128;
    if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) return std::nullopt;
    volatile void* mapped = nullptr;
    if (file->pMethods->xShmMap(file, 0, region, 0, &mapped) != SQLITE_OK || mapped == nullptr)
        return std::nullopt;
    const auto number = [mapped](std::size_t at) -> std::uint32_t {
        return static_cast<const volatile std::uint32_t*>(mapped)[at / sizeof(std::uint32_t)];
    };
    if (number(version_at) != known) return std::nullopt;
    return LogIndex{.frames = number(frames_at),
                    .written_back = number(written_back_at),
                    .attempted = number(attempted_at)};
}

} // namespace tenantry::detail
