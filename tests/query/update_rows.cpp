// update(rows) and remove(rows): many rows, all or none; and keys that are renamed.
#include "query/declared.hpp"
#include "query/write_schema.hpp"

#include <ranges>
#include <span>

#include <tenantry/schema/foreign_key.hpp>

using namespace query_tests;

namespace {

std::vector<Contact> contacts(BookDatabase& db)
{
    db.run(insert(std::vector<Contact>{contact("ann"), contact("bob"), contact("eve")}));
    return db.run(select<Contact>().order_by(col<&Contact::id>));
}

struct Topic {
    std::string name{};
    std::int64_t weight{};
};
struct Post {
    Id<Post> id{};
    std::string topic{};
};
struct Pin {
    std::string topic{};
    std::string place{};
};
struct Forum
    : Schema<Table<"topic", Topic, PrimaryKey<&Topic::name>>,
             Table<"post", Post,
                   ForeignKey<Columns<&Post::topic>, References<&Topic::name>, WhenChanged<Action::cascade>>>,
             Table<"pin", Pin, PrimaryKey<&Pin::topic, &Pin::place>,
                   ForeignKey<Columns<&Pin::topic>, References<&Topic::name>>>> {};

} // namespace

TEST_CASE("many rows are written back by the statement of one, and counted")
{
    BookDatabase db;
    std::vector<Contact> rows = contacts(db);
    CHECK(book_text(update(rows)) == book_text(update(rows.front())));
    CHECK(book_text(remove(rows)) == book_text(remove(rows.front())));
    for (Contact& row : rows) row.visits += 40;
    rows[1].note = "changed";
    CHECK(db.run(update(rows)) == 3);
    CHECK(db.integer("select sum(visits) from contact") == 123);
    CHECK(db.integer("select count(*) from contact where note = 'changed' and name = 'bob'") == 1);
    CHECK(db.run(update(std::span(rows).first(0))) == 0);
    db.run(remove(rows[0]));
    CHECK(db.run(update(rows)) == 2); // one is not there any more
    CHECK(db.run(remove(rows)) == 2);
    CHECK(db.integer("select count(*) from contact") == 0);
    CHECK_FALSE(db.connection.in_transaction());
}

TEST_CASE("what many rows have become comes back where it is asked for")
{
    BookDatabase db;
    std::vector<Contact> rows = contacts(db);
    for (Contact& row : rows) row.visits *= 2;
    const std::vector<std::int64_t> visits = db.run(update(rows).returning(col<&Contact::visits>));
    CHECK(visits == std::vector<std::int64_t>{2, 2, 2});
    const std::vector<Contact> gone = db.run(remove(rows).returning());
    REQUIRE(gone.size() == 3);
    CHECK(gone[2].name == "eve");
}

TEST_CASE("rows of one update are written all or none")
{
    BookDatabase db;
    std::vector<Contact> rows = contacts(db);
    rows[0].visits = 50;
    rows[2].name = "ann"; // which the first has
    CHECK(db.fails(update(rows)) == errc::constraint);
    CHECK(db.integer("select max(visits) from contact") == 1);
    CHECK_FALSE(db.connection.in_transaction());

    auto transaction = test::must(sqlite::Transaction::begin(db.connection));
    db.run(update<Contact>().set(col<&Contact::visits> = 3).all_rows());
    CHECK(db.fails(update(rows)) == errc::constraint);
    CHECK(db.connection.in_transaction());
    CHECK(db.integer("select max(visits) from contact") == 3);
    test::must(transaction.commit());

    rows[2].id = {};
    CHECK(db.fails(update(rows)) == errc::invalid_argument);
    CHECK(db.fails(remove(rows)) == errc::invalid_argument);
    rows[2].id = detail::IdAccess::id<Contact>(std::int64_t{3}, 12);
    CHECK(db.fails(update(rows)) == errc::wrong_tenant);
    CHECK(db.fails(remove(rows)) == errc::wrong_tenant);
    CHECK(db.integer("select count(*) from contact where visits = 3") == 3);
}

TEST_CASE("an update of many rows owns them once it is owned")
{
    BookDatabase db;
    contacts(db);
    auto owned = [&] {
        std::vector<Contact> rows = db.run(select<Contact>());
        for (Contact& row : rows) row.note = "a note that is too long for the string itself, " + row.name;
        return own(update(std::span(rows)));
    }();
    CHECK(db.run(owned) == 3);
    auto gone = [&] {
        std::vector<Contact> rows = db.run(select<Contact>());
        return own(remove(std::move(rows)));
    }();
    CHECK(db.integer("select count(distinct note) from contact") == 3);
    CHECK(db.run(gone) == 3);
    STATIC_REQUIRE(is_rvalue_row<decltype(update(std::vector<Contact>()))>);
    CHECK_FALSE(db.run(explain(update(std::vector<Contact>{contact("a")}))).steps.empty());
}

TEST_CASE("records of a tenant are written back together, and those of another are refused")
{
    BookDatabase db;
    std::vector<Record<Contact, ScopeA>> rows;
    for (const Contact& row : contacts(db)) rows.push_back({row});
    for (auto& row : rows) row.visits = 8;
    CHECK(db.run(update(rows)) == 3);
    CHECK(db.integer("select sum(visits) from contact") == 24);
}

TEST_CASE("a natural key is renamed where that is said, and what refers to it follows as declared")
{
    declared_tests::Made<Forum> db;
    db.sql("PRAGMA foreign_keys = ON");
    db.run(insert(std::vector<Topic>{{.name = "old", .weight = 1}, {.name = "kept", .weight = 2}}));
    db.run(insert(Post{.id = {}, .topic = "old"}));
    const auto renamed = update<Topic>("old").set(rename_key(col<&Topic::name> = "new"),
                                                  col<&Topic::weight> = col<&Topic::weight> + 1);
    CHECK(std::string(sql_text<Forum, shape_t<decltype(renamed)>>) ==
          R"(UPDATE "topic" SET "name" = ?, "weight" = "weight" + ? WHERE "name" = ?)");
    CHECK(db.run(own(renamed)) == 1);
    CHECK(db.run(renamed) == 0);
    CHECK(db.run(select(col<&Post::topic>)) == std::vector<std::string>{"new"});
    CHECK(db.run(one(select(col<&Topic::weight>).where(col<&Topic::name> == "new"))) == 2);

    // Without OnUpdate what refers to it is in the way.
    db.run(insert(Pin{.topic = "new", .place = "top"}));
    const auto again = update<Topic>("new").set(rename_key(col<&Topic::name> = "newer"));
    auto failed = execute<Forum>(db.connection, again);
    REQUIRE_FALSE(failed);
    CHECK(failed.error() == errc::constraint);
    // One column of several; another row that has the key already.
    CHECK(db.run(update<Pin>("new", "top").set(rename_key(col<&Pin::place> = "bottom"))) == 1);
    auto taken =
        execute<Forum>(db.connection, update<Topic>("kept").set(rename_key(col<&Topic::name> = "new")));
    REQUIRE_FALSE(taken);
    CHECK(taken.error() == errc::constraint);
    CHECK(db.run(select(col<&Pin::place>)) == std::vector<std::string>{"bottom"});
}
