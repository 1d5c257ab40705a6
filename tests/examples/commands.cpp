// The command line, and the commands beside import.
#include <filesystem>
#include <string>
#include <vector>

#include "examples/slots_program.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"

using namespace tenantry::test;

namespace {

struct Imported {
    TempDir directory{};
    std::string root = (directory.path() / "fleet").string();

    Imported()
    {
        const auto ended = slots({"import", source_directory + "/examples/data/sample.csv"});
        INFO(ended.out << ended.err);
        REQUIRE(ended.status == 0);
    }

    [[nodiscard]] Ended slots(std::vector<std::string> words) const
    {
        words.insert(words.begin(), {"--root", root});
        return run_slots(std::move(words));
    }
};

} // namespace

TEST_CASE("the command line is explained, and mistakes in it are named")
{
    const auto help = run_slots({"--help"});
    CHECK(help.status == 0);
    CHECK(help.err.empty());
    for (const auto* word :
         {"import FILE|-", "report [TENANT]", "work", "tenants", "destroy TENANT", "--root DIR"})
        CHECK_THAT(help.out, ContainsSubstring(word));

    const auto nothing = run_slots({});
    CHECK(nothing.status == 2);
    CHECK(nothing.err == help.out);
    CHECK(nothing.out.empty());

    const auto refused = [](std::vector<std::string> words) {
        const auto ended = run_slots(std::move(words));
        CHECK(ended.status == 2);
        CHECK(ended.out.empty());
        return ended.err;
    };
    CHECK(refused({"fly"}) == "slots: there is no command 'fly': see slots --help\n");
    CHECK(refused({"--fast", "report"}) == "slots: there is no option --fast\n");
    CHECK(refused({"report", "--root"}) == "slots: --root needs a value\n");
    CHECK(refused({"--root=", "report"}) == "slots: --root needs a value\n");
    CHECK(refused({"import"}) == "slots: import needs to be told of what: see slots --help\n");
    CHECK(refused({"destroy", "a", "b"}) == "slots: destroy takes less than that: see slots --help\n");
}

TEST_CASE("nothing but import makes a root")
{
    TempDir directory;
    const auto root = (directory.path() / "nowhere").string();
    const std::vector<std::vector<std::string>> commands{
        {"report"}, {"report", "acme"}, {"work"}, {"tenants"}, {"destroy", "acme"}};
    for (auto words : commands) {
        words.push_back("--root=" + root);
        const auto ended = run_slots(words);
        CHECK(ended.status == 1);
        CHECK(ended.err == "slots: there is no directory '" + root + "': slots import makes it\n");
    }
    CHECK_FALSE(std::filesystem::exists(root));
}

TEST_CASE("tenants are listed by name")
{
    Imported imported;
    const auto ended = imported.slots({"tenants"});
    CHECK(ended.status == 0);
    CHECK(
        ended.out ==
        "blue-bakery\ncity-library\nharbour-logistics\nlindqvist-dental\none-person-studio\nsunroof-energy\n");
}

TEST_CASE("the report is a table of all tenants, the busiest first, and of them together")
{
    Imported imported;
    const auto ended = imported.slots({"report"});
    INFO(ended.out << ended.err);
    CHECK(ended.status == 0);
    CHECK(ended.err.empty());
    CHECK(ended.out.find('\x1b') == std::string::npos);
    std::vector<std::string> lines;
    std::istringstream in(ended.out);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    REQUIRE(lines.size() == 10);
    // Counted with other tools.
    const auto begins = [&](std::size_t line, const std::string& text) {
        INFO(lines[line]);
        CHECK(lines[line].starts_with(text));
        CHECK(lines[line].ends_with(line == 0 ? "On disk" : "KiB"));
        CHECK(lines[line].size() == lines[0].size());
    };
    begins(0, "Tenant             Events  Actors  Busiest module  First event  Last event ");
    begins(2, "harbour-logistics     170       7  shipments (92)  2024-01-01   2024-06-28 ");
    begins(3, "blue-bakery            96       4  orders (50)     2024-02-01   2024-06-29 ");
    begins(4, "city-library           64       5  loans (33)      2024-03-04   2024-06-29 ");
    begins(5, "lindqvist-dental       45       3  calendar (24)   2024-04-02   2024-06-28 ");
    begins(6, "sunroof-energy         31       4  quotes (11)     2024-05-02   2024-06-27 ");
    begins(7, "one-person-studio       8       1  files (5)       2024-06-02   2024-06-28 ");
    begins(9, "6 tenants             414      24  auth (103)      2024-01-01   2024-06-29 ");
}

