// A tenant's name: parsed, never trusted.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <tenantry/core/error.hpp>

namespace tenantry {

/// The name of a tenant, and of its directory: a letter or digit, then letters, digits, '_' and '-'; lower
/// case and ASCII only; at most 63 characters. So no id means another place in the file system, and two ids
/// that differ are two directories everywhere.
class TenantId {
public:
    /// The most characters of an id.
    static constexpr std::size_t max_size = 63;

    /// `errc::invalid_tenant_id`, with the reason, for anything else.
    [[nodiscard]] static Result<TenantId> parse(std::string_view text)
    {
        if (text.empty()) return refuse(text, "it is empty");
        if (text.size() > max_size)
            return refuse(text.substr(0, max_size), "it is longer than 63 characters");
        if (!is_alphanumeric(text.front())) return refuse(text, "it must begin with one of a-z and 0-9");
        for (const char c : text)
            if (!is_alphanumeric(c) && c != '_' && c != '-')
                return refuse(text, "only a-z, 0-9, '_' and '-' are allowed");
        return TenantId(std::string(text));
    }

    /// Its text.
    [[nodiscard]] const std::string& string() const noexcept { return text_; }
    /// Its text.
    [[nodiscard]] std::string_view view() const noexcept { return text_; }

    friend bool operator==(const TenantId&, const TenantId&) = default;
    friend std::strong_ordering operator<=>(const TenantId&, const TenantId&) = default;
    friend std::ostream& operator<<(std::ostream& out, const TenantId& id) { return out << id.text_; }

private:
    explicit TenantId(std::string text) noexcept : text_(std::move(text)) {}

    static constexpr bool is_alphanumeric(char c) noexcept
    {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    // What was given may hold anything: it goes into the message as printable ASCII only.
    static tl::unexpected<Error> refuse(std::string_view text, std::string_view why)
    {
        std::string message = "'";
        for (const char c : text) message += c >= ' ' && c <= '~' ? c : '?';
        message.append("' is not a tenant id: ").append(why);
        return fail(errc::invalid_tenant_id, std::move(message));
    }

    std::string text_;
};

} // namespace tenantry

template <>
struct std::hash<tenantry::TenantId> {
    std::size_t operator()(const tenantry::TenantId& id) const noexcept
    {
        return std::hash<std::string_view>()(id.view());
    }
};
