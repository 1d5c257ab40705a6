// `slots import`: what goes in, what does not, and what is said of it.
#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "examples/slots_program.hpp"
#include "support/catch.hpp"

using namespace tenantry::test;

namespace {

struct Import {
    TempDir directory{};
    std::string root = (directory.path() / "fleet").string();
    std::string file = (directory.path() / "events.csv").string();

    Ended operator()(const std::string& text, const std::vector<std::string>& more = {}) const
    {
        write_file(file, text);
        std::vector<std::string> arguments{"--root", root, "import", file};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_slots(arguments);
    }
};

const std::string header(Events::header);

} // namespace

TEST_CASE("events go into the logs of their tenants, in their order")
{
    Import import;
    const Events events(3000);
    const auto ended = import(events.csv());
    INFO(ended.out << ended.err);
    CHECK(ended.status == 0);
    CHECK(ended.err.empty());
    CHECK_THAT(ended.out, ContainsSubstring("events written        3,000"));
    CHECK_THAT(ended.out, ContainsSubstring("lines read            3,001"));
    CHECK_THAT(ended.out, ContainsSubstring("7  7 of them new"));
    CHECK(stored(import.root) == events.facts());
}

TEST_CASE("malformed lines are reported by number and reason, and the rest goes in")
{
    Import import;
    const auto ended = import(header + "acme,1,mira,auth,login,web\n"
                                       "acme,soon,mira,auth,login,web\n"
                                       "acme,2,mira,auth\n"
                                       "acme,3,mira,auth,\"a\"b,web\n"
                                       "Acme Inc.,4,mira,auth,login,web\n"
                                       "../acme,5,mira,auth,login,web\n"
                                       "acme,6,,auth,\"log\nout\",\"\n"
                                       "acme,7,mira,auth,logout,\"a \"\"web\"\", and more\"\n");
    INFO(ended.err);
    CHECK(ended.status == 3);
    CHECK_THAT(ended.err,
               ContainsSubstring("events.csv:3: 'at' is not a number of seconds since 1970: 'soon'\n"));
    CHECK_THAT(ended.err, ContainsSubstring("events.csv:4: 6 fields are expected, there are 4\n"));
    CHECK_THAT(ended.err, ContainsSubstring("events.csv:5: text behind a closing quote\n"));
    CHECK_THAT(ended.err, ContainsSubstring("events.csv:6: 'Acme Inc.' is not a tenant id"));
    CHECK_THAT(ended.err, ContainsSubstring("events.csv:7: '../acme' is not a tenant id"));
    CHECK_THAT(ended.err, ContainsSubstring("events.csv:8: "));
    CHECK_THAT(ended.out, ContainsSubstring("events written            2\n"));
    Facts expected;
    expected["acme"] = {{1, "mira", "auth", "login", "web"},
                        {7, "mira", "auth", "logout", "a \"web\", and more"}};
    CHECK(stored(import.root) == expected);
    CHECK_FALSE(std::filesystem::exists(import.directory.path() / "acme"));
}

TEST_CASE("many malformed lines are counted, not all shown")
{
    Import import;
    std::string text = header + "acme,1,mira,auth,login,web\n";
    for (int i = 0; i < 500; ++i) text += "nonsense\n";
    const auto ended = import(text);
    CHECK(ended.status == 3);
    CHECK(std::count(ended.err.begin(), ended.err.end(), '\n') == 21);
    CHECK_THAT(ended.out, ContainsSubstring("malformed               500"));
    CHECK(count(stored(import.root)) == 1);
}

TEST_CASE("control characters of the input do not reach the terminal")
{
    Import import;
    const auto ended = import(header + "acme,\x1b[2J,mira,auth,login,web\n");
    CHECK(ended.status == 3);
    CHECK(ended.err.find('\x1b') == std::string::npos);
    CHECK_THAT(ended.err, ContainsSubstring("'?[2J'"));
}

TEST_CASE("without its header nothing goes in")
{
    Import import;
    for (const std::string text :
         {"acme,1,mira,auth,login,web\n", "", "at,tenant,actor,module,action,target\n"}) {
        const auto ended = import(text);
        INFO(text << ended.err);
        CHECK(ended.status == 1);
        CHECK_THAT(ended.err, ContainsSubstring("header"));
    }
    CHECK(stored(import.root).empty());
    CHECK(import(header).status == 0); // no events is not too few
}

TEST_CASE("what cannot be read is said in one line")
{
    Import import;
    const auto missing = run_slots({"--root", import.root, "import", import.file});
    CHECK(missing.status == 1);
    CHECK(missing.err == "slots: cannot open '" + import.file + "': No such file or directory\n");
    const auto directory = run_slots({"--root", import.root, "import", import.directory.path().string()});
    CHECK(directory.status == 1);
    CHECK_THAT(directory.err, ContainsSubstring("is a directory\n"));
}

TEST_CASE("a tenant that fails stops no other")
{
    Import import;
    const Events events(2000);
    REQUIRE(import(events.csv(1000)).status == 0);
    // Nobody writes into tenant-1 any more: another program's file is in its place.
    for (const auto& entry : std::filesystem::recursive_directory_iterator(import.root))
        if (entry.path().parent_path().filename() == "tenant-1" && entry.path().filename() == "main.db")
            write_file(entry.path(), std::string(8192, 'x'));
    const auto ended = import(events.csv());
    INFO(ended.out << ended.err);
    CHECK(ended.status == 1);
    CHECK_THAT(ended.err, ContainsSubstring("tenant-1"));
    auto expected = events.facts();
    const auto failed = expected.at("tenant-1").size();
    CHECK_THAT(ended.out, ContainsSubstring("not written"));
    CHECK_THAT(ended.out, ContainsSubstring(std::to_string(failed) + "\n"));
    // And so the others' are in.
    for (const auto& [tenant, facts] : expected) {
        if (tenant == "tenant-1") continue;
        const auto report = run_slots({"--root", import.root, "report", tenant});
        INFO(tenant << report.out << report.err);
        CHECK(report.status == 0);
        CHECK_THAT(report.out,
                   ContainsSubstring("\n  " + std::to_string(facts.size()) + " event") ||
                       ContainsSubstring("\n  1," + std::to_string(facts.size()).substr(1) + " event"));
    }
}

TEST_CASE("progress is shown on a terminal, and only there")
{
    Import import;
    write_file(import.file, Events(2000).csv());
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(master >= 0);
    REQUIRE(::grantpt(master) == 0);
    REQUIRE(::unlockpt(master) == 0);
    const int terminal = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
    REQUIRE(terminal >= 0);
    ::setenv("TERM", "xterm", 1);
    SlotsProcess process({"--root", import.root, "import", import.file}, {.err = terminal});
    const auto ended = process.wait();
    CHECK(ended.status == 0);
    // A terminal gives a part at a time.
    std::string shown;
    std::array<char, 4096> part{};
    REQUIRE(::fcntl(master, F_SETFL, O_NONBLOCK) == 0);
    for (::ssize_t size = 0; (size = ::read(master, part.data(), part.size())) > 0;)
        shown.append(part.data(), static_cast<std::size_t>(size));
    ::close(terminal);
    ::close(master);
    CHECK_THAT(shown, ContainsSubstring("events of"));
    CHECK(shown.find('\n') == std::string::npos); // one line, written again and again
    CHECK(shown.ends_with("\r\x1b[K"));           // and gone in the end
    CHECK(ended.out.find('\x1b') == std::string::npos);
}
