// A migration of a fleet that is cancelled ends behind the tenants it has begun, and says which are left.
#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/open.hpp>

#include <optional>
#include <string>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace tenantry::test;

namespace {

struct NewNote {
    Id<NewNote> id{};
    std::string text{};
    std::int64_t number{};
    std::optional<std::string> colour{};
};
struct NewNotes : Schema<Table<"note", NewNote>> {};

// A run whose progress stops before a tenant is recorded, until it is told to go on.
struct Run {
    Door reached;
    Door go_on;
    asio::io_context context;
    asio::cancellation_signal signal;
    std::optional<Result<MigrationReport>> answer;

    void begin(Fleet<NewNotes>& fleet, std::size_t concurrency, std::size_t at)
    {
        MigrateOptions options;
        options.concurrency = concurrency;
        options.progress = [this, at](const TenantMigration&, std::size_t done, std::size_t) {
            if (done != at) return;
            reached.open();
            if (!go_on.wait()) FAIL("nobody let it go on");
        };
        async_migrate_all(
            fleet, options,
            asio::bind_executor(
                context, asio::bind_cancellation_slot(signal.slot(), [this](Result<MigrationReport> report) {
                    answer.emplace(std::move(report));
                })));
    }

    MigrationReport report()
    {
        context.run_for(long_enough);
        REQUIRE(answer);
        return must(std::move(*answer));
    }
};

void make_tenants(const std::filesystem::path& root)
{
    auto fleet = must(open_notes(root));
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) must(wait_for(fleet.async_create(name)));
}

} // namespace

TEST_CASE("a cancelled migration of a fleet begins no further tenant, and can be run again")
{
    const std::size_t concurrency = GENERATE(std::size_t{1}, std::size_t{2});
    const TempDir dir;
    make_tenants(dir.path() / "fleet");
    auto fleet = must(Fleet<NewNotes>::open(dir.path() / "fleet"));
    std::size_t left = 0;
    {
        Run run;
        run.begin(fleet, concurrency, 2);
        REQUIRE(run.reached.wait());
        run.signal.emit(asio::cancellation_type::terminal);
        run.go_on.open();
        const MigrationReport report = run.report();
        CHECK(report.cancelled);
        CHECK_FALSE(report.stopped);
        CHECK_FALSE(report.complete());
        const std::size_t migrated = report.count(MigrationOutcome::migrated);
        left = report.count(MigrationOutcome::not_run);
        CHECK(migrated >= 2);
        CHECK(migrated <= 1 + concurrency); // those that had begun
        CHECK(migrated + left == 6);
        for (const TenantMigration& tenant : report.tenants) CHECK_FALSE(tenant.error);
    }
    const MigrationReport rest = must(wait_for(async_migrate_all(fleet)));
    CHECK(rest.count(MigrationOutcome::migrated) == left);
    CHECK(rest.complete());
}

TEST_CASE("one that is cancelled before it has begun a tenant leaves all as they are")
{
    const TempDir dir;
    make_tenants(dir.path() / "fleet");
    asio::io_context nobody_runs_it;
    auto fleet = must(Fleet<NewNotes>::open(nobody_runs_it.get_executor(), dir.path() / "fleet"));
    Run run;
    run.begin(fleet, 4, 1);
    run.signal.emit(asio::cancellation_type::terminal);
    run.go_on.open();
    std::thread worker([&] { nobody_runs_it.run(); });
    const MigrationReport report = run.report();
    worker.join();
    CHECK(report.cancelled);
    CHECK(report.count(MigrationOutcome::not_run) == 6);
}
