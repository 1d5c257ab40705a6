// Which constraint was violated, told through a fleet; and what a foreign key that is looked for does to neighbours.
#include <tenantry/core/constraint.hpp>

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/fleet/open.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;

namespace constraints_fleet {

struct Author {
    Id<Author> id{};
    std::string name{};
};
struct Book {
    Id<Book> id{};
    Id<Author> author{};
    std::optional<Id<Author>> editor{};
    std::int64_t pages{};
};
inline constexpr auto has_pages = col<&Book::pages> > 0;

struct Library : Schema<Table<"author", Author, Unique<&Author::name>>,
                        Table<"book", Book, Check<"has_pages", has_pages>>> {};

Book book(Id<Author> author, std::int64_t pages = 1) { return {.author = author, .pages = pages}; }

} // namespace constraints_fleet

using namespace constraints_fleet;

TEST_CASE("every way to write says which constraint was violated")
{
    const TempDir directory;
    FleetOptions options;
    options.sole_owner = GENERATE(false, true);
    auto fleet = must(Fleet<Library>::open(directory.path() / "fleet", options));
    must(fleet.create("acme"));
    const auto db = must(fleet.tenant("acme"));
    const Author ada{.name = "ada"};
    const auto key = must(db.write(insert(ada)));
    must(db.write(insert(Book{.author = key, .editor = key, .pages = 3})));

    const auto again = db.write(insert(ada));
    REQUIRE_FALSE(again);
    CHECK(again.error().constraint().kind == ConstraintKind::unique);
    CHECK(again.error().constraint().is_on("author", {"name"}));
    CHECK(again.error().tenant() == "acme");

    const Book none = book(key, 0);
    const auto empty = wait_for(db.async_write(insert(none)));
    REQUIRE_FALSE(empty);
    CHECK(empty.error().constraint().kind == ConstraintKind::check);
    CHECK(empty.error().constraint().name == "has_pages");

    auto body = [](auto& tx) -> Result<void> { return tx.run(sql<"update book set editor = 77">()); };
    for (const bool waits : {false, true}) {
        const auto done = waits ? wait_for(db.async_write(body)) : db.write(body);
        REQUIRE_FALSE(done);
        const Constraint& constraint = done.error().constraint();
        CHECK(constraint.kind == ConstraintKind::foreign_key);
        CHECK(constraint.side == ForeignKeySide::child);
        CHECK(constraint.is_on("book", {"editor"}));
        CHECK(constraint.parent == "author");
        CHECK(constraint.parent_columns == std::vector<std::string>{"id"});
        CHECK(done.error().sql() == "update book set editor = 77");
        CHECK(done.error().tenant() == "acme");
    }
    const auto removed = db.write(remove<Author>().where(col<&Author::name> == "ada"));
    REQUIRE_FALSE(removed);
    CHECK(removed.error().constraint().side == ForeignKeySide::parent);
    CHECK(removed.error().constraint().table == "book");
    CHECK(must(db.read(one(select(count()).from(table<Book>)))) == 1);
}

TEST_CASE("a foreign key that is violated costs the neighbours in its batch nothing")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet"));
    must(fleet.create("acme"));
    const auto db = must(fleet.tenant("acme"));
    Door door;
    auto first = [&](auto& tx) -> Result<void> {
        if (!door.wait()) return fail(errc::timeout);
        return tx.run(insert(note("first")));
    };
    // Which may not be called again, and would be told batch_aborted if the transaction were rolled back.
    auto body = [](auto& tx) -> Result<void> { return tx.run(insert(note("a"))); };
    auto begun = db.async_write(first, boost::asio::use_future);
    std::vector<std::future<Result<void>>> kept;
    std::vector<std::future<Result<std::int64_t>>> refused;
    for (int i = 0; i < 4; ++i) {
        kept.push_back(db.async_write(body, boost::asio::use_future));
        refused.push_back(
            db.async_write(sql<"insert into reply(note) values (99)">(), boost::asio::use_future));
    }
    door.open();
    must(begun.get());
    for (auto& each : kept) must(each.get());
    for (auto& each : refused) {
        const auto done = each.get();
        REQUIRE_FALSE(done);
        CHECK(done.error().constraint().is_on("reply", {"note"}));
    }
    CHECK(must(count_notes(db)) == 5);
    CHECK(db.stats().commits == 1);
}
