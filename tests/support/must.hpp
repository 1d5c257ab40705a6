// What a test takes for granted: the value of a Result, or a failed test with the error in its report.
#pragma once

#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>

#include "support/catch.hpp"

namespace tenantry::test {

/// The error as it prints.
inline std::string said(const Error& error)
{
    std::ostringstream text;
    text << error;
    return text.str();
}

template <class T>
T must(Result<T> result)
{
    if (!result) FAIL(said(result.error()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

} // namespace tenantry::test
