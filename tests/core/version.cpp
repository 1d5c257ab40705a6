#include <tenantry/core/version.hpp>

#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.hpp"
#include "support/paths.hpp"

TEST_CASE("the version is the package's")
{
    std::ostringstream text;
    text << std::ifstream(tenantry::test::source_directory + "/CMakeLists.txt").rdbuf();
    CHECK_THAT(text.str(), ContainsSubstring("VERSION " + std::string(tenantry::library_version) + "\n"));
}
