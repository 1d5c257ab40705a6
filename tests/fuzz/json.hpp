// Texts that come as JSON: each is refused with a message for whoever sent it, or what was read is written, and read as the
// same again.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/uuid/uuid.hpp>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/detail/utf8.hpp>
#include <tenantry/core/timestamp.hpp>
#include <tenantry/json.hpp>
#include <tenantry/query/patch.hpp>

#include "fuzz/target.hpp"

namespace fuzz {

namespace documents {

using namespace tenantry;

enum class State { open, closed, gone };

struct User {
    Id<User> id{};
};
struct Ticket {
    Id<Ticket> id{};
    Id<User> reporter{};
    std::optional<Id<User>> assignee{};
    std::string title{};
    State state{};
    bool done{};
    std::int8_t small{};
    std::int64_t large{};
    std::uint64_t natural{};
    double real{};
    float single{};
    Timestamp at{};
    std::chrono::sys_time<std::chrono::nanoseconds> exact{};
    std::chrono::local_seconds local{};
    std::chrono::sys_days day{};
    std::chrono::year_month_day date = std::chrono::year(2024) / 2 / 29;
    std::chrono::minutes took{};
    std::filesystem::path file{};
    std::vector<std::byte> bytes{};
    std::array<std::byte, 3> three{};
    boost::uuids::uuid uuid{};
    std::optional<std::int64_t> maybe{7};
    std::vector<std::tuple<std::string, double>> tags{};
    boost::json::value any{};
};

using TicketPatch = Patch<&Ticket::title, &Ticket::assignee, &Ticket::at, &Ticket::maybe>;

inline constexpr std::uint64_t here = 815;

inline void check_refusal(const Error& error)
{
    require(error == errc::invalid_json || error == errc::wrong_tenant, "JSON that is refused is invalid");
    require(error.message().size() < 500, "messages are brief");
    require(detail::valid_utf8(error.message()) == error.message().size(), "messages are UTF-8");
}

template <class Row>
bool same(const Row& a, const Row& b)
{
    bool all = true;
    for_each_field(a, [&]<std::size_t I>(const auto& field, std::integral_constant<std::size_t, I>) {
        all = all && field == get_field<I>(b);
    });
    return all;
}

template <class T>
std::string written(const T& value, const JsonOptions& options)
{
    const auto json = to_json(value, options);
    require(json.has_value(), "what was read can be written");
    return boost::json::serialize(*json);
}

template <class T>
T read_again(const std::string& text, const JsonOptions& options)
{
    auto again = detail::read_json<T, true>(text, options, here);
    require(again.has_value(), "what was written can be read");
    return std::move(*again);
}

inline void check_rows(const boost::json::value& json, const JsonOptions& options)
{
    const auto rows = detail::read_json<std::vector<Ticket>, true>(json, options, here);
    if (!rows) return check_refusal(rows.error());
    // With defaults an id may be missing that a row has to have: that is for the program to fill in.
    for (const Ticket& row : *rows)
        if (!row.reporter.has_value()) return;
    for (const JsonIds ids : {JsonIds::numbers, JsonIds::external})
        for (const bool leave_out_null : {false, true}) {
            JsonOptions in = options;
            in.ids = ids;
            in.leave_out_null = leave_out_null;
            const std::string text = written(*rows, in);
            const auto again = read_again<std::vector<Ticket>>(text, in);
            require(again.size() == rows->size(), "as many rows are read again");
            for (std::size_t i = 0; i < again.size(); ++i)
                require(same(again[i], (*rows)[i]), "the same rows are read again");
            require(written(again, in) == text, "there is one text of a row");
        }
}

inline void check_patch(const boost::json::value& json, const JsonOptions& options)
{
    const auto patch = detail::read_json<TicketPatch, true>(json, options, here);
    if (!patch) return check_refusal(patch.error());
    const std::string text = written(*patch, options);
    const auto again = read_again<TicketPatch>(text, options);
    require(written(again, options) == text, "the same patch is read again");
    Ticket one;
    Ticket other;
    patch->apply_to(one);
    again.apply_to(other);
    require(same(one, other), "the same patch is applied again");
}

} // namespace documents

inline void json(std::string_view input)
{
    using namespace documents;
    const auto value = parse_json(input);
    boost::json::error_code code;
    (void)boost::json::parse(boost::json::string_view(input.data(), input.size()), code);
    if (!value) {
        check_refusal(value.error());
        const std::string_view message = value.error().message();
        require(code || message.starts_with("the member '") || message.starts_with("the number "),
                "what Boost reads is refused for a reason of ours");
        return;
    }
    require(!code, "what is read is JSON to Boost as well");
    const auto again = parse_json(boost::json::serialize(*value));
    require(again.has_value() && *again == *value, "JSON that is written is read as the same");

    const boost::json::value rows =
        value->is_object() ? boost::json::value(boost::json::array{*value}) : *value;
    check_rows(rows, {});
    check_rows(rows, {.ids = JsonIds::external, .ignore_unknown = true});
    check_rows(rows, {.big_integers_as_text = false, .ignore_unknown = true, .keep_defaults = true});
    check_patch(*value, {.ignore_unknown = true});
}

} // namespace fuzz
