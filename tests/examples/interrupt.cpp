// Ctrl-C and SIGTERM.
#include <chrono>
#include <string>
#include <thread>

#include "examples/slots_program.hpp"
#include "support/catch.hpp"

using namespace tenantry::test;

namespace {

struct Pipe {
    Pipe()
    {
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    }
    ~Pipe()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    int ends[2];
};

// How many lines of the file it says are in.
std::size_t said_to_be_in(const Ended& ended)
{
    const std::string before = " after line ";
    const std::string after = ", and everything up to there is written";
    const auto begin = ended.out.find(before);
    const auto end = ended.out.find(after);
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    std::string number = ended.out.substr(begin + before.size(), end - begin - before.size());
    std::erase(number, ',');
    return std::stoul(number);
}

} // namespace

TEST_CASE("interrupted while it waits for input, it writes what came, and says so by its exit status")
{
    const auto [signal, status, word] = GENERATE(table<int, int, std::string>(
        {{SIGINT, 130, "Interrupted after line 201,"}, {SIGTERM, 143, "Terminated after line 201,"}}));
    TempDir directory;
    const auto root = (directory.path() / "fleet").string();
    const Events events(400);
    Pipe pipe;
    SlotsProcess process({"--root", root, "import", "-"}, {.in = pipe.ends[0]});
    const std::string some = events.csv(200) + "tenant-0,17000";
    REQUIRE(::write(pipe.ends[1], some.data(), some.size()) == static_cast<::ssize_t>(some.size()));
    // What has come is written without waiting for more.
    while (!std::filesystem::exists(root) || count(stored(root)) < 200) REQUIRE_FALSE(process.has_ended());
    process.send(signal);
    const auto ended = process.wait();
    INFO(ended.out << ended.err);
    CHECK(ended.status == status);
    CHECK(ended.err.empty());
    CHECK_THAT(ended.out, ContainsSubstring(word));
    CHECK(stored(root) == events.facts(200));

    write_file(directory.path() / "all", events.csv());
    CHECK(run_slots({"--root", root, "import", (directory.path() / "all").string()}).status == 0);
    CHECK(stored(root) == events.facts());
}

TEST_CASE("interrupted at any moment, exactly what it says is in")
{
    const Events events(20'000);
    const Facts all = events.facts();
    TempDir files;
    const auto file = (files.path() / "events.csv").string();
    write_file(file, events.csv());
    int interrupted = 0;
    for (int step = 0; step < 12; ++step) {
        TempDir directory;
        const auto root = (directory.path() / "fleet").string();
        SlotsProcess process({"--root", root, "import", file});
        // Before the program minds signals one would just end it; the root is made before that, its tenants after.
        while (!process.has_ended() && (!std::filesystem::exists(root) || stored(root).empty())) {}
        std::this_thread::sleep_for(std::chrono::milliseconds(6 * step));
        process.send(SIGINT);
        const auto ended = process.wait();
        INFO(step << ended.out << ended.err);
        if (ended.status == 0) { // it was faster
            CHECK(stored(root) == all);
            continue;
        }
        REQUIRE(ended.status == 130);
        ++interrupted;
        CHECK(stored(root) == events.facts(said_to_be_in(ended) - 1)); // the header is a line, too
        CHECK(run_slots({"--root", root, "import", file}).status == 0);
        CHECK(stored(root) == all);
    }
    INFO(interrupted << " interrupted");
    CHECK(interrupted > 0);
}

TEST_CASE("whoever insists does not wait for what was read, and nothing is doubled or lost for it")
{
    const Events events(20'000);
    const Facts all = events.facts();
    TempDir files;
    const auto file = (files.path() / "events.csv").string();
    write_file(file, events.csv());
    for (int step = 0; step < 8; ++step) {
        TempDir directory;
        const auto root = (directory.path() / "fleet").string();
        SlotsProcess process({"--root", root, "import", file});
        while (!process.has_ended() && (!std::filesystem::exists(root) || stored(root).empty())) {}
        std::this_thread::sleep_for(std::chrono::milliseconds(5 * step));
        process.send(SIGINT);
        process.send(SIGTERM); // signals of one kind may become one
        process.send(SIGINT);
        const auto ended = process.wait();
        INFO(step << ended.out << ended.err);
        CHECK((ended.status == 0 || ended.status == 130 || ended.status == 143));
        CHECK(run_slots({"--root", root, "import", file}).status == 0);
        CHECK(stored(root) == all);
    }
}
