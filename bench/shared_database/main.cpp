// A database for each tenant against one that all share: the same requests to each, in one run.
//
//     bench_shared_database [--tenants N] [--entries N] [--postgres CONNECTION] [DIRECTORY]
//
// 200 tenants with 1,000 entries each, unless told otherwise; DIRECTORY (the system's temporary one) is where a folder is
// made, and removed: give one on a disk and one in memory. CONNECTION is libpq's; bench/shared_database/run starts a server
// of its own for it, in the same directory. The sides take turns in short rounds; a ratio is of neighbours in time, the
// median of all, and says how many times as long a side takes as tenantry.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "../folder.hpp"
#include "../harness.hpp"
#include "side.hpp"

namespace bench {

AuditLog entry(std::int64_t i)
{
    constexpr const char* modules[] = {"auth", "billing", "search", "mail", "storage"};
    AuditLog made;
    made.module = modules[static_cast<std::size_t>(i) % std::size(modules)];
    made.action = "action number " + std::to_string(i % 50);
    if (i % 3 != 0) made.target = "user/" + std::to_string(i % 1000);
    made.status = i % 7 == 0 ? Status::failed : Status::done;
    if (i % 4 != 0) made.duration_ms = i % 500;
    made.at = Timestamp(std::chrono::milliseconds(1'700'000'000'000 + i * 30'000));
    return made;
}

} // namespace bench

namespace {

using namespace bench;

struct Arguments {
    int tenants = 200;
    std::int64_t entries = 1000;
    std::string postgres{};
    std::filesystem::path parent = std::filesystem::temp_directory_path();
};

Arguments arguments(const std::vector<std::string>& given)
{
    Arguments read;
    for (std::size_t n = 0; n < given.size(); ++n) {
        const bool has_value = n + 1 < given.size();
        if (given[n] == "--tenants" && has_value)
            read.tenants = std::atoi(given[++n].c_str());
        else if (given[n] == "--entries" && has_value)
            read.entries = std::atoll(given[++n].c_str());
        else if (given[n] == "--postgres" && has_value)
            read.postgres = given[++n];
        else if (given[n].starts_with("--") || n + 1 != given.size())
            give_up("[--tenants N] [--entries N] [--postgres CONNECTION] [DIRECTORY]");
        else
            read.parent = given[n];
    }
    if (read.tenants < 1 || read.entries < 1) give_up("--tenants and --entries are numbers from 1");
    return read;
}

struct Named {
    const char* name;
    std::unique_ptr<Side> side;
};

struct Request {
    const char* name;
    int rounds; // an odd number
    int times;  // in a round
    std::function<void(Side&, int tenant, std::int64_t n)> run;
};

// Each side's microseconds a request, round by round.
std::vector<std::vector<double>> measure(const std::vector<Named>& sides, const Request& request, int tenants)
{
    std::vector<std::vector<double>> found(sides.size());
    std::mt19937 random(4711);
    std::int64_t number = 0;
    for (int round = -1; round < request.rounds; ++round) { // the first one is for warming up
        std::vector<int> chosen;
        for (int n = 0; n < request.times; ++n)
            chosen.push_back(static_cast<int>(random() % static_cast<unsigned>(tenants)));
        for (std::size_t k = 0; k < sides.size(); ++k) {
            const std::size_t at = round % 2 == 0 ? k : sides.size() - 1 - k;
            Side& side = *sides[at].side;
            const double took = microseconds([&] {
                for (std::size_t n = 0; n < chosen.size(); ++n)
                    request.run(side, chosen[n], number + static_cast<std::int64_t>(n));
            });
            if (round >= 0) found[at].push_back(took / request.times);
        }
        number += request.times;
    }
    return found;
}

void print(const char* what, const std::vector<Named>& sides, const std::vector<std::vector<double>>& found)
{
    std::printf("%s\n", what);
    for (std::size_t k = 0; k < sides.size(); ++k) {
        std::vector<double> ratios;
        for (std::size_t n = 0; n < found[k].size(); ++n) ratios.push_back(found[k][n] / found[0][n]);
        std::printf("    %-44s %10.1f us %8.2f\n", sides[k].name, median(found[k]), median(ratios));
    }
    std::fflush(stdout);
}

std::vector<Named> make_sides(const Arguments& given, const std::filesystem::path& directory, Lasting lasting)
{
    std::vector<Named> sides;
    sides.push_back({"a database for each tenant (tenantry)", fleet_side(directory / "fleet", lasting)});
    sides.push_back({"one SQLite database, tenant-first indexes",
                     shared_sqlite(directory / "first", lasting, Indexes::tenant_first)});
    sides.push_back(
        {"one SQLite database, naive indexes", shared_sqlite(directory / "naive", lasting, Indexes::naive)});
    if (given.postgres.empty()) return sides;
    sides.push_back(
        {"PostgreSQL, tenant-first indexes", shared_postgres(given.postgres, lasting, RowSecurity::no)});
    sides.push_back(
        {"PostgreSQL, row-level security", shared_postgres(given.postgres, lasting, RowSecurity::yes)});
    if (!sides.back().side)
        give_up("this was built without libpq: install it (Debian: libpq-dev) and configure again");
    return sides;
}

void run(const Arguments& given, const std::filesystem::path& directory, Lasting lasting)
{
    std::printf(
        "\n%s\n",
        lasting == Lasting::power_loss
            ? "What is acknowledged outlives a loss of power (synchronous=FULL, synchronous_commit=on)"
            : "What is acknowledged outlives the process (synchronous=NORMAL, synchronous_commit=off)");
    std::vector<Request> requests{
        {"insert an entry", 41, 100,
         [](Side& side, int tenant, std::int64_t n) { side.insert(tenant, entry(n)); }},
        {"update a setting", 41, 100,
         [](Side& side, int tenant, std::int64_t n) {
             side.update(tenant, {.key = "setting " + std::to_string(n % 20),
                                  .value = "value " + std::to_string(n),
                                  .updated_at = entry(n).at});
         }},
    };
    if (lasting == Lasting::process_death) {
        requests.insert(
            requests.begin(),
            {"the latest 100 entries of a tenant", 41, 40, [&](Side& side, int tenant, std::int64_t) {
                 if (side.latest(tenant) !=
                     static_cast<std::size_t>(std::min<std::int64_t>(100, given.entries)))
                     give_up("entries are missing");
             }});
        requests.push_back({"count the failed entries of all tenants", 21, 1,
                            [](Side& side, int, std::int64_t) { (void)side.count_failed(); }});
    }
    const auto sides = make_sides(given, directory, lasting);
    for (const auto& each : sides) each.side->fill(given.tenants, given.tenants * given.entries);
    for (const auto& each : sides)
        if (each.side->count_failed() != sides[0].side->count_failed()) give_up("the sides differ");
    for (const auto& request : requests) print(request.name, sides, measure(sides, request, given.tenants));
}

} // namespace

int main(int count, char** values)
{
    const Arguments given = arguments(std::vector<std::string>(values + 1, values + count));
    const Folder folder(given.parent);
    std::printf("%d tenants of %lld entries in %s; times as long as tenantry takes\n", given.tenants,
                static_cast<long long>(given.entries), given.parent.c_str());
    for (const auto lasting : {Lasting::process_death, Lasting::power_loss})
        run(given, folder.path() / (lasting == Lasting::power_loss ? "full" : "normal"), lasting);
}
