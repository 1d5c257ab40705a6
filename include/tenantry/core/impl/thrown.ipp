#pragma once

#include <tenantry/core/detail/thrown.hpp>

namespace tenantry::detail {

TENANTRY_DECL Error thrown_error(std::exception_ptr thrown, errc code, std::string_view what) noexcept
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

} // namespace tenantry::detail
