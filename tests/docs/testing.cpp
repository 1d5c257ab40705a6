// docs/testing.md
#include <tenantry/testing.hpp>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/tenantry.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/until.hpp"

using namespace tenantry;
using namespace std::chrono_literals;

namespace testing_tests {

// [schema]
struct User {
    Id<User> id{};
    std::string name{};
};
struct Note {
    Id<Note> id{};
    Id<User> author{};
    std::string text{};
    std::int64_t stars{};
};
struct Notes : Schema<Table<"users", User, Unique<&User::name>>,
                      Table<"notes", Note, Index<"notes_author", &Note::author>>> {};
// [/schema]

struct Label {
    std::string text{};
};
struct Labels : Schema<Table<"label", Label, PrimaryKey<&Label::text>>> {};

// [program]
// The program's own: what is to be tested.
template <class T>
auto notes_of(Key<User, T> author)
{
    return select<Note>().where(col<&Note::author> == author).order_by(col<&Note::id>);
}
inline auto all_stars() { return select(sum(col<&Note::stars>)).from(table<Note>); }

template <class T>
Result<void> star(Tx<T>& tx, Key<Note, T> key)
{
    auto note = must(tx.read(one(select<Note>().where(col<&Note::id> == key))));
    if (note.stars == 5) return fail(errc::invalid_argument, "there are five stars already");
    ++note.stars;
    return tx.run(update(note));
}
// [/program]

} // namespace testing_tests

using namespace testing_tests;

TEST_CASE("docs/testing.md: statements and bodies in memory")
{
    // [memory]
    auto tenant = must(testing::MemoryTenant<Notes>::open());
    auto [ada, bob] = must(testing::add(tenant, User{.name = "ada"}, User{.name = "bob"}));
    auto note = must(testing::add(tenant, Note{.author = ada, .text = "hello", .stars = 4}));

    auto once_more = [&](auto& tx) { return star(tx, note); };
    CHECK(tenant.write(once_more));
    CHECK(tenant.write(once_more).error() == errc::invalid_argument);
    CHECK(must(tenant.read(one(notes_of(ada)))).stars == 5);
    CHECK(must(tenant.read(notes_of(bob))).empty());
    // [/memory]

    // What fails is rolled back, and so is what throws; keys of another tenant are refused, as by a fleet's.
    auto fails = [&](auto& tx) -> Result<void> {
        must(testing::add(tx, User{.name = "eve"}, User{.name = "eva"}));
        return fail(errc::constraint);
    };
    auto throws = [&](auto& tx) -> Result<void> {
        must(testing::add(tx, User{.name = "eve"}));
        throw 7;
    };
    CHECK(tenant.write(fails).error() == errc::constraint);
    CHECK(tenant.write(throws).error() == errc::body_failed);
    CHECK(testing::add(tenant, User{.name = "eve"}, User{.name = "ada"}).error() == errc::constraint);
    CHECK(must(tenant.read(select(col<&User::name>).order_by(col<&User::name>))) ==
          std::vector<std::string>{"ada", "bob"});
    auto other = must(testing::MemoryTenant<Notes>::open());
    CHECK(other.read(notes_of(ada)).error() == errc::wrong_tenant);
    CHECK(must(tenant.read(one(notes_of(key_for<User>(tenant, ada.value()))))).text == "hello");
    auto labels = must(testing::MemoryTenant<Labels>::open());
    CHECK(testing::add(labels, Label{"a"}));
    CHECK(testing::add(labels, Label{"b"}, Label{"c"}));
    CHECK(must(labels.read(select<Label>())).size() == 3);
    int seen = 0;
    CHECK(tenant.for_each(select<User>(), [&](const auto&) { ++seen; }));
    CHECK(seen == 2);
    CHECK_FALSE(tenant.connection().in_transaction());
}

