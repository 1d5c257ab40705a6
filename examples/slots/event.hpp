// An event as it comes in: one record of the CSV input.
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema.hpp"

namespace slots {

inline constexpr std::array<std::string_view, 6> event_columns{"tenant", "at",     "actor",
                                                               "module", "action", "target"};

struct Event {
    std::string tenant;
    AuditLog row;
};

[[nodiscard]] inline std::string joined(const auto& texts)
{
    std::string text;
    for (const auto& part : texts) text.append(text.empty() ? "" : ",").append(part);
    return text;
}

/// The first record must name the columns, these and in this order.
[[nodiscard]] inline Result<void> check_header(const std::vector<std::string>& fields)
{
    if (std::equal(fields.begin(), fields.end(), event_columns.begin(), event_columns.end())) return {};
    return fail(errc::invalid_argument, "the first line must be the header '" + joined(event_columns) +
                                            "', and is '" + joined(fields) + "'");
}

/// Seconds since 1970, of the years 0 to 9999.
[[nodiscard]] inline Result<Timestamp> parse_time(std::string_view text)
{
    using namespace std::chrono;
    constexpr sys_seconds earliest = sys_days(year(0) / 1 / 1);
    constexpr sys_seconds latest = sys_days(year(10000) / 1 / 1) - seconds(1);
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc::invalid_argument || (error == std::errc() && end != text.data() + text.size()))
        return fail(errc::invalid_argument,
                    "'at' is not a number of seconds since 1970: '" + std::string(text) + "'");
    if (error != std::errc() || count < earliest.time_since_epoch().count() ||
        count > latest.time_since_epoch().count())
        return fail(errc::invalid_argument,
                    "'at' is beyond the years 0 to 9999: '" + std::string(text) + "'");
    return Timestamp(seconds(count));
}

/// `errc::invalid_argument` with what is wrong, `errc::invalid_tenant_id`. Actor and target may be empty.
[[nodiscard]] inline Result<Event> parse_event(const std::vector<std::string>& fields)
{
    if (fields.size() != event_columns.size())
        return fail(errc::invalid_argument, std::to_string(event_columns.size()) +
                                                " fields are expected, there are " +
                                                std::to_string(fields.size()));
    for (const auto& field : fields)
        if (field.find('\0') != std::string::npos)
            return fail(errc::invalid_argument, "a field holds a NUL byte");
    if (auto id = TenantId::parse(fields[0]); !id) return fail(std::move(id).error());
    auto time = parse_time(fields[1]);
    if (!time) return fail(std::move(time).error());
    if (fields[3].empty()) return fail(errc::invalid_argument, "'module' is empty");
    if (fields[4].empty()) return fail(errc::invalid_argument, "'action' is empty");

    Event event{.tenant = fields[0], .row = {}};
    event.row.timestamp = *time;
    event.row.module = fields[3];
    event.row.action = fields[4];
    if (!fields[2].empty()) event.row.actor = fields[2];
    if (!fields[5].empty()) event.row.target = fields[5];
    return event;
}

} // namespace slots
