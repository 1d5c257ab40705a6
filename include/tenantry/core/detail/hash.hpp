// A hash of bytes that is the same in every program, for marks that are written down.
#pragma once

#include <cstdint>
#include <string_view>

namespace tenantry::detail {

/// Spreads each bit over all (the finaliser of MurmurHash3).
[[nodiscard]] constexpr std::uint64_t spread_bits(std::uint64_t value) noexcept
{
    value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCDu;
    value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53u;
    return value ^ (value >> 33);
}

/// FNV-1a of 64 bits, spread. `seed` is another hash that this one goes on from. Against accidents; no signature.
[[nodiscard]] constexpr std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0) noexcept
{
    std::uint64_t hash = 0xCBF29CE484222325u ^ seed;
    for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3u;
    return spread_bits(hash);
}

} // namespace tenantry::detail
