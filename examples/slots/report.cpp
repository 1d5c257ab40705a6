// `slots report`: what is in the tenants' audit logs, and how large they are.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "concurrency.hpp"
#include "table.hpp"
#include "text.hpp"

namespace slots {

namespace {

constexpr std::size_t tenants_at_a_time = 16;
constexpr std::size_t name_places = 32; // of a name in a table; longer ones are cut

struct Counted {
    std::string name;
    std::int64_t events = 0;
};

struct Totals {
    std::int64_t events = 0;
    std::int64_t actors = 0;
    std::optional<Timestamp> first{};
    std::optional<Timestamp> last{};
};

struct Summary {
    Totals totals{};
    std::vector<Counted> modules{}; // the busiest first
};

struct Details {
    Summary summary{};
    std::vector<Counted> actions{};
    std::map<JobStatus, std::int64_t> jobs{};
    std::vector<Setting> settings{};
    std::vector<AuditLog> latest{};
};

// --- Reading ---------------------------------------------------------------------------------------------------------

// Everything about one tenant is read in one snapshot, so that it adds up whatever is written meanwhile.

// How often each value of a column is there, the most frequent first.
template <auto Column, tenant_of<Slots> T>
std::vector<Counted> count_by(Snapshot<T>& at)
{
    auto groups = must(
        at.read(select(col<Column>, count()).group_by(col<Column>).order_by(desc(count()), col<Column>)));
    std::vector<Counted> counted;
    for (auto& [name, events] : groups) counted.push_back({std::move(name), events});
    return counted;
}

template <tenant_of<Slots> T>
Result<Summary> summarise(Snapshot<T>& at)
{
    const auto [events, actors, first, last] =
        must(at.read(one(select(count(), count_distinct(col<&AuditLog::actor>),
                                min(col<&AuditLog::timestamp>), max(col<&AuditLog::timestamp>)))));
    return Summary{.totals = {events, actors, first, last}, .modules = count_by<&AuditLog::module>(at)};
}

template <tenant_of<Slots> T>
Result<Details> look_closely(Snapshot<T>& at)
{
    Details details{.summary = must(summarise(at)), .actions = count_by<&AuditLog::action>(at)};

    const auto jobs = must(at.read(select(col<&Job::status>, count()).group_by(col<&Job::status>)));
    for (const auto& [status, number] : jobs) details.jobs[status] = number;

    auto settings = must(at.read(select<Setting>().order_by(col<&Setting::key>)));
    for (auto& setting : settings) details.settings.push_back(plain(std::move(setting)));

    auto latest = must(at.read(
        select<AuditLog>().order_by(desc(col<&AuditLog::timestamp>), desc(col<&AuditLog::id>)).limit(10)));
    for (auto& event : latest) details.latest.push_back(plain(std::move(event)));
    return details;
}

// Asks the file system, and opens nothing: a tenant's database is SQLite's to open, and nobody else's.
std::uintmax_t size_of_tenant(const Context& context, std::string_view tenant)
{
    const auto directory = context.fleet.directory(tenant);
    if (!directory) return 0;
    std::uintmax_t bytes = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator at(*directory, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code gone;
        const auto size = at->file_size(gone);
        if (!gone) bytes += size;
    }
    return bytes;
}

// --- Printing --------------------------------------------------------------------------------------------------------

std::string day(const std::optional<Timestamp>& time) { return time ? date(*time) : "-"; }

std::string busiest(const std::vector<Counted>& counted)
{
    return counted.empty()
               ? "-"
               : printable(counted[0].name, name_places) + " (" + grouped(counted[0].events) + ")";
}

void include(Totals& all, const Totals& one)
{
    all.events += one.events;
    all.actors += one.actors; // a person who acts for two tenants counts twice: nobody may know better
    if (one.first && (!all.first || *one.first < *all.first)) all.first = one.first;
    if (one.last && (!all.last || *one.last > *all.last)) all.last = one.last;
}

std::vector<Counted> busiest_first(const std::map<std::string, std::int64_t>& counts)
{
    std::vector<Counted> counted;
    for (const auto& [name, events] : counts) counted.push_back({name, events});
    std::sort(counted.begin(), counted.end(), [](const Counted& a, const Counted& b) {
        return a.events != b.events ? a.events > b.events : a.name < b.name;
    });
    return counted;
}

struct Line {
    std::string tenant;
    std::uintmax_t bytes = 0;
    Summary summary{};
};

void print_all(std::vector<Line> lines)
{
    using enum TextTable::Align;
    TextTable table({{"Tenant"},
                     {"Events", right},
                     {"Actors", right},
                     {"Busiest module"},
                     {"First event"},
                     {"Last event"},
                     {"On disk", right}});
    const auto cells = [](std::string name, const Totals& totals, const std::vector<Counted>& modules,
                          std::uintmax_t bytes) {
        return std::vector<std::string>{std::move(name),  grouped(totals.events), grouped(totals.actors),
                                        busiest(modules), day(totals.first),      day(totals.last),
                                        human_size(bytes)};
    };
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
        const auto left = a.summary.totals.events, right = b.summary.totals.events;
        return left != right ? left > right : a.tenant < b.tenant;
    });
    Totals totals;
    std::uintmax_t bytes = 0;
    std::map<std::string, std::int64_t> modules;
    for (const auto& line : lines) {
        table.add(cells(line.tenant, line.summary.totals, line.summary.modules, line.bytes));
        include(totals, line.summary.totals);
        bytes += line.bytes;
        for (const auto& module : line.summary.modules) modules[module.name] += module.events;
    }
    table.add_total(cells(counted(static_cast<std::int64_t>(lines.size()), "tenant"), totals,
                          busiest_first(modules), bytes));
    table.print(std::cout);
}

