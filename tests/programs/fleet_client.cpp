// Another process that uses a fleet: does what it reads from its standard input, a line a command, and answers
// with a line each. `open alone` is as the sole owner, `open restarting` with logs that are restarted every few writes, and
// `open alone restarting` is both. The arguments are the fleet's root and, for tenants without shards, `flat`.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <tenantry/fleet/open.hpp>

#include "support/descriptors.hpp"
#include "support/faulty_calls.hpp"
#include "support/fleet_fixture.hpp"

using namespace tenantry;
using namespace tenantry::test;

namespace {

void say(const std::string& line)
{
    // Straight to the pipe: an acknowledgement must not stay behind in a buffer when the process is killed.
    const std::string text = line + '\n';
    if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::_Exit(1);
}

template <class T>
void answer(const Result<T>& result)
{
    say(result ? "ok" : std::string(to_string(result.error().errc())));
}

// Writes numbered notes, and says "ack <number>" when one is acknowledged, until there are enough.
void add(Fleet<Notes>& fleet, const std::string& id, std::int64_t from, std::int64_t to)
{
    auto db = wait_for(fleet.async_tenant(id));
    for (std::int64_t number = from; db && number < to; ++number) {
        const Note row = note("from another process", number);
        auto written = wait_for(db->async_write(insert(row)));
        if (!written) return answer(written);
        say("ack " + std::to_string(number));
    }
    answer(db);
}

// Writes numbered notes until the log was written back whole, and then so many more. Says "ack <number>" of each.
void pass_by(Fleet<Notes>& fleet, const std::string& id, std::int64_t from, std::int64_t more)
{
    auto db = wait_for(fleet.async_tenant(id));
    const auto passes = db ? db->stats().checkpoints : 0;
    for (std::int64_t number = from; db && more != 0; ++number) {
        if (db->stats().checkpoints != passes) --more;
        const Note row = note(std::string(100, 'x'), number);
        auto written = wait_for(db->async_write(insert(row)));
        if (!written) return answer(written);
        say("ack " + std::to_string(number));
    }
    answer(db);
}

// Makes a tenant with one note and destroys it, again and again, and says so each time.
void churn(Fleet<Notes>& fleet, const std::string& id)
{
    const Note row = note("short-lived");
    for (std::int64_t round = 0;; ++round) {
        if (auto created = wait_for(fleet.async_create(id)); !created) return answer(created);
        auto db = wait_for(fleet.async_tenant(id));
        if (!db) return answer(db);
        if (auto written = wait_for(db->async_write(insert(row))); !written) return answer(written);
        if (auto destroyed = wait_for(fleet.async_destroy(id)); !destroyed) return answer(destroyed);
        say("ack " + std::to_string(round));
    }
}

void limit(int what, const std::string& value)
{
    rlimit to{};
    getrlimit(what, &to);
    to.rlim_cur = value == "none" ? to.rlim_max : std::strtoul(value.c_str(), nullptr, 10);
    say(setrlimit(what, &to) == 0 ? "ok" : "setrlimit failed");
}

// Creates a tenant while the n-th call of a kind fails. Answers "<how it ended> <failed, or never where there were fewer
// calls>"; and what has gone wrong besides.
void create_failing(Fleet<Notes>& fleet, const std::string& id, const std::string& call, int nth,
                    bool interrupted)
{
    const auto before = open_descriptors();
    FaultyCalls::fail(call, nth, interrupted ? EINTR : EIO);
    const auto created = wait_for(fleet.async_create(id));
    const bool failed = FaultyCalls::heal();
    std::string told = created ? "ok" : std::string(to_string(created.error().errc()));
    told += failed ? " failed" : " never";
    if (open_descriptors() != before) told += ", leaves descriptors";
    if (FaultyCalls::databases_moved() != 0) told += ", moves a database that is open";
    say(told);
}

// Logs are written back and restarted every few writes.
CheckpointOptions restarting()
{
    CheckpointOptions checkpoints;
    checkpoints.size = std::uint64_t{16} << 10;
    checkpoints.limit = std::uint64_t{64} << 10;
    checkpoints.interval = std::chrono::milliseconds(0);
    return checkpoints;
}

void become_nobody()
{
    constexpr unsigned nobody = 65534;
    const bool done = ::geteuid() != 0 || (::setgid(nobody) == 0 && ::setuid(nobody) == 0);
    ::prctl(PR_SET_DUMPABLE, 1); // a leak checker looks into its own process
    say(done ? "ok" : "setuid failed");
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2 && argc != 3) return 2;
    const auto shards = argc == 3 ? ShardRule::flat : ShardRule::hashed;
    std::signal(SIGXFSZ, SIG_IGN);
    std::optional<Fleet<Notes>> fleet;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command;
        std::string id;
        words >> command >> id;
        if (command == "open") {
            FleetOptions options{.sole_owner = id == "alone", .threads = 2, .shards = shards};
            std::string more;
            words >> more;
            if (id == "restarting" || more == "restarting") options.tenant.checkpoints = restarting();
            auto opened = Fleet<Notes>::open(argv[1], options);
            answer(opened);
            if (opened) fleet.emplace(std::move(*opened));
        } else if (command == "become_nobody") {
            become_nobody();
        } else if (command == "limit_file_size") {
            limit(RLIMIT_FSIZE, id);
        } else if (command == "limit_descriptors") {
            limit(RLIMIT_NOFILE, id);
        } else if (!fleet) {
            say("no fleet is open");
        } else if (command == "close") {
            fleet.reset();
            say("ok");
        } else if (command == "create") {
            answer(wait_for(fleet->async_create(id)));
        } else if (command == "create_failing") {
            std::string call;
            int nth = 0;
            std::string how;
            words >> call >> nth >> how;
            create_failing(*fleet, id, call, nth, how == "interrupted");
        } else if (command == "destroy") {
            answer(wait_for(fleet->async_destroy(id)));
        } else if (command == "add") {
            std::int64_t from = 0;
            std::int64_t to = 0;
            words >> from >> to;
            add(*fleet, id, from, to);
        } else if (command == "pass_by") {
            std::int64_t from = 0;
            std::int64_t more = 0;
            words >> from >> more;
            pass_by(*fleet, id, from, more);
        } else if (command == "churn") {
            churn(*fleet, id);
        } else if (command == "count") {
            auto db = wait_for(fleet->async_tenant(id));
            auto count = db ? count_notes(*db) : fail(db.error());
            if (count)
                say(std::to_string(*count));
            else
                answer(count);
        } else {
            say("unknown command: " + command);
        }
    }
}
