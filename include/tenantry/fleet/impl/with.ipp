#pragma once

#include <tenantry/fleet/detail/with.hpp>

#include <string>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace tenantry::detail {

TENANTRY_DECL Error thrown_in_scope(std::exception_ptr thrown, std::string_view operation)
{
    const std::string body = "the body of " + std::string(operation);
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        if (error.code() == boost::asio::error::operation_aborted)
            return Error(errc::cancelled, body + " was cancelled");
    } catch (...) { // as any other
    }
    return thrown_error(std::move(thrown), errc::body_failed, body);
}

} // namespace tenantry::detail
