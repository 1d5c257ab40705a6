#pragma once

#include <array>
#include <cstddef>

#include <tenantry/core/detail/base64.hpp>

namespace tenantry::detail {

inline constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The value of each character, 64 where it is no digit.
inline constexpr auto base64_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(64);
    for (std::size_t i = 0; i < base64_digits.size(); ++i)
        values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

TENANTRY_DECL std::string to_base64(std::string_view bytes, Base64 kind)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned have = 0;
    const auto put = [&](std::uint32_t value) {
        char digit = base64_digits[value & 63];
        if (kind == Base64::url && digit == '+') digit = '-';
        if (kind == Base64::url && digit == '/') digit = '_';
        text.push_back(digit);
    };
    for (const char byte : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(byte);
        for (have += 8; have >= 6; have -= 6) put(bits >> (have - 6));
    }
    if (have > 0) put(bits << (6 - have));
    if (kind == Base64::padded) text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

TENANTRY_DECL std::optional<std::string> from_base64(std::string_view text, Base64 kind)
{
    if (kind == Base64::padded) {
        if (text.size() % 4 != 0) return std::nullopt;
        for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
    }
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned have = 0;
    for (char digit : text) {
        if (kind == Base64::url) {
            if (digit == '+' || digit == '/') return std::nullopt;
            if (digit == '-') digit = '+';
            if (digit == '_') digit = '/';
        }
        const std::uint8_t value = base64_values[static_cast<unsigned char>(digit)];
        if (value == 64) return std::nullopt;
        bits = (bits << 6) | value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            bytes.push_back(static_cast<char>((bits >> have) & 255));
        }
    }
    if ((bits & ((1U << have) - 1)) != 0) return std::nullopt;
    return bytes;
}

} // namespace tenantry::detail