void print_counted(const std::string& title, const std::vector<Counted>& counted, std::int64_t all)
{
    constexpr std::size_t shown = 10;
    TextTable table({{title}, {"Events", TextTable::Align::right}, {"Share", TextTable::Align::right}});
    for (std::size_t i = 0; i < std::min(shown, counted.size()); ++i)
        table.add({printable(counted[i].name, name_places), grouped(counted[i].events),
                   percent(counted[i].events, all)});
    if (counted.size() > shown) {
        std::int64_t others = 0;
        for (std::size_t i = shown; i < counted.size(); ++i) others += counted[i].events;
        table.add({"(" + grouped(static_cast<std::int64_t>(counted.size() - shown)) + " others)",
                   grouped(others), percent(others, all)});
    }
    table.print(std::cout, "  ");
    std::cout << '\n';
}

void print_one(const std::string& tenant, std::uintmax_t bytes, Details& details)
{
    const Totals& totals = details.summary.totals;
    std::cout << bold(tenant) << "\n  " << counted(totals.events, "event") << " by "
              << counted(totals.actors, "actor");
    if (totals.first && totals.last)
        std::cout << ", " << date_and_time(*totals.first) << " to " << date_and_time(*totals.last) << " UTC";
    std::cout << "\n  " << human_size(bytes) << " on disk\n  Jobs: " << details.jobs[JobStatus::pending]
              << " pending, " << details.jobs[JobStatus::running] << " running, "
              << details.jobs[JobStatus::done] << " done, " << details.jobs[JobStatus::failed] << " failed\n";
    for (const auto& setting : details.settings)
        std::cout << "  " << printable(setting.key, name_places) << " = " << printable(setting.value, 60)
                  << '\n';
    if (totals.events == 0) return;
    std::cout << '\n';
    print_counted("Module", details.summary.modules, totals.events);
    print_counted("Action", details.actions, totals.events);

    TextTable latest({{"Latest events (UTC)"}, {"Actor"}, {"Module"}, {"Action"}, {"Target"}});
    for (const auto& event : details.latest)
        latest.add({date_and_time(event.timestamp), printable(event.actor.value_or("-"), 20),
                    printable(event.module, name_places), printable(event.action, 20),
                    printable(event.target.value_or("-"), 50)});
    latest.print(std::cout, "  ");
}

} // namespace

asio::awaitable<int> report_all(Context& context)
{
    auto tenants = context.fleet.tenants();
    if (!tenants) {
        complain(tenants.error());
        co_return exit_status::failure;
    }
    if (tenants->empty()) {
        std::cout << "There are no tenants in " << context.root << " yet: slots import FILE brings some.\n";
        co_return exit_status::success;
    }
    std::vector<std::optional<Line>> found(tenants->size());
    bool failed = false;
    const auto one_tenant = [&](const TenantId& tenant, std::size_t index) -> asio::awaitable<void> {
        const auto bytes =
            size_of_tenant(context, tenant.view()); // before it is opened, which takes room as well
        auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<Summary>> {
            auto look = [](Snapshot<T>& at) { return summarise(at); };
            co_return co_await db.async_snapshot(look);
        };
        auto summary = co_await context.fleet.async_with(tenant.view(), body);
        if (summary) {
            found[index] = Line{tenant.string(), bytes, std::move(*summary)};
        } else if (summary.error() != errc::no_such_tenant &&
                   summary.error() != errc::tenant_gone) { // destroyed meanwhile
            complain(summary.error());
            failed = true;
        }
    };
    co_await for_each(*tenants, tenants_at_a_time, one_tenant);

    std::vector<Line> lines;
    for (auto& line : found)
        if (line) lines.push_back(std::move(*line));
    print_all(std::move(lines));
    co_return failed ? exit_status::failure : exit_status::success;
}

asio::awaitable<int> report_one(Context& context, std::string tenant)
{
    const auto bytes = size_of_tenant(context, tenant);
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<Details>> {
        auto look = [](Snapshot<T>& at) { return look_closely(at); };
        co_return co_await db.async_snapshot(look);
    };
    auto details = co_await context.fleet.async_with(tenant, body);
    if (!details) {
        complain(details.error());
        co_return exit_status::failure;
    }
    print_one(tenant, bytes, *details);
    co_return exit_status::success;
}

} // namespace slots
