// The pages say what the code says.
#include <fstream>
#include <sstream>
#include <string>

#include <tenantry/core/error.hpp>

#include "support/catch.hpp"

namespace {

std::string text_of(const std::string& path)
{
    std::ifstream file(std::string(TENANTRY_SOURCE_DIR) + "/" + path);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string between(const std::string& text, const std::string& begin, const std::string& end)
{
    const auto from = text.find(begin);
    REQUIRE(from != std::string::npos);
    const auto to = text.find(end, from + begin.size());
    REQUIRE(to != std::string::npos);
    return text.substr(from + begin.size(), to - from - begin.size());
}

} // namespace

TEST_CASE("the README shows the example as it is compiled")
{
    const std::string example =
        between(text_of("examples/quickstart/quickstart.cpp"), "// [readme]\n", "// [/readme]");
    const std::string shown = between(text_of("README.md"), "```cpp\n", "```");
    CHECK(shown == example);
}

TEST_CASE("every error is explained")
{
    const std::string page = text_of("docs/errors.md");
    int code = 1;
    for (; to_string(static_cast<tenantry::errc>(code)) != "unknown"; ++code) {
        const std::string name(to_string(static_cast<tenantry::errc>(code)));
        CAPTURE(name);
        CHECK(page.find("| `" + name + "` |") != std::string::npos);
    }
    CHECK(code == static_cast<int>(tenantry::errc::internal) + 1);
}
