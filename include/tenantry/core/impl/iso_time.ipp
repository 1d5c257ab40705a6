#pragma once

#include <cstddef>

#include <tenantry/core/detail/iso_time.hpp>

namespace tenantry::detail {

TENANTRY_DECL void put_digits(std::string& to, std::int64_t value, int digits)
{
    const std::size_t begin = to.size();
    to.append(static_cast<std::size_t>(digits), '0');
    for (std::size_t at = to.size(); at > begin; value /= 10) to[--at] = static_cast<char>('0' + value % 10);
}

// So many digits at the beginning, which are taken away; -1 if there are none.
TENANTRY_DECL std::int64_t take_digits(std::string_view& text, std::size_t digits)
{
    if (text.size() < digits) return -1;
    std::int64_t value = 0;
    for (const char digit : text.substr(0, digits)) {
        if (digit < '0' || digit > '9') return -1;
        value = value * 10 + (digit - '0');
    }
    text.remove_prefix(digits);
    return value;
}

TENANTRY_DECL bool take_character(std::string_view& text, char wanted)
{
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

TENANTRY_DECL std::optional<std::int64_t> take_date(std::string_view& text)
{
    const std::int64_t year = take_digits(text, 4);
    if (year < 0 || !take_character(text, '-')) return std::nullopt;
    const std::int64_t month = take_digits(text, 2);
    if (month < 0 || !take_character(text, '-')) return std::nullopt;
    const std::int64_t day = take_digits(text, 2);
    if (day < 0) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date).time_since_epoch().count();
}

// The offset of a time from UTC in seconds: `Z`, or `+02:00`.
TENANTRY_DECL std::optional<std::int64_t> take_offset(std::string_view& text)
{
    if (take_character(text, 'Z') || take_character(text, 'z')) return 0;
    const bool west = take_character(text, '-');
    if (!west && !take_character(text, '+')) return std::nullopt;
    const std::int64_t hours = take_digits(text, 2);
    if (hours < 0 || hours > 23 || !take_character(text, ':')) return std::nullopt;
    const std::int64_t minutes = take_digits(text, 2);
    if (minutes < 0 || minutes > 59) return std::nullopt;
    const std::int64_t seconds = (hours * 60 + minutes) * 60;
    return west ? -seconds : seconds;
}

TENANTRY_DECL std::string iso_date(std::int64_t days)
{
    const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::days(static_cast<int>(days))));
    std::string text;
    put_digits(text, static_cast<int>(date.year()), 4);
    text.push_back('-');
    put_digits(text, static_cast<unsigned>(date.month()), 2);
    text.push_back('-');
    put_digits(text, static_cast<unsigned>(date.day()), 2);
    return text;
}

TENANTRY_DECL std::string iso_time(const IsoTime& time, int digits, bool utc)
{
    std::string text = iso_date(time.days);
    text.push_back('T');
    put_digits(text, time.second / 3600, 2);
    text.push_back(':');
    put_digits(text, time.second / 60 % 60, 2);
    text.push_back(':');
    put_digits(text, time.second % 60, 2);
    if (digits > 0) {
        text.push_back('.');
        put_digits(text, time.nanosecond, 9);
        text.resize(text.size() - static_cast<std::size_t>(9 - digits));
    }
    if (utc) text.push_back('Z');
    return text;
}

TENANTRY_DECL std::optional<std::int64_t> read_iso_date(std::string_view text)
{
    const auto days = take_date(text);
    return text.empty() ? days : std::nullopt;
}

TENANTRY_DECL std::optional<IsoTime> read_iso_time(std::string_view text, bool zoned)
{
    const auto days = take_date(text);
    if (!days || !(take_character(text, 'T') || take_character(text, 't'))) return std::nullopt;
    const std::int64_t hour = take_digits(text, 2);
    if (hour < 0 || hour > 23 || !take_character(text, ':')) return std::nullopt;
    const std::int64_t minute = take_digits(text, 2);
    if (minute < 0 || minute > 59 || !take_character(text, ':')) return std::nullopt;
    const std::int64_t second = take_digits(text, 2);
    if (second < 0 || second > 59) return std::nullopt;
    IsoTime time{*days, (hour * 60 + minute) * 60 + second, 0};
    if (take_character(text, '.')) {
        std::int64_t unit = 1'000'000'000;
        bool any = false;
        for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
            any = true;
            unit /= 10;
            if (unit == 0 && text.front() != '0') return std::nullopt;
            time.nanosecond += unit * (text.front() - '0');
        }
        if (!any) return std::nullopt;
    }
    if (zoned) {
        const auto offset = take_offset(text);
        if (!offset) return std::nullopt;
        constexpr std::int64_t day = 86'400;
        time.second -= *offset;
        if (time.second < 0) {
            time.second += day;
            --time.days;
        } else if (time.second >= day) {
            time.second -= day;
            ++time.days;
        }
        // In UTC it may be of another year, for which there is no text.
        if (time.days < first_iso_day || time.days > last_iso_day) return std::nullopt;
    }
    if (!text.empty()) return std::nullopt;
    return time;
}

} // namespace tenantry::detail
