// What a client asks, and what it is answered.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace tracker {

struct Request {
    std::string method;
    std::vector<std::string> path; // of /acme/tickets: "acme", "tickets"
    std::map<std::string, std::string, std::less<>> query;
    std::string body;

    /// "" where it is not there.
    [[nodiscard]] std::string parameter(std::string_view name) const
    {
        const auto found = query.find(name);
        return found == query.end() ? std::string() : found->second;
    }
};

struct Answer {
    int status = 200;
    boost::json::value body{};
    std::optional<std::chrono::seconds> retry_after{};
};

} // namespace tracker
