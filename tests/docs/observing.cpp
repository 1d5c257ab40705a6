// docs/observing.md
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/use_future.hpp>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/tenantry.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/paths.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::must;

namespace {

struct Note {
    Id<Note> id{};
    std::string text{};
};
struct Notes : Schema<Table<"note", Note, Unique<&Note::text>>> {};

class Log {
public:
    void add(std::string line)
    {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::move(line));
    }
    std::vector<std::string> lines()
    {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
};

// [log]
// Logs statements that take long or fail, and what goes wrong where nobody waits for an answer. Clients' conflicts are no news.
class SlowLog : public Observer {
public:
    SlowLog(Log& log, std::chrono::nanoseconds slow) : log_(log), slow_(slow) {}

    std::optional<std::chrono::nanoseconds> statements_from() const noexcept override { return slow_; }

    void statement(const ObservedStatement& ended) override
    {
        const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(ended.duration);
        std::ostringstream line;
        line << ended.tenant << ": " << ended.sql << " took " << time.count() << " ms, " << ended.rows
             << " rows read, " << ended.changes << " changed";
        if (ended.error != nullptr) line << ": " << ended.error->message();
        log_.add(line.str());
    }

    void background_error(BackgroundTask, const Error& error) override
    {
        log_.add(std::string(error.tenant()) + ": " + std::string(error.message()));
    }

private:
    Log& log_; // thread-safe, and does not wait for a disk
    const std::chrono::nanoseconds slow_;
};
// [/log]

// [count]
// Counts what the fleet's own numbers do not have.
struct Counters : Observer {
    // Of statements it wants those that fail or conflict: an hour is not reached.
    std::optional<std::chrono::nanoseconds> statements_from() const noexcept override
    {
        return std::chrono::hours(1);
    }

    void statement(const ObservedStatement& ended) override
    {
        if (ended.error != nullptr) ++failed;
    }
    void conflict(const ObservedStatement&) override { ++conflicts; }

    void tenant_opened(const ObservedOpening& opened) override
    {
        opening.add(opened.duration);
        if (!opened.migrated.empty()) ++migrated;
    }

    HistogramRecorder opening; // microseconds
    std::atomic<std::uint64_t> migrated{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<std::uint64_t> conflicts{0};
};

// What a metrics exporter asks for every few seconds.
template <class S>
std::string metrics(Fleet<S>& fleet, const Counters& counters)
{
    const FleetStats now = fleet.stats();
    const TenantStats& all = now.tenants;
    std::ostringstream out;
    out << "tenants_open " << now.open << '\n'
        << "tenants_evicted_total " << now.evicted << '\n'
        << "writes_total " << all.writes << '\n'
        << "writes_waiting " << all.queued_writes << '\n'
        << "overloaded_total " << all.overloaded << '\n'
        << "write_wait_p99_us " << all.write_wait.percentile(0.99) << '\n'
        << "batch_size_median " << all.batch_sizes.percentile(0.5) << '\n'
        << "log_bytes " << all.log_bytes << '\n'
        << "memory_bytes " << all.memory.total() << '\n'
        << "open_p99_us " << counters.opening.counted().percentile(0.99) << '\n'
        << "migrated_total " << counters.migrated << '\n'
        << "statements_failed_total " << counters.failed << '\n'
        << "conflicts_total " << counters.conflicts << '\n';
    return out.str();
}
// [/count]

template <class Operation>
auto wait_for(Operation&& operation)
{
    return std::forward<Operation>(operation)(boost::asio::use_future).get();
}

} // namespace

TEST_CASE("slow statements are logged")
{
    const test::TempDir directory;
    const auto root = directory.path() / "fleet";
    Log log;
    const auto slow = 0ns;
    // [open]
    FleetOptions options;
    options.observer = std::make_shared<SlowLog>(log, slow);
    auto fleet = Fleet<Notes>::open(root, options);
    // [/open]
    REQUIRE(fleet);
    must(wait_for(fleet->async_create("acme")));
    const auto db = must(wait_for(fleet->async_tenant("acme")));
    const Note note{.text = "private"};
    must(wait_for(db.async_write(insert(note))));
    CHECK_FALSE(wait_for(db.async_write(insert(note)))); // the text is taken
    const auto lines = log.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("acme: INSERT INTO \"note\" (\"id\", \"text\") VALUES (?, ?) took ") == 0);
    CHECK(lines[0].find(" ms, 0 rows read, 1 changed") != std::string::npos);
}

TEST_CASE("numbers are exported")
{
    const test::TempDir directory;
    const auto counters = std::make_shared<Counters>();
    FleetOptions options;
    options.observer = counters;
    auto fleet = must(Fleet<Notes>::open(directory.path() / "fleet", options));
    must(wait_for(fleet.async_create("acme")));
    const auto db = must(wait_for(fleet.async_tenant("acme")));
    const Note note{.text = "one"};
    must(wait_for(db.async_write(insert(note))));
    CHECK_FALSE(wait_for(db.async_write(insert(note))));
    const std::string exported = metrics(fleet, *counters);
    CHECK(exported.find("tenants_open 1\n") != std::string::npos);
    CHECK(exported.find("writes_total 1\n") != std::string::npos);
    CHECK(exported.find("batch_size_median 1\n") != std::string::npos);
    CHECK(exported.find("migrated_total 0\n") != std::string::npos);
    CHECK(exported.find("statements_failed_total 0\n") != std::string::npos);
    CHECK(exported.find("conflicts_total 1\n") != std::string::npos);
    CHECK(counters->opening.counted().count() == 1);
}

TEST_CASE("every number of the statistics is on the page")
{
    std::ifstream file(test::source_directory + "/docs/observing.md");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    const auto look = [&]<class Stats>(const Stats& stats) {
        for_each_field(stats, [&](const auto&, auto place) {
            const std::string name(field_name<Stats, decltype(place)::value>);
            CAPTURE(name);
            CHECK(page.find("`" + name + "`") != std::string::npos);
        });
    };
    look(FleetStats{});
    look(TenantStats{});
    look(sqlite::MemoryUse{});
}
