// Another process for a test to talk to: a program of tests/programs/, line by line.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/paths.hpp"

extern char** environ;

namespace tenantry::test {

/// Runs a program, its standard input and output being pipes to this object. Killed with it, if it still runs.
class Child {
public:
    explicit Child(const std::string& program, std::vector<std::string> arguments = {})
    {
        int input[2];
        int output[2];
        check(::pipe2(input, O_CLOEXEC));
        check(::pipe2(output, O_CLOEXEC));
        const std::string path = program_directory + '/' + program;
        std::vector<char*> argv{const_cast<char*>(path.c_str())};
        for (auto& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
        const int failed = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(input[0]);
        ::close(output[1]);
        to_ = input[1];
        from_ = output[0];
        if (failed != 0) {
            pid_ = -1;
            throw std::system_error(failed, std::generic_category(), path);
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child()
    {
        kill();
        ::close(to_);
        ::close(from_);
    }

    /// One line, without its end.
    void send(std::string line)
    {
        line += '\n';
        check(static_cast<int>(::write(to_, line.data(), line.size())));
    }

    /// The next line, or nothing once the program has ended.
    std::optional<std::string> receive()
    {
        for (;;) {
            if (const auto end = buffer_.find('\n'); end != std::string::npos) {
                std::string line = buffer_.substr(0, end);
                buffer_.erase(0, end + 1);
                return line;
            }
            char bytes[4096];
            const ssize_t got = ::read(from_, bytes, sizeof bytes);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return std::nullopt;
            buffer_.append(bytes, static_cast<std::size_t>(got));
        }
    }

    /// Sends a line and gives the answer.
    std::string ask(std::string line)
    {
        send(std::move(line));
        return receive().value_or("the program has ended");
    }

    /// It does nothing more, in the middle of whatever it does, until `resume`.
    void pause()
    {
        check(::kill(pid_, SIGSTOP));
        int status = 0;
        check(::waitpid(pid_, &status, WUNTRACED));
    }
    void resume() { check(::kill(pid_, SIGCONT)); }

    /// kill -9, and waits for its end. What it has written before can still be received.
    void kill()
    {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
    }

private:
    static void check(int result)
    {
        if (result < 0) throw std::system_error(errno, std::generic_category(), "talking to another process");
    }

    pid_t pid_ = -1;
    int to_ = -1;
    int from_ = -1;
    std::string buffer_;
};

} // namespace tenantry::test
