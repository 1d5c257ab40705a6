#pragma once

#include <bit>
#include <cmath>

#include <tenantry/sqlite/detail/packed_values.hpp>

namespace tenantry::detail {

inline constexpr char packed_negative = 16;
inline constexpr char packed_real = 32;
inline constexpr char packed_text = 33;
inline constexpr char packed_blob = 34;
inline constexpr char packed_null = 35;

TENANTRY_DECL void PackedValues::number(char kind, std::uint64_t value)
{
    const std::size_t begin = packed_.size();
    packed_.push_back(kind);
    for (; value != 0; value >>= 8, ++packed_[begin]) packed_.push_back(static_cast<char>(value & 255));
}

TENANTRY_DECL void PackedValues::bytes(char kind, std::string_view value)
{
    packed_.push_back(kind);
    number(0, value.size());
    packed_.append(value);
}

TENANTRY_DECL void PackedValues::null(int) { packed_.push_back(packed_null); }

TENANTRY_DECL void PackedValues::integer(int, std::int64_t value)
{
    if (value < 0)
        number(packed_negative, ~static_cast<std::uint64_t>(value));
    else
        number(0, static_cast<std::uint64_t>(value));
}

TENANTRY_DECL void PackedValues::real(int, double value)
{
    packed_.push_back(packed_real);
    packed_.append(mark_bytes(std::bit_cast<std::uint64_t>(value)));
}

TENANTRY_DECL void PackedValues::text(int, std::string_view value) { bytes(packed_text, value); }

TENANTRY_DECL void PackedValues::blob(int, std::span<const std::byte> value)
{
    bytes(packed_blob, {reinterpret_cast<const char*>(value.data()), value.size()});
}

TENANTRY_DECL void PackedValues::refuse(Error error)
{
    if (!refused_) refused_.emplace(std::move(error));
}

TENANTRY_DECL Result<std::string> PackedValues::take()
{
    if (refused_) return fail(std::move(*refused_));
    return std::move(packed_);
}

TENANTRY_DECL std::optional<UnpackedValues> UnpackedValues::of(std::string_view packed)
{
    UnpackedValues made;
    bool sound = true;
    // A number of `size` bytes, the lowest first. Without a zero at its end where there is one text only.
    const auto take_number = [&](std::size_t size, bool shortest) {
        std::uint64_t value = 0;
        if (size > 8 || size > packed.size() || (shortest && size > 0 && packed[size - 1] == '\0')) {
            sound = false;
            return value;
        }
        for (std::size_t i = 0; i < size; ++i)
            value |= std::uint64_t{static_cast<unsigned char>(packed[i])} << (8 * i);
        packed.remove_prefix(size);
        return value;
    };
    const auto take_kind = [&] {
        const auto kind = static_cast<unsigned char>(packed.front());
        packed.remove_prefix(1);
        return kind;
    };
    while (sound && !packed.empty()) {
        const unsigned kind = take_kind();
        Value value;
        if (kind == static_cast<unsigned char>(packed_null)) {
            value.storage = sqlite::Storage::null;
        } else if (kind == static_cast<unsigned char>(packed_real)) {
            value.storage = sqlite::Storage::real;
            value.real = std::bit_cast<double>(take_number(8, false));
            sound = sound && !std::isnan(value.real); // which nothing that is stored is
        } else if (kind == static_cast<unsigned char>(packed_text) ||
                   kind == static_cast<unsigned char>(packed_blob)) {
            value.storage = kind == static_cast<unsigned char>(packed_text) ? sqlite::Storage::text
                                                                            : sqlite::Storage::blob;
            sound = !packed.empty();
            const std::uint64_t size = sound ? take_number(take_kind(), true) : 0;
            sound = sound && size <= packed.size();
            if (!sound) break;
            value.bytes = packed.substr(0, static_cast<std::size_t>(size));
            packed.remove_prefix(value.bytes.size());
        } else {
            const bool negative = kind >= static_cast<unsigned char>(packed_negative);
            value.storage = sqlite::Storage::integer;
            const std::uint64_t number =
                take_number(negative ? kind - static_cast<unsigned char>(packed_negative) : kind, true);
            sound = sound && number <= static_cast<std::uint64_t>(INT64_MAX);
            value.integer = static_cast<std::int64_t>(negative ? ~number : number);
        }
        made.values_.push_back(value);
    }
    if (!sound) return std::nullopt;
    return made;
}

TENANTRY_DECL std::string mark_bytes(std::uint64_t mark)
{
    std::string bytes(8, '\0');
    for (char& byte : bytes) {
        byte = static_cast<char>(mark & 255);
        mark >>= 8;
    }
    return bytes;
}

} // namespace tenantry::detail
