// The one main() of all tests, compiled once, how an error that must() has thrown is reported, and where files are.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_session.hpp>
#include <catch2/catch_translate_exception.hpp>

int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif

#include <sstream>

#include <tenantry/core/error.hpp>

#include "support/paths.hpp"
#include "support/paths_of_build.hpp"

CATCH_TRANSLATE_EXCEPTION(const tenantry::Error& error)
{
    std::ostringstream text;
    text << error;
    return text.str();
}

namespace tenantry::test {

const std::string source_directory = TENANTRY_SOURCE_DIR;
const std::string program_directory = TENANTRY_TEST_PROGRAM_DIR;
const std::string example_directory = TENANTRY_EXAMPLE_PROGRAM_DIR;

} // namespace tenantry::test
