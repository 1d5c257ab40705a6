// A foreign key that is asked for at the end belongs to the write that breaks it, and to no other.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/fleet/open.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;

namespace deferred_fleet {

struct Stop {
    std::string name{};
    std::string next{};
};
struct Ring : Schema<Table<"stop", Stop, PrimaryKey<&Stop::name>,
                           ForeignKey<Columns<&Stop::next>, References<&Stop::name>, InitiallyDeferred>>> {};

} // namespace deferred_fleet

using namespace deferred_fleet;

TEST_CASE("rows may refer to each other in one write, and dangle in none")
{
    const TempDir directory;
    auto fleet = must(Fleet<Ring>::open(directory.path() / "fleet"));
    must(wait_for(fleet.async_create("acme")));
    const auto db = must(wait_for(fleet.async_tenant("acme")));

    const Stop alone{"nowhere", "elsewhere"};
    const auto ring = [](auto& tx) -> Result<void> {
        if (auto first = tx.run(insert(Stop{"a", "b"})); !first) return first;
        return tx.run(insert(Stop{"b", "a"}));
    };
    // Queued at once, so that some of them share a transaction.
    std::vector<std::future<Result<void>>> dangling;
    for (int i = 0; i < 3; ++i) dangling.push_back(db.async_write(insert(alone), boost::asio::use_future));
    auto whole = db.async_write(repeatable(ring), boost::asio::use_future);
    for (int i = 0; i < 3; ++i) dangling.push_back(db.async_write(insert(alone), boost::asio::use_future));
    for (auto& each : dangling) {
        const auto refused = each.get();
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::constraint);
        CHECK(refused.error().constraint().kind == ConstraintKind::foreign_key);
        CHECK(refused.error().constraint().is_on("stop", {"next"}));
    }
    must(whole.get());
    CHECK(must(db.read(select(col<&Stop::name>).order_by(col<&Stop::name>))) ==
          std::vector<std::string>{"a", "b"});
}
