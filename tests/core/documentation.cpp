// The pages say what the code says.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <tenantry/core/error.hpp>

#include "support/catch.hpp"
#include "support/paths.hpp"

namespace {

std::string text_of(const std::string& path)
{
    std::ifstream file(tenantry::test::source_directory + "/" + path);
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

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream rest(text);
    for (std::string line; std::getline(rest, line);) lines.push_back(line);
    return lines;
}

// Lines as they would stand at the left margin.
std::string dedented(const std::vector<std::string>& lines)
{
    std::size_t margin = std::string::npos;
    for (const std::string& line : lines) margin = std::min(margin, line.find_first_not_of(' '));
    std::string text;
    for (const std::string& line : lines) text += line.substr(std::min(margin, line.size())) + "\n";
    return text;
}

// What stands between `// [name]` and `// [/name]`, of every name, in order.
std::vector<std::string> regions_of(const std::string& source)
{
    std::vector<std::string> regions;
    std::vector<std::string> inside;
    std::set<std::string> seen;
    std::string open;
    for (const std::string& line : lines_of(text_of(source))) {
        const std::size_t at = line.find_first_not_of(' ');
        const std::string mark = at == std::string::npos ? "" : line.substr(at);
        const bool is_mark = mark.size() > 5 && mark.compare(0, 4, "// [") == 0 && mark.back() == ']';
        const std::string name = is_mark ? mark.substr(4, mark.size() - 5) : "";
        CAPTURE(source, line);
        if (is_mark && !open.empty()) {
            REQUIRE(name == "/" + open);
            REQUIRE_FALSE(inside.empty());
            regions.push_back(dedented(inside));
            inside.clear();
            open.clear();
        } else if (is_mark) {
            REQUIRE(seen.insert(name).second);
            open = name;
        } else if (!open.empty()) {
            inside.push_back(line);
        }
    }
    REQUIRE(open.empty());
    return regions;
}

// The blocks of C++ on a page, in order.
std::vector<std::string> blocks_of(const std::string& page)
{
    std::vector<std::string> blocks;
    std::string inside;
    bool open = false;
    for (const std::string& line : lines_of(text_of(page))) {
        if (!open && line == "```cpp") {
            open = true;
        } else if (open && line == "```") {
            blocks.push_back(inside);
            inside.clear();
            open = false;
        } else if (open) {
            inside += line + "\n";
        }
    }
    CAPTURE(page);
    REQUIRE_FALSE(open);
    return blocks;
}

} // namespace

TEST_CASE("the README shows the example as it is compiled")
{
    const std::string example =
        between(text_of("examples/quickstart/quickstart.cpp"), "// [readme]\n", "// [/readme]");
    const std::string shown = between(text_of("README.md"), "```cpp\n", "```");
    CHECK(shown == example);
}

// tests/docs/<page>.cpp is compiled and run; docs/<page>.md shows its marked regions, each of them once. Where there is no such
// page, the regions are of several, which may lay them out otherwise: tests/docs/pages.cmake looks for their blocks.
TEST_CASE("the pages show their examples as they are compiled and run")
{
    std::size_t pages = 0;
    for (const auto& file :
         std::filesystem::directory_iterator(tenantry::test::source_directory + "/tests/docs")) {
        if (file.path().extension() != ".cpp") continue;
        const std::string page = file.path().stem().string();
        if (!std::filesystem::exists(tenantry::test::source_directory + "/docs/" + page + ".md")) continue;
        const std::vector<std::string> regions = regions_of("tests/docs/" + page + ".cpp");
        const std::vector<std::string> shown = blocks_of("docs/" + page + ".md");
        CAPTURE(page);
        CHECK_FALSE(regions.empty());
        for (const std::string& block : shown) {
            CAPTURE(block);
            CHECK(std::count(regions.begin(), regions.end(), block) == 1);
        }
        for (const std::string& region : regions) {
            CAPTURE(region);
            CHECK(std::count(shown.begin(), shown.end(), region) == 1);
        }
        ++pages;
    }
    CHECK(pages > 0);
}

TEST_CASE("every error has a section that one can link to")
{
    const std::string page = text_of("docs/errors.md");
    int code = 1;
    for (; to_string(static_cast<tenantry::errc>(code)) != "unknown"; ++code) {
        const std::string name(to_string(static_cast<tenantry::errc>(code)));
        CAPTURE(name);
        CHECK(page.find("\n### " + name + "\n") != std::string::npos);
    }
    CHECK(code == static_cast<int>(tenantry::errc::internal) + 1);
}

TEST_CASE("docs/async.md names each form that a compiler is known to have wrong, as the probe does")
{
    const std::string page = text_of("docs/async.md");
    const std::string probe = text_of("cmake/coroutine_probe.cpp");
    std::vector<std::string> on_page;
    for (const std::string& line :
         lines_of(between(page, "| form | in short | write |\n|---|---|---|\n", "\n\n")))
        on_page.push_back(between(line, "| ", " |"));
    std::vector<std::string> in_probe;
    for (const std::string& line : lines_of(between(probe, "constexpr Form forms[] = {\n", "\n};")))
        if (line.find("    {\"") == 0) in_probe.push_back(between(line, "\"", "\""));
    CHECK(in_probe.size() > 10);
    CHECK(on_page == in_probe);
}

// A port to another system is then a matter of these files.
TEST_CASE("what is asked of the system stands in the files that the page names")
{
    const std::string page = text_of("docs/internals.md");
    const std::set<std::string> of_the_system{"fcntl.h", "pthread.h", "signal.h", "unistd.h", "poll.h"};
    std::size_t files = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(tenantry::test::source_directory +
                                                                          "/include/tenantry")) {
        if (!file.is_regular_file()) continue;
        const std::string path =
            std::filesystem::relative(file.path(), tenantry::test::source_directory).generic_string();
        for (const std::string& line : lines_of(text_of(path))) {
            if (!line.starts_with("#include <")) continue;
            const std::string header = line.substr(10, line.find('>') - 10);
            if (!header.starts_with("sys/") && !of_the_system.contains(header)) continue;
            CAPTURE(path, header);
            CHECK(page.find("`" + path.substr(std::string("include/tenantry/").size()) + "`") !=
                  std::string::npos);
        }
        ++files;
    }
    CHECK(files > 300);
}
