// What the targets of the fuzzer have in common, and those that replay their seeds.
#pragma once

#include <stdexcept>
#include <string>

namespace fuzz {

/// What has to hold for any input. The fuzzer stops at the exception, a test fails.
inline void require(bool holds, const char* what)
{
    if (!holds) throw std::logic_error(std::string("it does not hold that ") + what);
}

} // namespace fuzz
