// How SQL text is put together at compile time: once to measure it, once to write it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tenantry::detail {

// Where rendering writes to. Without a target it only counts.
class TextSink {
public:
    constexpr TextSink() = default;
    constexpr explicit TextSink(char* to) noexcept : to_(to) {}

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

    constexpr void put(char c) noexcept
    {
        if (to_ != nullptr) to_[size_] = c;
        ++size_;
    }

    constexpr void text(std::string_view text) noexcept
    {
        if (to_ != nullptr)
            for (std::size_t i = 0; i < text.size(); ++i) to_[size_ + i] = text[i];
        size_ += text.size();
    }

    // `"name"`: always quoted, so that no name is a keyword.
    constexpr void identifier(std::string_view name) noexcept { quoted(name, '"'); }

    // `'it''s'`
    constexpr void literal(std::string_view text) noexcept { quoted(text, '\''); }

    constexpr void integer(std::int64_t value) noexcept
    {
        // The smallest one has no literal: its digits without the sign are out of range.
        if (value == INT64_MIN) return text("(-9223372036854775807 - 1)");
        char digits[20]{};
        std::size_t n = 0;
        auto rest = static_cast<std::uint64_t>(value < 0 ? -value : value);
        do {
            digits[n++] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) put('-');
        while (n > 0) put(digits[--n]);
    }

private:
    constexpr void quoted(std::string_view inner, char quote) noexcept
    {
        put(quote);
        for (const char c : inner) {
            if (c == quote) put(c);
            put(c);
        }
        put(quote);
    }

    char* to_ = nullptr;
    std::size_t size_ = 0;
};

// The text that `Render::render(TextSink&)` writes, in static storage and with a zero behind it.
template <class Render>
struct StaticText {
    static constexpr std::size_t size = [] {
        TextSink sink;
        Render::render(sink);
        return sink.size();
    }();

    static constexpr std::array<char, size + 1> storage = [] {
        std::array<char, size + 1> made{};
        TextSink sink(made.data());
        Render::render(sink);
        return made;
    }();
};

template <class Render>
inline constexpr std::string_view static_text{StaticText<Render>::storage.data(), StaticText<Render>::size};

} // namespace tenantry::detail
