// The program `slots` as another process, and what it has stored.
#pragma once

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/paths.hpp"
#include "support/temp_dir.hpp"

extern char** environ;

namespace tenantry::test {

/// How a process has ended, and all that it wrote.
struct Ended {
    int status = -1; // of its exit; -1 if a signal ended it
    int signal = 0;
    std::string out{};
    std::string err{};
};

inline std::string contents(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& file, std::string_view text)
{
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

/// An example with these arguments, `slots` if nothing is said, running. Killed if the test ends first.
class SlotsProcess {
public:
    struct Files {
        int in = -1;  ///< standard input; -1: none
        int err = -1; ///< standard error; -1: kept for `Ended::err`
    };

    explicit SlotsProcess(std::vector<std::string> arguments, Files files = {-1, -1},
                          const std::string& program = "slots")
    {
        arguments.insert(arguments.begin(), example_directory + "/" + program);
        std::vector<char*> argv;
        for (auto& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);

        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        if (files.in >= 0)
            posix_spawn_file_actions_adddup2(&actions, files.in, STDIN_FILENO);
        else
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        const int flags = O_WRONLY | O_CREAT | O_TRUNC;
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out().c_str(), flags, 0600);
        if (files.err >= 0)
            posix_spawn_file_actions_adddup2(&actions, files.err, STDERR_FILENO);
        else
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err().c_str(), flags, 0600);
        const int error = ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        if (error != 0) throw std::system_error(error, std::generic_category(), argv[0]);
    }
    SlotsProcess(const SlotsProcess&) = delete;
    SlotsProcess& operator=(const SlotsProcess&) = delete;
    ~SlotsProcess()
    {
        if (pid_ <= 0) return;
        send(SIGKILL);
        (void)wait();
    }

    /// What it has written so far.
    [[nodiscard]] std::string said() const { return contents(out()); }

    void send(int signal) const { ::kill(pid_, signal); }

    /// Whether it has ended by itself; then wait() returns at once.
    [[nodiscard]] bool has_ended() const
    {
        ::siginfo_t info{};
        return ::waitid(P_PID, static_cast<::id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
               info.si_pid != 0;
    }

    [[nodiscard]] Ended wait()
    {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
        pid_ = -1;
        Ended ended{.out = contents(out()), .err = contents(err())};
        if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
        if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
        return ended;
    }

private:
    [[nodiscard]] std::filesystem::path out() const { return directory_.path() / "out"; }
    [[nodiscard]] std::filesystem::path err() const { return directory_.path() / "err"; }

    TempDir directory_;
    ::pid_t pid_ = -1;
};

/// Runs `slots` to its end.
inline Ended run_slots(std::vector<std::string> arguments)
{
    return SlotsProcess(std::move(arguments)).wait();
}

/// An event as the test knows it: at (seconds), actor, module, action, target.
using Fact = std::tuple<std::int64_t, std::string, std::string, std::string, std::string>;
/// The events of each tenant, in their order.
using Facts = std::map<std::string, std::vector<Fact>>;

/// What the audit logs under a root hold, in the order it was written. Another process may be writing.
Facts stored(const std::filesystem::path& root);

inline std::size_t count(const Facts& facts)
{
    std::size_t all = 0;
    for (const auto& [tenant, events] : facts) all += events.size();
    return all;
}

/// CSV without anything quoted, and what must come of it.
class Events {
public:
    /// `lines` events of seven tenants, some of them the same, from the beginning of an endless file of the number `file`.
    explicit Events(std::size_t lines, unsigned file = 1)
    {
        std::uint32_t state = file * 2654435761U;
        const auto next = [&state](std::uint32_t below) {
            state = state * 1664525U + 1013904223U;
            return (state >> 8) % below;
        };
        std::string last;
        for (std::size_t i = 0; i < lines; ++i) {
            if (i % 10 == 9) { // the same thing again is another event
                lines_.push_back(last);
            } else {
                std::ostringstream line;
                const auto tenant = std::min({next(7), next(7), next(7)}); // the last has next to nothing
                line << "tenant-" << tenant << ',' << 1700000000 + i / 3 << ",actor" << next(9) << ",module"
                     << next(5) << ",action" << next(4) << ",target " << next(100) << " of " << file;
                lines_.push_back(line.str());
                last = lines_.back();
            }
        }
    }

    static constexpr std::string_view header = "tenant,at,actor,module,action,target\n";

    [[nodiscard]] std::size_t size() const { return lines_.size(); }

    /// The first `count` events, with the header.
    [[nodiscard]] std::string csv(std::size_t count = static_cast<std::size_t>(-1)) const
    {
        std::string text(header);
        for (std::size_t i = 0; i < std::min(count, lines_.size()); ++i) text.append(lines_[i]).append("\n");
        return text;
    }

    [[nodiscard]] Facts facts(std::size_t count = static_cast<std::size_t>(-1)) const
    {
        Facts facts;
        for (std::size_t i = 0; i < std::min(count, lines_.size()); ++i) add(facts, lines_[i]);
        return facts;
    }

    /// One line, without quotes, and nothing else.
    static void add(Facts& facts, const std::string& line)
    {
        std::vector<std::string> fields;
        std::istringstream in(line);
        for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
        fields.resize(6);
        facts[fields[0]].emplace_back(std::stoll(fields[1]), fields[2], fields[3], fields[4], fields[5]);
    }

private:
    std::vector<std::string> lines_;
};

} // namespace tenantry::test
