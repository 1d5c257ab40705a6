// Why a value and its JSON do not agree, and where.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <tenantry/core/detail/utf8.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::detail {

// Filled where it fails; each level on the way back puts its own step before the path.
struct JsonFault {
    std::string path;
    std::string what;
    errc code = errc::invalid_json;

    // Always false, for `return fault.say(...)`.
    bool say(std::string text)
    {
        what = std::move(text);
        return false;
    }
    bool at_field(std::string_view name)
    {
        std::string longer(name);
        if (!path.empty() && path.front() != '[') longer.push_back('.');
        path.insert(0, longer);
        return false;
    }
    bool at_index(std::size_t index)
    {
        std::string longer = "[" + std::to_string(index) + "]";
        if (!path.empty() && path.front() != '[') longer.push_back('.');
        path.insert(0, longer);
        return false;
    }

    // "items[2].title: expected a text, found 42"
    [[nodiscard]] Error error() const { return Error(code, path.empty() ? what : path + ": " + what); }
};

// A value as it came, not longer than a line of a log can bear.
[[nodiscard]] inline std::string shown_json(const boost::json::value& value)
{
    if (value.is_object()) return "an object";
    if (value.is_array()) return "an array";
    constexpr std::size_t longest = 40;
    std::string text = boost::json::serialize(value);
    if (text.size() <= longest) return text;
    return std::string(shown_part(text, longest)) + "...";
}

[[nodiscard]] inline bool expected_json(JsonFault& fault, std::string_view expected,
                                        const boost::json::value& found)
{
    std::string text = "expected ";
    text.append(expected).append(", found ").append(shown_json(found));
    return fault.say(std::move(text));
}

} // namespace tenantry::detail
