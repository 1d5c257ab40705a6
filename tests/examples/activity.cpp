// The whole import on real input: 250,552 events of 27 tenants, which are not part of the repository.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "examples/slots_program.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"

using namespace tenantry::test;

TEST_CASE("every event of a real log of many tenants goes in, once")
{
    const auto file = std::filesystem::path(source_directory).parent_path() / "shared/data/activity.csv.gz";
    if (!std::filesystem::exists(file)) {
        std::cout << "skipped: " << file.string() << " is not here\n";
        SUCCEED("skipped");
        return;
    }
    TempDir directory;
    const auto root = (directory.path() / "fleet").string();

    // Counted without the program's own reader: nothing in this file is quoted.
    Facts expected;
    std::size_t lines = 0;
    const std::string zcat = "gzip -dc '" + file.string() + "'";
    {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> text(::popen(zcat.c_str(), "re"), ::pclose);
        REQUIRE(text);
        std::array<char, 65536> buffer{};
        while (std::fgets(buffer.data(), buffer.size(), text.get()) != nullptr) {
            std::string line(buffer.data());
            REQUIRE(line.find('"') == std::string::npos);
            while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
            if (lines++ > 0) Events::add(expected, line);
        }
    }
    CHECK(lines == 250'553);
    CHECK(expected.size() == 27);

    const auto import = [&] {
        // As in `zcat activity.csv.gz | slots import -`
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> text(::popen(zcat.c_str(), "re"), ::pclose);
        REQUIRE(text);
        SlotsProcess process({"--root", root, "import", "-"}, {.in = ::fileno(text.get())});
        return process.wait();
    };
    const auto ended = import();
    INFO(ended.out << ended.err);
    REQUIRE(ended.status == 0);
    CHECK_THAT(ended.out, ContainsSubstring("events written      250,552\n"));
    CHECK_THAT(ended.out, ContainsSubstring("27  27 of them new"));
    std::cout << ended.out;

    const auto facts = stored(root);
    REQUIRE(facts.size() == expected.size());
    for (const auto& [tenant, events] : expected) {
        INFO(tenant);
        const auto& found = facts.at(tenant);
        REQUIRE(found.size() == events.size());
        // One by one, since a million fields make no readable report.
        const auto [in_file, in_log] = std::mismatch(events.begin(), events.end(), found.begin());
        INFO("first difference at event " << in_file - events.begin());
        CHECK(in_file == events.end());
    }

    // What the report says is what was counted.
    const auto report = run_slots({"--root", root, "report"});
    REQUIRE(report.status == 0);
    std::cout << report.out;
    for (const auto& [tenant, events] : expected) {
        auto number = std::to_string(events.size());
        if (number.size() > 3) number.insert(number.size() - 3, ",");
        const auto line = report.out.find("\n" + tenant + " ");
        REQUIRE(line != std::string::npos);
        std::istringstream words(report.out.substr(line + 1 + tenant.size()));
        std::string said;
        words >> said;
        INFO(tenant);
        CHECK(said == number);
    }
    CHECK_THAT(report.out, ContainsSubstring("27 tenants                        250,552 "));

    const auto again = import();
    CHECK(again.status == 0);
    CHECK_THAT(again.out, ContainsSubstring("already there       250,552"));
    CHECK(count(stored(root)) == 250'552);
}
