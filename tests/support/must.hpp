// What a test takes for granted: the value of a Result. Where there is none the test fails with the error in its report
// (support/main.cpp), as the library's own must() throws it.
#pragma once

#include <sstream>
#include <string>

#include <tenantry/core/error.hpp>
#include <tenantry/core/must.hpp>

#include "support/catch.hpp"

namespace tenantry::test {

/// The error as it prints.
inline std::string said(const Error& error)
{
    std::ostringstream text;
    text << error;
    return text.str();
}

using tenantry::must;

} // namespace tenantry::test
