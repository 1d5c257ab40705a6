// Where tests find files. Only main.cpp is compiled with the names, so that ccache has all else for other checkouts.
#pragma once

#include <string>

namespace tenantry::test {

/// The checkout.
extern const std::string source_directory;
/// Of what tests/programs/ is compiled to.
extern const std::string program_directory;
/// Of what examples/ is compiled to.
extern const std::string example_directory;

} // namespace tenantry::test
