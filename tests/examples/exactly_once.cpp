// `slots import` again and again: neither doubled nor lost, whatever ended it before.
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "examples/slots_program.hpp"
#include "support/catch.hpp"

using namespace tenantry::test;

namespace {

struct Place {
    TempDir directory{};
    std::string root = (directory.path() / "fleet").string();
    std::string file = (directory.path() / "events.csv").string();

    [[nodiscard]] std::vector<std::string> command(const std::string& from = "") const
    {
        return {"--root", root, "import", from.empty() ? file : from};
    }
    [[nodiscard]] Ended import(const std::string& text) const
    {
        write_file(file, text);
        return run_slots(command());
    }
};

const std::string header(Events::header);

} // namespace

TEST_CASE("the same input again adds nothing, wherever it lies and however it comes")
{
    Place place;
    const Events events(3000);
    REQUIRE(place.import(events.csv()).status == 0);
    const auto again = run_slots(place.command());
    CHECK(again.status == 0);
    CHECK_THAT(again.out, ContainsSubstring("events written            0\n"));
    CHECK_THAT(again.out, ContainsSubstring("already there         3,000"));

    const auto moved = (place.directory.path() / "moved").string();
    std::filesystem::rename(place.file, moved);
    CHECK(run_slots(place.command(moved)).status == 0);

    const int input = ::open(moved.c_str(), O_RDONLY | O_CLOEXEC);
    SlotsProcess piped(place.command("-"), {.in = input});
    ::close(input);
    CHECK(piped.wait().status == 0);
    CHECK(stored(place.root) == events.facts());
}

TEST_CASE("quotes and line ends do not make another input")
{
    Place place;
    REQUIRE(place.import(header + "acme,1,mira,auth,login,web\nacme,2,mira,auth,logout,web\n").status == 0);
    const auto again =
        place.import("tenant,at,\"actor\",module,action,target\r\n\"acme\",1,mira,\"auth\",login,web\r\n"
                     "acme,2,mira,auth,logout,\"web\"\r\n");
    CHECK(again.status == 0);
    CHECK(count(stored(place.root)) == 2);
}

TEST_CASE("a file that has grown goes on where it ended")
{
    Place place;
    const Events events(3000);
    for (const std::size_t size : {1U, 2U, 700U, 701U, 2999U, 3000U}) {
        const auto ended = place.import(events.csv(size));
        INFO(size << ended.out << ended.err);
        REQUIRE(ended.status == 0);
        CHECK(stored(place.root) == events.facts(size));
    }
}

TEST_CASE("a last line that was cut off is completed when the rest of it comes")
{
    Place place;
    const std::string first = header + "acme,1,mira,files,added,a.txt\n";
    const auto facts = [&] { return stored(place.root).at("acme"); };
    using All = std::vector<Fact>;

    REQUIRE(place.import(first + "acme,2,mira,files,added,docs/re").status == 0);
    CHECK(facts() == All{{1, "mira", "files", "added", "a.txt"}, {2, "mira", "files", "added", "docs/re"}});
    // still cut, in another place
    REQUIRE(place.import(first + "acme,2,mira,files,added,docs/read").status == 0);
    CHECK(facts() == All{{1, "mira", "files", "added", "a.txt"}, {2, "mira", "files", "added", "docs/read"}});
    // complete, and more behind it
    REQUIRE(place.import(first + "acme,2,mira,files,added,docs/readme\nacme,3,mira,files,added,b").status ==
            0);
    const All all{{1, "mira", "files", "added", "a.txt"},
                  {2, "mira", "files", "added", "docs/readme"},
                  {3, "mira", "files", "added", "b"}};
    CHECK(facts() == all);
    // the same again, cut and not
    REQUIRE(place.import(first + "acme,2,mira,files,added,docs/readme\nacme,3,mira,files,added,b").status ==
            0);
    CHECK(facts() == all);
    REQUIRE(place.import(first + "acme,2,mira,files,added,docs/readme\nacme,3,mira,files,added,b\n").status ==
            0);
    CHECK(facts() == all);
    // from now on the line is complete, and another end of it is another file
    CHECK(place.import(first + "acme,2,mira,files,added,docs/readme\nacme,3,mira,files,added,bb\n").status ==
          1);
    CHECK(facts() == all);
}

TEST_CASE("another input is another source, also where some lines are the same")
{
    Place place;
    REQUIRE(place.import(header + "acme,1,mira,auth,login,web\nacme,2,mira,auth,logout,web\n").status == 0);
    REQUIRE(place.import(header + "acme,2,mira,auth,logout,web\nacme,3,mira,auth,login,web\n").status == 0);
    CHECK(count(stored(place.root)) == 4);
    const Events events(500, 1), others(500, 2);
    REQUIRE(place.import(events.csv()).status == 0);
    REQUIRE(place.import(others.csv()).status == 0);
    CHECK(count(stored(place.root)) == 1004);
}

