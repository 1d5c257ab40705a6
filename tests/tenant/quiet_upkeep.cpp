// What is done with a database that nobody uses, and what is left alone.
#include <tenantry/tenant/detail/quiet_upkeep.hpp>

#include <atomic>
#include <string>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using test::must;

namespace {

struct Site {
    test::TempDir directory;
    sqlite::Connection connection;
    std::atomic<bool> interrupted{false};
    int ended = 0;

    // Half of it is free, some 300 KiB.
    explicit Site(bool incremental = false) : connection(make(directory.path() / "main.db", incremental))
    {
        must(connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, same INT) STRICT;"
                                "CREATE INDEX i ON t(same);"
                                "INSERT INTO t(same) WITH RECURSIVE c(n) AS "
                                "(SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 30000) SELECT 1 FROM c;"
                                "DELETE FROM t WHERE id > 15000"));
    }

    static sqlite::Connection make(const std::string& path, bool incremental)
    {
        sqlite::Profile profile;
        profile.fences = {.attached = 1, .defensive = false, .authorizer = false};
        profile.incremental_vacuum = incremental;
        return must(sqlite::Connection::open(path, sqlite::OpenMode::create, profile));
    }

    static UpkeepOptions careless()
    {
        UpkeepOptions options;
        options.compact_percent = 10;
        options.compact_free = 1;
        return options;
    }

    // Whether it did not fail.
    bool run(const UpkeepOptions& options)
    {
        detail::QuietUpkeep job(options, interrupted, [this] { ++ended; });
        connection.watch(job.cancel_flag());
        bool done = job.run(connection);
        while (done && job.again()) done = job.run(connection);
        connection.watch(nullptr);
        return done;
    }

    [[nodiscard]] Space space() { return must(detail::measure_space(connection)); }
    [[nodiscard]] bool looked_at()
    {
        return must(connection.query_integer(
                   "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'")) == 1;
    }
};

} // namespace

TEST_CASE("a database of which much is free is compacted, and its planner told")
{
    Site site(GENERATE(false, true));
    REQUIRE(site.space().free_pages > 50);
    CHECK(site.run(Site::careless()));
    CHECK(site.space().free_pages == 0);
    CHECK(site.looked_at());
    CHECK(site.ended == 1);
    CHECK(must(site.connection.query_integer("SELECT count(*) FROM t")) == 15000);
}

TEST_CASE("a database of which little is free, or that is large, is left as it is")
{
    const bool incremental = GENERATE(false, true);
    Site site(incremental);
    const auto before = site.space();
    auto options = Site::careless();
    options.optimize = false;
    bool left = true;
    SECTION("few percent") { options.compact_percent = 90; }
    SECTION("few bytes") { options.compact_free = before.bytes(); }
    SECTION("no percent: never") { options.compact_percent = 0; }
    SECTION("too large to be rewritten")
    {
        options.compact_at_most = before.bytes() - 1;
        left = !incremental;
    }
    CHECK(site.run(options));
    CHECK((site.space() == before) == left);
    CHECK_FALSE(site.looked_at());
    CHECK(site.ended == 1);
}

TEST_CASE("an upkeep that is interrupted leaves everything where it was")
{
    Site site;
    const auto before = site.space();
    auto options = Site::careless();
    options.optimize = false;
    site.interrupted = true;
    CHECK_FALSE(site.run(options));
    CHECK(site.ended == 1);
    CHECK(site.space() == before);
    CHECK(must(site.connection.query_integer("SELECT count(*) FROM t")) == 15000);
    site.interrupted = false;
    CHECK(site.run(options));
    CHECK(site.space().free_pages == 0);
}
