// Whether bytes are UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tenantry::detail {

/// The place of the first byte that is not of a character of UTF-8 (RFC 3629: none longer than need be, no surrogates, none
/// beyond U+10FFFF), or the size where there is none.
[[nodiscard]] constexpr std::size_t valid_utf8(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    std::size_t at = 0;
    while (at < text.size()) {
        const std::uint8_t lead = byte(at);
        if (lead < 0x80) {
            ++at;
            continue;
        }
        const std::size_t size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        if (size == 0 || text.size() - at < size) return at;
        // The second byte of some says that it could be shorter, is half of a pair, or is too large.
        const std::uint8_t least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const std::uint8_t most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (byte(at + 1) < least || byte(at + 1) > most) return at;
        for (std::size_t i = 2; i < size; ++i)
            if (byte(at + i) < 0x80 || byte(at + i) > 0xBF) return at;
        at += size;
    }
    return at;
}

/// The beginning of a text that a message can show: whole characters of UTF-8, and no more than so many bytes.
[[nodiscard]] constexpr std::string_view shown_part(std::string_view text, std::size_t longest) noexcept
{
    text = text.substr(0, longest);
    return text.substr(0, valid_utf8(text));
}

} // namespace tenantry::detail
