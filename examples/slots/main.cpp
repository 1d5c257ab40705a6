// slots: the back end of a service with many accounts, each a tenant with settings, an audit log and a queue of jobs.
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <tenantry/fleet/open.hpp>

#include "commands.hpp"

namespace slots {

void complain(std::string_view message) { std::cerr << "slots: " << message << '\n'; }

void complain(const Error& error)
{
    std::cerr << "slots: ";
    // Mostly the message names the tenant itself.
    if (!error.tenant().empty() &&
        error.message().find("'" + std::string(error.tenant()) + "'") == std::string_view::npos)
        std::cerr << error.tenant() << ": ";
    std::cerr << error.message() << '\n';
}

namespace {

constexpr std::string_view usage = R"(usage: slots [--root DIR] COMMAND

  import FILE|-      write the events of a CSV file, or of standard input, into the audit logs of
                     their tenants, which are made if need be
  report [TENANT]    show what there is of all tenants, or of one in detail
  work               do the jobs that wait in the tenants' queues
  tenants            list the tenants
  destroy TENANT     remove a tenant and everything that belongs to it

  --root DIR         where the tenants are; ./slots-data if not given
  --source NAME      import: the name this input is known by (see below)
  --help             show this

Events are CSV as RFC 4180 has it, with the header tenant,at,actor,module,action,target; 'at' is in seconds
since 1970. Lines that are malformed are reported and passed over.

An import can be run again: after Ctrl-C, after kill -9, after the file has grown. How far it came is
remembered with the events, so none is doubled or lost. An input is known by its first event, so
that it may move, or come through a pipe the next time. Inputs that begin with the same event but are different
ones need a --source NAME each.

Exit status: 0 everything went in, or was done; 1 something failed; 2 the command line is wrong; 3 everything
went in but malformed lines; 130 interrupted by Ctrl-C, 143 by SIGTERM.
)";

struct Arguments {
    std::string root = "./slots-data";
    std::string source;
    std::vector<std::string> words; // the command and what it is applied to
    bool help = false;
};

std::optional<Arguments> parse(int count, char** values)
{
    Arguments arguments;
    const std::vector<std::string> given(values + 1, values + count);
    for (std::size_t i = 0; i < given.size(); ++i) {
        const std::string& word = given[i];
        const std::string name = word.substr(0, word.find('='));
        if (word == "--help" || word == "-h") {
            arguments.help = true;
        } else if (name == "--root" || name == "--source") {
            std::string& value = name == "--root" ? arguments.root : arguments.source;
            if (name != word) {
                value = word.substr(name.size() + 1);
            } else if (++i < given.size()) {
                value = given[i];
            }
            if (i == given.size() || value.empty()) {
                complain(name + " needs a value");
                return std::nullopt;
            }
        } else if (word.starts_with('-') && word != "-") {
            complain("there is no option " + word);
            return std::nullopt;
        } else {
            arguments.words.push_back(word);
        }
    }
    return arguments;
}

struct Command {
    std::string_view name;
    std::size_t least_words;
    std::size_t most_words;
    asio::awaitable<int> (*run)(Context&, const Arguments&);
    bool makes_root = false;
};

asio::awaitable<int> run_import(Context& context, const Arguments& arguments)
{
    return import_events(context, arguments.words[1], arguments.source);
}

asio::awaitable<int> run_report(Context& context, const Arguments& arguments)
{
    return arguments.words.size() > 1 ? report_one(context, arguments.words[1]) : report_all(context);
}

asio::awaitable<int> run_work(Context& context, const Arguments&) { return work(context); }

asio::awaitable<int> run_tenants(Context& context, const Arguments&)
{
    const auto tenants = context.fleet.tenants();
    if (!tenants) {
        complain(tenants.error());
        co_return exit_status::failure;
    }
    for (const auto& tenant : *tenants) std::cout << tenant << '\n';
    co_return exit_status::success;
}

asio::awaitable<int> run_destroy(Context& context, const Arguments& arguments)
{
    const auto destroyed = co_await context.fleet.async_destroy(arguments.words[1]);
    if (!destroyed) {
        complain(destroyed.error());
        co_return exit_status::failure;
    }
    std::cout << "Tenant '" << arguments.words[1] << "' is destroyed.\n";
    co_return exit_status::success;
}

constexpr Command commands[] = {
    {"import", 2, 2, run_import, true}, {"report", 1, 2, run_report},   {"work", 1, 1, run_work},
    {"tenants", 1, 1, run_tenants},     {"destroy", 2, 2, run_destroy},
};

// The command, and then an orderly end: every write is in its database, and no -wal file is left.
asio::awaitable<int> run(const Command& command, Context& context, const Arguments& arguments)
{
    int status = co_await command.run(context, arguments);
    const auto closed = co_await context.fleet.async_close(Shutdown::drain);
    if (!closed) {
        complain(closed.error());
        if (status == exit_status::success) status = exit_status::failure;
    }
    co_return status;
}

int run(const Command& command, const Arguments& arguments)
{
    if (!command.makes_root && !std::filesystem::exists(arguments.root)) {
        complain("there is no directory '" + arguments.root + "': slots import makes it");
        return exit_status::failure;
    }
    asio::io_context io(1); // one thread for the program's own coroutines; the fleet has threads of its own
    auto fleet = Fleet<Slots>::open(arguments.root);
    if (!fleet) {
        complain(fleet.error());
        return exit_status::failure;
    }
    Interrupt interrupt(io.get_executor());
    Context context{*fleet, interrupt, arguments.root};
    int status = exit_status::failure;
    asio::co_spawn(io, run(command, context, arguments), [&](std::exception_ptr thrown, int result) {
        io.stop();
        if (thrown) std::rethrow_exception(thrown);
        status = result;
    });
    io.run();
    return status;
}

int run(int count, char** values)
{
    const auto arguments = parse(count, values);
    if (!arguments) return exit_status::usage;
    if (arguments->help) {
        std::cout << usage;
        return exit_status::success;
    }
    const auto& words = arguments->words;
    if (words.empty()) {
        std::cerr << usage;
        return exit_status::usage;
    }
    for (const auto& command : commands) {
        if (command.name != words[0]) continue;
        if (words.size() >= command.least_words && words.size() <= command.most_words)
            return run(command, *arguments);
        complain(words.size() < command.least_words ? words[0] + " needs to be told of what: see slots --help"
                                                    : words[0] + " takes less than that: see slots --help");
        return exit_status::usage;
    }
    complain("there is no command '" + words[0] + "': see slots --help");
    return exit_status::usage;
}

} // namespace

} // namespace slots

int main(int count, char** values)
{
    try {
        return slots::run(count, values);
    } catch (const std::exception& error) {
        slots::complain(error.what());
        return slots::exit_status::failure;
    }
}
