// Reads what `slots` has stored through the library, and checks the sample.
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <tenantry/fleet/open.hpp>

#include "examples/slots_program.hpp"
#include "slots/schema.hpp"
#include "support/must.hpp"
#include "support/paths.hpp"

namespace tenantry::test {

Facts stored(const std::filesystem::path& root)
{
    using slots::AuditLog;
    Facts facts;
    auto fleet = must(Fleet<slots::Slots>::open(root));
    for (const auto& tenant : must(fleet.tenants())) {
        const auto db = must(fleet.async_tenant(tenant.view(), boost::asio::use_future).get());
        auto& events = facts[tenant.string()];
        for (auto& row : must(db.read(select<AuditLog>().order_by(col<&AuditLog::id>)))) {
            const auto at =
                std::chrono::floor<std::chrono::seconds>(row.timestamp).time_since_epoch().count();
            events.emplace_back(at, row.actor.value_or(""), std::move(row.module), std::move(row.action),
                                row.target.value_or(""));
        }
    }
    return facts;
}

} // namespace tenantry::test

using namespace tenantry::test;

TEST_CASE("the sample goes in as it is")
{
    TempDir directory;
    const auto root = directory.path() / "fleet";
    const auto ended =
        run_slots({"--root", root.string(), "import", source_directory + "/examples/data/sample.csv"});
    INFO(ended.out << ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.err.empty());

    // Written down by hand from the file: quoted fields, text beyond ASCII, nobody as an actor.
    const auto facts = stored(root);
    REQUIRE(facts.size() == 6);
    CHECK(count(facts) == 414);
    const auto& harbour = facts.at("harbour-logistics");
    REQUIRE(harbour.size() == 170);
    CHECK(harbour[0] == Fact(1704114185, "pavel", "shipments", "rerouted", "HL-57012"));
    CHECK(harbour[2] == Fact(1704190979, "dispatch-bot", "shipments", "delivered", "HL-73508, 2 pallets"));
    CHECK(harbour[3] == Fact(1704201750, "", "auth", "login failed", "web"));
    CHECK(harbour[5] == Fact(1704389098, "mira", "shipments", "rerouted", "Rotterdam to 東京"));
    bool quoted = false;
    for (const auto& event : harbour) quoted |= std::get<4>(event) == "crate \"fragile\"";
    CHECK(quoted);
}
