// Options with callbacks that are handed to an operation without a name.
#pragma once

#include <type_traits>

#include <boost/asio/deferred.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <tenantry/core/detail/compiler.hpp>

namespace tenantry::detail {

// Whether the operation is awaited, with this token: what it is handed then stands in a co_await expression.
template <class Token>
inline constexpr bool is_to_be_awaited = std::is_same_v<Token, boost::asio::deferred_t>;
template <class Executor>
inline constexpr bool is_to_be_awaited<boost::asio::use_awaitable_t<Executor>> = true;

/// Whether `Options&&` are destroyed once: see safe_as_temporary. With a handler, a future and the like they are in any case.
template <class Options, class Token>
inline constexpr bool safe_as_options =
    safe_as_temporary<Options> || !is_to_be_awaited<std::remove_cvref_t<Token>>;

} // namespace tenantry::detail
