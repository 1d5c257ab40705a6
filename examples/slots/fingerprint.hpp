// A short digest of a sequence of texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slots {

/// 64-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/). Tells inputs apart that differ by accident; two that do
/// not can be made on purpose.
class Fingerprint {
public:
    void add(std::string_view text) noexcept
    {
        for (const char c : text) add(static_cast<unsigned char>(c));
        add(0xFF); // no byte of UTF-8: "ab", "c" is not "a", "bc"
    }

    [[nodiscard]] std::string hex() const
    {
        std::string text;
        for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(state_ >> shift) & 0xF];
        return text;
    }

private:
    void add(unsigned char byte) noexcept { state_ = (state_ ^ byte) * 0x100000001b3U; }

    std::uint64_t state_ = 0xcbf29ce484222325U;
};

} // namespace slots