TEST_CASE("docs/testing.md: a fleet that is gone with the test, and a clock that is moved")
{
    std::filesystem::path root;
    {
        // [fleet]
        testing::ManualClock clock;
        auto fleet =
            must(testing::TemporaryFleet<Notes>::open({.close_idle_after = 1h, .clock = TimeSource(clock)}));
        {
            auto db = must(fleet.tenant("acme")); // created, since there is none
            must(testing::add(db, User{.name = "ada"}));
        }
        clock.advance(61min); // nobody has used it for an hour
        // [/fleet]
        CHECK(test::until([&] { return fleet->stats().closed_idle == 1; }));
        // [again]
        must(fleet.reopen()); // as after a restart
        CHECK(must(must(fleet.tenant("acme")).read(select<User>())).size() == 1);
        // [/again]
        root = fleet.root();
        CHECK(std::filesystem::exists(root));
        // [wait]
        auto db = must(fleet.tenant("acme"));
        const User bob{.name = "bob"};
        must(testing::wait_for(db.async_write(insert(bob))));
        // [/wait]
        auto moved = must(testing::TemporaryFleet<Notes>::open());
        const auto before = moved.root();
        moved = std::move(fleet);
        CHECK_FALSE(std::filesystem::exists(before));
        CHECK(must(moved->tenants()).size() == 1);
        const auto users = testing::run([](auto handle) -> boost::asio::awaitable<std::int64_t> {
            auto found = co_await handle.async_read(one(select(count()).from(table<User>)));
            co_return must(std::move(found));
        }(db));
        CHECK(users == 2);
    }
    CHECK_FALSE(std::filesystem::exists(root.parent_path()));
    CHECK(testing::TemporaryFleet<Notes>::open({.close_idle_after = -1h}).error() == errc::invalid_argument);
}

TEST_CASE("docs/testing.md: checks of the whole program")
{
    // [statements]
    CHECK(
        testing::check_statements<Notes>(notes_of(Key<User, Notes>()), all_stars(), insert(Note()),
                                         sql<"select count(*) from notes where stars > ?", std::int64_t>(0)));
    // [/statements]
    const auto wrong = testing::check_statements<Notes>(sql<"select nowhere from notes", std::int64_t>());
    CHECK_FALSE(wrong);
    CHECK_THAT(wrong.text(), ContainsSubstring("invalid_sql: 1 of 1") && ContainsSubstring("select nowhere"));

    const auto draft = must(next_revision<Notes>(History({}), "initial"));
    const History notes_history = history(revision(1, "initial", draft.to_sql()));
    // [history]
    CHECK(testing::check_history<Notes>(notes_history));
    // [/history]
    const auto behind =
        testing::check_history<Notes>(history(revision(1, "initial", "CREATE TABLE users (id)")));
    CHECK_FALSE(behind);
    CHECK_THAT(behind.text(),
               ContainsSubstring("rebuild table users") && ContainsSubstring("create table notes"));
    CHECK_THAT(testing::check_history<Notes>(history(revision(1, "initial", "nonsense"))).text(),
               ContainsSubstring("migration_failed"));

    auto tenant = must(testing::MemoryTenant<Notes>::open());
    const auto ada = must(testing::add(tenant, User{.name = "ada"}));
    // [index]
    CHECK(testing::check_index<"notes_author">(tenant, notes_of(ada)));
    CHECK(testing::check_no_scan(tenant, notes_of(ada)));
    // [/index]
    const auto unused = testing::check_index<"notes_author">(tenant, all_stars());
    CHECK_FALSE(unused);
    CHECK_THAT(unused.text(),
               ContainsSubstring("notes_author is not used") && ContainsSubstring("SCAN notes"));
    CHECK_THAT(testing::check_no_scan(tenant, all_stars()).text(), ContainsSubstring("SCAN notes"));
    std::ostringstream said;
    said << testing::Report() << '|' << unused;
    CHECK(said.str() == "nothing is amiss|" + unused.text());
}
