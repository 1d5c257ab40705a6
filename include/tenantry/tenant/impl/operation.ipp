#pragma once

#include <tenantry/tenant/detail/operation.hpp>

#include <new>
#include <string>

namespace tenantry::detail {

TENANTRY_DECL Error body_error(std::exception_ptr thrown) noexcept
{
    try {
        try {
            std::rethrow_exception(std::move(thrown));
        } catch (const Error& error) {
            return error;
        } catch (const std::bad_alloc&) {
            return Error(errc::out_of_memory, "the body ran out of memory; it was rolled back");
        } catch (const std::exception& exception) {
            return Error(errc::body_failed,
                         std::string("the body threw, and was rolled back: ") + exception.what());
        } catch (...) {
            return Error(errc::body_failed,
                         "the body threw something that is no std::exception, and was rolled back");
        }
    } catch (...) { // no memory for the words
        return Error(errc::body_failed);
    }
}

TENANTRY_DECL Error too_long_error(const Error& ended)
{
    Error error(errc::timeout, "it ran for longer than it may, and was ended and rolled back",
                ended.sqlite_code());
    return std::move(error.with_sql(ended.sql()));
}

} // namespace tenantry::detail
