// Text as a template argument: `Table<"config", Setting>`.
#pragma once

#include <cstddef>
#include <string_view>

namespace tenantry {

/// A string literal that can be a template argument. `N` is its length without the final zero.
template <std::size_t N>
struct FixedString {
    char data[N + 1]{};

    consteval FixedString(const char (&text)[N + 1]) noexcept
    {
        for (std::size_t i = 0; i <= N; ++i) data[i] = text[i];
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {data, N}; }
    [[nodiscard]] constexpr operator std::string_view() const noexcept { return view(); }
    [[nodiscard]] static constexpr std::size_t size() noexcept { return N; }

    friend constexpr bool operator==(const FixedString&, const FixedString&) = default;
};

template <std::size_t N>
FixedString(const char (&)[N]) -> FixedString<N - 1>;

} // namespace tenantry
