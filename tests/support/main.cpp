// The one main() of all tests, compiled once, and how an error that must() has thrown is reported.
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

CATCH_TRANSLATE_EXCEPTION(const tenantry::Error& error)
{
    std::ostringstream text;
    text << error;
    return text.str();
}