TEST_CASE("the report on one tenant goes into detail")
{
    Imported imported;
    const auto ended = imported.slots({"report", "one-person-studio"});
    INFO(ended.out << ended.err);
    CHECK(ended.status == 0);
    CHECK_THAT(ended.out, ContainsSubstring("one-person-studio\n  8 events by 1 actor, 2024-06-02 "));
    CHECK_THAT(ended.out, ContainsSubstring("1 pending, 0 running, 0 done, 0 failed"));
    CHECK_THAT(ended.out, ContainsSubstring("  files        5  62.5%\n"));
    CHECK_THAT(ended.out,
               ContainsSubstring("2024-06-28 10:28:00  kim    files   shared    logo (final).svg\n"));
}

TEST_CASE("work does each job once, and writes down what came of it")
{
    Imported imported;
    const auto worked = imported.slots({"work"});
    INFO(worked.out << worked.err);
    CHECK(worked.status == 0);
    CHECK_THAT(worked.out,
               ContainsSubstring("harbour-logistics: busiest module shipments (92 events), busiest day "));
    CHECK_THAT(worked.out, ContainsSubstring("6 jobs done\n"));
    CHECK_THAT(
        imported.slots({"report", "blue-bakery"}).out,
        ContainsSubstring("0 pending, 0 running, 1 done, 0 failed\n"
                          "  busiest_day = 2024-04-05 (3 events)\n  busiest_module = orders (50 events)\n"));
    CHECK(imported.slots({"work"}).out == "0 jobs done\n");

    // Events that come later are work again; none that is new is none.
    CHECK(imported.slots({"import", source_directory + "/examples/data/sample.csv"}).status == 0);
    CHECK(imported.slots({"work"}).out == "0 jobs done\n");
    const auto more = imported.directory.path() / "more.csv";
    write_file(more, std::string(Events::header) + "blue-bakery,1719700000,anna,auth,login,web\n");
    CHECK(imported.slots({"import", more.string()}).status == 0);
    CHECK_THAT(imported.slots({"work"}).out, ContainsSubstring("\n1 job done\n"));
}

TEST_CASE("two workers share the jobs")
{
    Imported imported;
    SlotsProcess one({"--root", imported.root, "work"});
    SlotsProcess other({"--root", imported.root, "work"});
    const auto first = one.wait();
    const auto second = other.wait();
    INFO(first.out << first.err << second.out << second.err);
    CHECK(first.status == 0);
    CHECK(second.status == 0);
    const std::string all = first.out + second.out;
    int done = 0;
    for (auto at = all.find("busiest module"); at != std::string::npos;
         at = all.find("busiest module", at + 1))
        ++done;
    CHECK(done == 6);
}

TEST_CASE("a destroyed tenant is gone, and can begin again")
{
    Imported imported;
    const auto destroyed = imported.slots({"destroy", "blue-bakery"});
    CHECK(destroyed.status == 0);
    CHECK(destroyed.out == "Tenant 'blue-bakery' is destroyed.\n");
    const auto again = imported.slots({"destroy", "blue-bakery"});
    CHECK(again.status == 1);
    CHECK(again.err == "slots: there is no tenant 'blue-bakery'\n");
    CHECK_THAT(imported.slots({"report"}).out, ContainsSubstring("5 tenants"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(imported.root))
        CHECK(entry.path().filename() != "blue-bakery");

    // What is remembered of the import went with it, so the same file brings it back.
    CHECK(imported.slots({"import", source_directory + "/examples/data/sample.csv"}).status == 0);
    const auto facts = stored(imported.root);
    CHECK(facts.at("blue-bakery").size() == 96);
    CHECK(count(facts) == 414);
}

TEST_CASE("a tenant that is not there, and a name that cannot be one, are errors of one line")
{
    Imported imported;
    for (const auto* command : {"report", "destroy"}) {
        const auto unknown = imported.slots({command, "acme"});
        CHECK(unknown.status == 1);
        CHECK(unknown.out.empty());
        CHECK(unknown.err == "slots: there is no tenant 'acme'\n");
        const auto impossible = imported.slots({command, "../acme"});
        CHECK(impossible.status == 1);
        CHECK_THAT(impossible.err, ContainsSubstring("'../acme' is not a tenant id"));
        CHECK(std::count(impossible.err.begin(), impossible.err.end(), '\n') == 1);
    }
}

TEST_CASE("an empty fleet has an empty report")
{
    TempDir directory;
    const auto root = directory.path().string();
    const auto ended = run_slots({"report", "--root", root});
    CHECK(ended.status == 0);
    CHECK(ended.out == "There are no tenants in " + root + " yet: slots import FILE brings some.\n");
    CHECK(run_slots({"tenants", "--root", root}).out.empty());
}
