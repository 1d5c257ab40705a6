// What has been thrown, as an Error.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>

namespace tenantry::detail {

/// `"<what> threw: ..."` with `code`, or `errc::out_of_memory`. Where there is not even memory for the words, without them. An
/// Error that was thrown (`must`) is given as it is.
[[nodiscard]] inline Error thrown_error(std::exception_ptr thrown, errc code, std::string_view what) noexcept
{
    try {
        const std::string who(what);
        try {
            std::rethrow_exception(std::move(thrown));
        } catch (const Error& error) {
            return error;
        } catch (const std::bad_alloc&) {
            return Error(errc::out_of_memory, who + " ran out of memory");
        } catch (const std::exception& exception) {
            return Error(code, who + " threw: " + exception.what());
        } catch (...) {
            return Error(code, who + " threw something that is no std::exception");
        }
    } catch (...) {
        return Error(errc::out_of_memory);
    }
}

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
