// What has been thrown, as an Error.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::detail {

/// `"<what> threw: ..."` with `code`, or `errc::out_of_memory`. Where there is not even memory for the words, without them. An
/// Error that was thrown (`must`) is given as it is.
[[nodiscard]] Error thrown_error(std::exception_ptr thrown, errc code, std::string_view what) noexcept;

/// What `function` returns, a Result; what it throws made an Error, as above.
template <class Function>
[[nodiscard]] auto caught(std::string_view what, Function&& function) noexcept
    -> std::invoke_result_t<Function&>
{
    try {
        return function();
    } catch (...) {
        return fail(thrown_error(std::current_exception(), errc::internal, what));
    }
}

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/core/impl/thrown.ipp>
#endif
