// Writing the log back, step by step in one thread: whichever of two comes first, and what stands in the way.
#include <tenantry/tenant/detail/checkpointer.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "support/catch.hpp"
#include "support/plain_tenant.hpp"
#include "support/writer_site.hpp"

using namespace tenantry;
using test::must;
using Site = test::WriterSite;
using Room = detail::Checkpointer::Room;

namespace {

constexpr auto kib = Site::kib;

using Heard = decltype(test::BackgroundErrors::heard);

// Failing so many times with this.
Heard checkpoints(std::size_t times, errc code)
{
    return Heard(times, {BackgroundTask::checkpoint, make_error_code(code)});
}

} // namespace

TEST_CASE("a batch that has to wait for the log is begun by whoever has written it back, once")
{
    Site site;
    site.write(40 * kib);
    REQUIRE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    CHECK(site.log.room() != Room::none); // it may go on beside it, up to the limit
    site.write(100 * kib);
    CHECK_FALSE(site.log.checkpoint_if_due(true, Site::Clock::now(), [] {})); // one at a time
    const bool waits = GENERATE(true, false);
    if (waits) REQUIRE(site.log.room() == Room::none);
    CHECK(site.log.write_back() == waits);
    CHECK(site.log.room() != Room::none);
    CHECK(site.counters.stats().checkpoints == 1);
    // It has written back what came meanwhile, too: nothing is left to do, and the next commit restarts the log.
    CHECK_FALSE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    CHECK(site.counters.stats().checkpoints == 1);
    site.write(kib);
    CHECK(site.log.bytes() < 32 * kib);
    CHECK(site.background->heard.empty());
}

TEST_CASE("a batch that has to wait is begun as well where the log is not written back after all")
{
    Site site;
    site.write(40 * kib);
    REQUIRE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    site.write(100 * kib);
    REQUIRE(site.log.room() == Room::none);
    CHECK(site.log.give_up());
    CHECK(site.log.room() != Room::none);
    CHECK(site.counters.stats().checkpoints + site.counters.stats().checkpoints_blocked +
              site.counters.stats().checkpoints_failed ==
          0);
    CHECK_FALSE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    CHECK(site.log.bytes() == 0); // later it is
}

TEST_CASE("a log that grows fast is left to grow, unless that costs its writes more")
{
    auto options = Site::usual();
    options.checkpoints.interval = std::chrono::hours(1);
    SECTION("beside, and nothing is synced")
    {
        Site site(options);
        site.write(40 * kib);
        CHECK_FALSE(site.log.checkpoint_if_due(true, Site::Clock::now(), [] {}));
        site.write(30 * kib); // half of its limit
        CHECK(site.log.checkpoint_if_due(true, Site::Clock::now(), [] {}));
        CHECK_FALSE(site.log.write_back());
    }
    SECTION("where each commit is synced")
    {
        options.profile.durability = sqlite::Durability::full;
        Site site(options);
        site.write(40 * kib);
        CHECK(site.log.checkpoint_if_due(true, Site::Clock::now(), [] {}));
        CHECK_FALSE(site.log.write_back());
    }
    SECTION("where there is one connection alone")
    {
        options.profile.exclusive = true;
        Site site(options);
        site.write(40 * kib);
        CHECK_FALSE(site.log.checkpoint_if_due(true, Site::Clock::now(), [] {}));
        CHECK(site.counters.stats().checkpoints == 1);
    }
}

TEST_CASE("while the log is being written back beside, it is not restarted")
{
    Site site;
    site.write(40 * kib);
    REQUIRE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    site.log.cut();
    CHECK(site.counters.stats().checkpoints == 0);
    CHECK(site.log.bytes() > 0);
    CHECK_FALSE(site.log.write_back());
    site.log.cut();
    CHECK(site.counters.stats().checkpoints == 2);
    CHECK(site.log.bytes() == 0);
}

TEST_CASE("who is in the way is counted and heard of, and the log is refused at last")
{
    Site site;
    site.write(8 * kib);
    auto reader = site.reader();
    site.write(40 * kib);
    REQUIRE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    CHECK_FALSE(site.log.write_back());
    CHECK(site.counters.stats().checkpoints_blocked == 1);
    CHECK_FALSE(site.log.is_full());
    site.write(500 * kib);
    CHECK_FALSE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {})); // tried here, in vain
    CHECK(site.counters.stats().checkpoints_blocked == 2);
    CHECK((site.background->heard == checkpoints(1, errc::busy))); // once, of one log
    REQUIRE(site.log.is_full());
    const Error full = site.log.full_error();
    CHECK(full == errc::overloaded);
    CHECK(full.tenant() == "site");
    CHECK(full.message().find(std::to_string(site.log.bytes())) != std::string::npos);
    must(reader.execute("COMMIT"));
    CHECK_FALSE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    CHECK_FALSE(site.log.is_full());
    CHECK(site.counters.stats().checkpoints == 1);
}

TEST_CASE("what is lost is not written back, and a stranger's log in its place is none of its business")
{
    Site site;
    site.write(40 * kib);
    REQUIRE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    if (GENERATE(false, true))
        site.replace();
    else
        std::filesystem::remove(site.path);
    CHECK_FALSE(site.log.write_back());
    CHECK(site.counters.stats().checkpoints_failed == 1);
    CHECK((site.background->heard == checkpoints(1, errc::tenant_gone)));
}

TEST_CASE("where there is one connection alone, nothing is ever asked for beside it")
{
    Site site(true);
    site.write(40 * kib);
    CHECK_FALSE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    CHECK(site.counters.stats().checkpoints == 0);
    CHECK_FALSE(site.log.checkpoint_if_due(true, Site::Clock::now(), [] {}));
    CHECK(site.counters.stats().checkpoints == 1);
    CHECK(site.log.bytes() == 0);
    site.write(200 * kib);
    CHECK(site.log.room() != Room::none);
    CHECK_FALSE(site.log.checkpoint_if_due(false, Site::Clock::now(), [] {}));
    CHECK(site.counters.stats().checkpoints == 2);
}
