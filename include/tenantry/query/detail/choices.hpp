// What of a statement was chosen at run time: which conditions of when(), which orders of order_list().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <tenantry/core/error.hpp>

namespace tenantry::detail {

// Choices one after the other, in the order of the text, each of as many bits as it needs. Whether there is a next
// one is said by those before it, so that two that are equal mean one text.
class Choices {
public:
    static constexpr unsigned capacity = 128;

    constexpr void add(unsigned bits, std::uint64_t value) noexcept
    {
        if (size_ + bits > capacity) {
            is_full_ = true;
            return;
        }
        for (unsigned i = 0; i < bits; ++i, ++size_)
            if (((value >> i) & 1) != 0) words_[size_ / 64] |= std::uint64_t{1} << (size_ % 64);
    }

    [[nodiscard]] constexpr std::uint64_t read(unsigned at, unsigned bits) const noexcept
    {
        std::uint64_t value = 0;
        if (at + bits > capacity) return value;
        for (unsigned i = 0; i < bits; ++i) value |= ((words_[(at + i) / 64] >> ((at + i) % 64)) & 1) << i;
        return value;
    }

    [[nodiscard]] constexpr std::size_t hash() const noexcept
    {
        std::uint64_t mixed = (words_[0] ^ (words_[1] * 0x9E3779B97F4A7C15u)) * 0xD6E8FEB86659FD93u;
        mixed ^= mixed >> 32;
        return static_cast<std::size_t>(mixed + size_);
    }

    // Whether there were more than have room.
    [[nodiscard]] constexpr bool is_full() const noexcept { return is_full_; }

    friend constexpr bool operator==(const Choices&, const Choices&) = default;

private:
    std::array<std::uint64_t, capacity / 64> words_{};
    unsigned size_ = 0;
    bool is_full_ = false;
};

// Stands in for the parameters of a statement, to collect its choices: binding goes through all of it in the order of
// the text.
template <class S>
class ChoiceCollector {
public:
    using schema = S;

    constexpr explicit ChoiceCollector(std::uint64_t tenant) noexcept : tenant_(tenant) {}

    // The incarnation of the tenant that the statement is to run for.
    [[nodiscard]] constexpr std::uint64_t tenant() const noexcept { return tenant_; }

    template <class T>
    constexpr void add(const T&) noexcept
    {}
    void refuse(const Error&) noexcept {} // said when it is bound
    constexpr void choose(unsigned bits, std::uint64_t value) noexcept { choices_.add(bits, value); }

    [[nodiscard]] constexpr const Choices& choices() const noexcept { return choices_; }

private:
    std::uint64_t tenant_;
    Choices choices_;
};

// Tells `to`, if it is one that collects choices.
template <class Parameters>
constexpr void add_choice(Parameters& to, unsigned bits, std::uint64_t value)
{
    if constexpr (requires { to.choose(bits, value); }) to.choose(bits, value);
}

} // namespace tenantry::detail
