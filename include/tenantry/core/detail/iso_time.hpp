// Times as texts of ISO 8601, in the form of RFC 3339, and back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

// A point in time by its parts.
struct IsoTime {
    std::int64_t days = 0;       // since 1970-01-01
    std::int64_t second = 0;     // of the day
    std::int64_t nanosecond = 0; // of the second
};

// The texts have years of four digits.
inline constexpr std::int64_t first_iso_day = -719'528; // 0000-01-01
inline constexpr std::int64_t last_iso_day = 2'932'896; // 9999-12-31

/// `2024-05-01`. The day is from `first_iso_day` to `last_iso_day`.
[[nodiscard]] std::string iso_date(std::int64_t days);

/// `2024-05-01T12:30:00.250`, of so many digits (0 to 9) behind the second, with a `Z` for UTC.
[[nodiscard]] std::string iso_time(const IsoTime& time, int digits, bool utc);

/// nullopt for what is no date of the calendar in that form.
[[nodiscard]] std::optional<std::int64_t> read_iso_date(std::string_view text);

/// A date, `T`, a time of day with or without digits behind the second, and, if `zoned`, `Z` or an offset like `+02:00`, which
/// is counted in; otherwise nothing more. nullopt for all else: a leap second, 24:00, digits beyond the ninth that are not 0, what is of
/// no year from 0000 to 9999 in UTC.
[[nodiscard]] std::optional<IsoTime> read_iso_time(std::string_view text, bool zoned);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/core/impl/iso_time.ipp>
#endif
