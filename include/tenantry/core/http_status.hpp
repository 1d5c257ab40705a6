// What a service over HTTP may say to its caller about an error.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry {

/// A status code, and what may be shown to a stranger.
struct HttpStatus {
    int code = 500; ///< of RFC 9110 and RFC 6585
    /// A short sentence of static storage: the same for each error of its kind, without SQL, names, values or paths.
    std::string_view text{};
    /// For the field Retry-After, where the same request may well succeed later.
    std::optional<std::chrono::seconds> retry_after{};
};

/// The answer for an error that ends a request. What the library cannot know (whether there is a row to be hidden from this
/// caller, whose argument it was) is for the service to decide before; `error.constraint()` says more of a conflict.
///
/// Thread-safe. The error itself belongs into the log, not to the caller: its message may have SQL, names and paths in it.
[[nodiscard]] HttpStatus http_status(const Error& error) noexcept;

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/core/impl/http_status.ipp>
#endif
