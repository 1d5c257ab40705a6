// Numbers, sizes, times and names as people read them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <tenantry/core/timestamp.hpp>

namespace slots {

/// 1234567 is 1,234,567
[[nodiscard]] inline std::string grouped(std::int64_t number)
{
    std::string text = std::to_string(number);
    const std::size_t sign = number < 0 ? 1 : 0;
    for (std::size_t at = text.size(); at > sign + 3;) text.insert(at -= 3, 1, ',');
    return text;
}

/// `counted(1, "tenant")` is "1 tenant", and of 2 "2 tenants"
[[nodiscard]] inline std::string counted(std::int64_t number, std::string_view noun)
{
    return grouped(number).append(" ").append(noun).append(number == 1 ? "" : "s");
}

/// With one digit behind the point: 2.4
[[nodiscard]] inline std::string with_tenths(double number)
{
    const auto tenths = static_cast<std::int64_t>(number * 10 + 0.5);
    return grouped(tenths / 10) + '.' + static_cast<char>('0' + tenths % 10);
}

/// 1536 is 1.5 KiB
[[nodiscard]] inline std::string human_size(std::uintmax_t bytes)
{
    constexpr std::array<std::string_view, 5> units{" B", " KiB", " MiB", " GiB", " TiB"};
    if (bytes < 1024) return std::to_string(bytes).append(units[0]);
    auto size = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; size >= 1023.95 && unit + 1 < units.size(); ++unit) size /= 1024;
    return with_tenths(size).append(units[unit]);
}

/// 42 of 1000 is 4.2%
[[nodiscard]] inline std::string percent(std::int64_t part, std::int64_t whole)
{
    return whole == 0 ? "-"
                      : with_tenths(100.0 * static_cast<double>(part) / static_cast<double>(whole)) + '%';
}

[[nodiscard]] inline std::string digits(std::int64_t number, std::size_t width)
{
    std::string text = std::to_string(number);
    if (text.size() < width) text.insert(0, width - text.size(), '0');
    return text;
}

/// 2024-03-28, in UTC
[[nodiscard]] inline std::string date(tenantry::Timestamp time)
{
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
    return digits(static_cast<int>(day.year()), 4) + '-' + digits(static_cast<unsigned>(day.month()), 2) +
           '-' + digits(static_cast<unsigned>(day.day()), 2);
}

/// 2024-03-28 17:40:11, in UTC
[[nodiscard]] inline std::string date_and_time(tenantry::Timestamp time)
{
    using namespace std::chrono;
    const hh_mm_ss clock(floor<seconds>(time - floor<days>(time)));
    return date(time) + ' ' + digits(clock.hours().count(), 2) + ':' + digits(clock.minutes().count(), 2) +
           ':' + digits(clock.seconds().count(), 2);
}

/// The places a text takes on a terminal: one for each code point of UTF-8.
[[nodiscard]] inline std::size_t width(std::string_view text)
{
    std::size_t places = 0;
    for (const char c : text) places += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return places;
}

/// What came from outside, made fit for a terminal: control characters do nothing there, and it is at most `places` wide.
[[nodiscard]] inline std::string printable(std::string_view text, std::size_t places)
{
    const bool fits = width(text) <= places;
    std::string shown;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        taken += (byte & 0xC0) != 0x80;
        if (!fits && taken > places - 3) return shown + "...";
        const bool control =
            byte < 0x20 || byte == 0x7F || // and U+0080 to U+009F, in two bytes
            (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0);
        if (control && byte == 0xC2) ++i;
        shown += control ? '?' : text[i];
    }
    return shown;
}

} // namespace slots
