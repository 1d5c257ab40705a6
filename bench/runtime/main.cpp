// What a running fleet costs, against what a careful programmer writes with the C API and Asio.
//
//     bench_runtime [DIRECTORY [ROW...]]        all rows, or those that are named
//     bench_runtime --seconds N DIRECTORY tail  the row that looks at rare delays, for so long (60)
//
// DIRECTORY (the system's temporary one) is where a folder is made, and removed: give one on a disk and one in memory.
// Ours and theirs take turns in short rounds; ratios are of neighbours in time, and medians of those.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sqlite3.h>

#include <tenantry/core/descriptors.hpp>

#include "../folder.hpp"
#include "../harness.hpp"
#include "awake.hpp"
#include "rows.hpp"

namespace {

struct Row {
    const char* name;
    void (*run)(const bench::Setting&);
    bool waits; // one client for one thread, so that processors would go to sleep
};

constexpr Row rows[] = {
    {"write", &bench::write_alone, true},
    {"here", &bench::write_here, true},
    {"together", &bench::write_together, false},
    {"mixed", &bench::mixed, false},
    {"tail", &bench::tail, true},
    {"snapshot", &bench::snapshot, true},
    {"aggregate", &bench::aggregate, true},
    {"create", &bench::create, true},
    {"open", &bench::open_current, true},
    {"fair", &bench::fair, false},
    {"memory", &bench::idle_memory, false},
};

} // namespace

int main(int count, char** values)
{
    std::vector<std::string> arguments(values + 1, values + count);
    double seconds = 60;
    if (arguments.size() >= 2 && arguments[0] == "--seconds") {
        seconds = std::atof(arguments[1].c_str());
        arguments.erase(arguments.begin(), arguments.begin() + 2);
    }
    const std::filesystem::path parent =
        arguments.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(arguments[0]);
    const std::vector<std::string> names(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
    for (const std::string& name : names) {
        bool known = false;
        for (const Row& row : rows) known = known || name == row.name;
        if (!known) bench::give_up("there is no row '" + name + "'");
    }
    (void)bench::need(tenantry::raise_descriptor_limit());
    const bench::Folder folder(parent);
    std::printf("in %s, SQLite %s\n", parent.c_str(), sqlite3_libversion());
    bench::print_head();
    for (const Row& row : rows) {
        bool meant = names.empty();
        for (const std::string& name : names) meant = meant || name == row.name;
        if (!meant) continue;
        const auto directory = folder.path() / row.name;
        std::filesystem::create_directory(directory);
        std::optional<bench::KeepAwake> awake;
        if (row.waits) awake.emplace();
        row.run({.directory = directory, .seconds = seconds});
        std::filesystem::remove_all(directory);
    }
}
