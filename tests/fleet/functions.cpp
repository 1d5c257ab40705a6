// Functions of the program are on every connection of a fleet: the writer's, the readers', and where tenants are made.
#include <string>
#include <string_view>

#include <tenantry/fleet/open.hpp>
#include <tenantry/schema/generated.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;

namespace {

struct Word {
    Id<Word> id{};
    std::string text{};
    std::string backwards{};
};
inline constexpr auto reversed = call<"reverse", std::string>(col<&Word::text>);
struct Lexicon : Schema<Table<"word", Word, Generated<&Word::backwards, reversed>>> {};

FleetOptions with_functions()
{
    FleetOptions options;
    options.threads = 2;
    options.tenant.profile.functions
        .scalar("reverse", [](std::string_view text) { return std::string(text.rbegin(), text.rend()); },
                {.deterministic = true, .innocuous = true})
        .scalar("refuse", [](std::string_view text) -> Result<bool> {
            return fail(errc::invalid_argument, "nobody may say " + std::string(text));
        });
    return options;
}

} // namespace

TEST_CASE("a declared column is computed by the program, and queries call it")
{
    const TempDir directory;
    auto fleet = must(Fleet<Lexicon>::open(directory.path() / "fleet", with_functions()));
    must(wait_for(fleet.async_create("acme")));
    const auto db = must(wait_for(fleet.async_tenant("acme")));
    const Word word{.id = {}, .text = "stressed", .backwards = {}};
    must(wait_for(db.async_write(insert(word))));
    CHECK(must(db.read(one(select<Word>()))).backwards == "desserts");
    CHECK(must(wait_for(db.async_read(one(select(call<"reverse", std::string>(col<&Word::backwards>)))))) ==
          "stressed");
    const auto changed = update<Word>()
                             .set(col<&Word::text> = call<"reverse", std::string>(col<&Word::text>))
                             .all_rows()
                             .returning(col<&Word::backwards>);
    CHECK(must(wait_for(db.async_write(one(changed)))) == "stressed");

    const auto refused =
        wait_for(db.async_write(remove<Word>().where(call<"refuse", bool>(col<&Word::text>))));
    REQUIRE_FALSE(refused);
    CHECK_THAT(std::string(refused.error().message()), ContainsSubstring("nobody may say desserts"));
    CHECK(must(db.read(select<Word>())).size() == 1);
}
