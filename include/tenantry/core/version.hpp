// The library's version.
#pragma once

#include <string_view>

namespace tenantry {

/// As the CMake package has it.
inline constexpr std::string_view library_version = "0.1.0";

} // namespace tenantry