TEST_CASE("an input that only begins like one that is in is refused, until it is given a name")
{
    Place place;
    const std::string begin = header + "acme,1,mira,auth,login,web\n";
    REQUIRE(place.import(begin + "acme,2,mira,auth,logout,web\nacme,3,mira,auth,login,web\n").status == 0);
    SECTION("it goes on differently")
    {
        const auto ended = place.import(
            begin + "acme,2,tomas,auth,logout,web\nacme,3,mira,auth,login,web\nacme,4,m,m,m,m\n");
        CHECK(ended.status == 1);
        CHECK_THAT(ended.err, ContainsSubstring("acme: this input begins like one that was imported before"));
        CHECK_THAT(ended.err, ContainsSubstring("--source"));
        CHECK(count(stored(place.root)) == 3);
    }
    SECTION("it ends earlier")
    {
        const auto ended = place.import(begin);
        CHECK(ended.status == 1);
        CHECK_THAT(ended.err, ContainsSubstring("and ends earlier"));
        CHECK(count(stored(place.root)) == 3);
    }
    SECTION("under a name")
    {
        auto named = place.command();
        named.insert(named.end(), {"--source", "other"});
        write_file(place.file, begin + "acme,2,tomas,auth,logout,web\n");
        CHECK(run_slots(named).status == 0);
        CHECK(count(stored(place.root)) == 5);
        CHECK(run_slots(named).status == 0);
        CHECK(count(stored(place.root)) == 5);
    }
}

TEST_CASE("killed at any moment and run again, no event is doubled or lost")
{
    using Clock = std::chrono::steady_clock;
    const Events events(10'000);
    const auto expected = events.facts();
    Place begun; // the tenants are there, so that what is killed is mostly the writing
    REQUIRE(begun.import(events.csv(100)).status == 0);
    write_file(begun.file, events.csv());

    const auto copy_of_begun = [&](const Place& place) {
        std::filesystem::copy(begun.root, place.root, std::filesystem::copy_options::recursive);
    };
    const auto began = Clock::now();
    {
        Place place;
        copy_of_begun(place);
        REQUIRE(run_slots(place.command(begun.file)).status == 0);
    }
    const auto whole = Clock::now() - began;

    int killed = 0;
    int in_the_middle = 0;
    // From the first instruction to the last: what is checked holds whatever the kill hits.
    constexpr int steps = 16;
    for (int step = 0; step < steps; ++step) {
        Place place;
        copy_of_begun(place);
        for (const int part : {step, steps - step}) {
            SlotsProcess process(place.command(begun.file));
            std::this_thread::sleep_for(whole * part / steps);
            process.send(SIGKILL);
            killed += process.wait().signal == SIGKILL;
        }
        const auto before = count(stored(place.root));
        in_the_middle += before > 100 && before < events.size();
        const auto finished = run_slots(place.command(begun.file));
        INFO("step " << step << '\n' << finished.out << finished.err);
        REQUIRE(finished.status == 0);
        REQUIRE((stored(place.root) == expected)); // too much to print
    }
    INFO(killed << " killed, " << in_the_middle << " left with a part of it");
    CHECK(killed > 0);
}

TEST_CASE("killed while it writes, it goes on behind what is written")
{
    const Events events(5000);
    const std::string text = events.csv();
    for (const std::size_t part : {1U, 100U, 1500U, 4999U}) {
        Place place;
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        SlotsProcess process(place.command("-"), {.in = ends[0]});
        ::close(ends[0]);
        // Some lines and a half; the rest never comes.
        const std::string some = events.csv(part) + "tenant-0,17000";
        const auto size = std::min<std::size_t>(some.size(), 60'000); // what fits into a pipe
        REQUIRE(::write(ends[1], some.data(), size) == static_cast<::ssize_t>(size));
        while (!std::filesystem::exists(place.root) || count(stored(place.root)) == 0)
            REQUIRE_FALSE(process.has_ended());
        process.send(SIGKILL);
        CHECK(process.wait().signal == SIGKILL);
        ::close(ends[1]);

        const auto ended = place.import(text);
        INFO(part << ended.out << ended.err);
        REQUIRE(ended.status == 0);
        CHECK(stored(place.root) == events.facts());
        CHECK(ended.out.find("already there             0") == std::string::npos);
    }
}

TEST_CASE("two imports of one file at once write each event once")
{
    const Events events(4000);
    Place place;
    write_file(place.file, events.csv());
    SlotsProcess one(place.command());
    SlotsProcess other(place.command());
    const auto first = one.wait();
    const auto second = other.wait();
    INFO(first.out << first.err << second.out << second.err);
    CHECK(first.status == 0);
    CHECK(second.status == 0);
    CHECK(stored(place.root) != Facts());
    CHECK(count(stored(place.root)) == 4000);
    CHECK(stored(place.root) == events.facts());
}
