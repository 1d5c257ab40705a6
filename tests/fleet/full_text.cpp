// A fleet whose declaration has triggers on full-text tables: they run on its connections, and on no others.
#include <cstdint>
#include <string>
#include <vector>

#include <tenantry/fleet/open.hpp>
#include <tenantry/query/full_text.hpp>
#include <tenantry/query/match.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;

namespace full_text_fleet {

struct NoteText {
    Id<Note> note{};
    std::string text{};
};
struct Searched
    : Schema<Table<"note", Note>, Table<"reply", Reply>, FullText<"note_text", NoteText, ContentOf<Note>>> {};

} // namespace full_text_fleet

using namespace full_text_fleet;

TEST_CASE("what a tenant writes is found")
{
    const TempDir directory;
    {
        // What was there before the index was declared is in it, too.
        auto fleet = must(open_notes(directory.path() / "fleet"));
        must(wait_for(fleet.async_create("acme")));
        const auto db = must(wait_for(fleet.async_tenant("acme")));
        must(wait_for(add_note(db, "an old fax", 1)));
    }
    auto fleet = must(Fleet<Searched>::open(directory.path() / "fleet"));
    const auto db = must(wait_for(fleet.async_tenant("acme")));
    must(wait_for(add_note(db, "a fax", 2)));
    must(wait_for(add_note(db, "a letter", 3)));
    const auto query = select(col<&Note::number>)
                           .join(table<NoteText>)
                           .where(match<NoteText>("fax"))
                           .order_by(col<&Note::number>);
    CHECK(must(db.read(query)) == std::vector<std::int64_t>{1, 2});
    must(wait_for(
        db.async_write(update<Note>().set(col<&Note::text> = "gone").where(col<&Note::number> == 1))));
    CHECK(must(db.read(query)) == std::vector<std::int64_t>{2});

    // The id of what was found is a key of its note.
    const auto found = must(db.read(select<NoteText>().where(match<NoteText>("letter"))));
    REQUIRE(found.size() == 1);
    CHECK(must(db.read(one(
              select(col<&Note::number>).where(col<&Note::id> == key_of<&NoteText::note>(found[0]))))) == 3);
}

TEST_CASE("an older program says that it cannot write what a newer one keeps in step, unless it is told to")
{
    const TempDir directory;
    {
        auto older = must(open_notes(directory.path() / "fleet"));
        must(wait_for(older.async_create("acme")));
    }
    {
        auto newer = must(Fleet<Searched>::open(directory.path() / "fleet"));
        must(wait_for(newer.async_tenant("acme")));
    }
    {
        auto older = must(open_notes(directory.path() / "fleet"));
        const auto refused = wait_for(older.async_tenant("acme"));
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::newer_schema);
        CHECK_THAT(std::string(refused.error().message()), ContainsSubstring("profile.trusted_schema"));
    }
    FleetOptions trusting;
    trusting.tenant.profile.trusted_schema = true;
    {
        auto older = must(open_notes(directory.path() / "fleet", trusting));
        const auto db = must(wait_for(older.async_tenant("acme")));
        must(wait_for(add_note(db, "a fax", 1)));
    }
    auto newer = must(Fleet<Searched>::open(directory.path() / "fleet"));
    const auto db = must(wait_for(newer.async_tenant("acme")));
    CHECK(must(db.read(select<NoteText>().where(match<NoteText>("fax")))).size() == 1);
}
