// Bytes as base64 texts (RFC 4648), and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

enum class Base64 : std::uint8_t {
    padded, // section 4: '+', '/', and '=' to a multiple of four
    url,    // section 5, without padding: '-' and '_', so that it stands in a URL as it is
};

[[nodiscard]] std::string to_base64(std::string_view bytes, Base64 kind);

/// Only the one text that `to_base64` gives for the bytes; nullopt for any other, also with white space or bits left over.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text, Base64 kind);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/core/impl/base64.ipp>
#endif
