// insert(rows): many rows, all or none.
#include "query/write_schema.hpp"

#include <array>
#include <list>
#include <ranges>
#include <span>

using namespace query_tests;

TEST_CASE("many rows are inserted by the statement of one, and their keys come back")
{
    const std::vector<Contact> rows{contact("ann"), contact("bob"), contact("eve")};
    CHECK(book_text(insert(rows)) == book_text(insert(rows.front())));
    BookDatabase db;
    const std::vector<Id<Contact>> keys = db.run(insert(rows));
    REQUIRE(keys.size() == 3);
    CHECK(keys[0].value() == 1);
    CHECK(keys[2].value() == 3);
    CHECK(keys[1].incarnation() == 4711);
    CHECK(db.integer("select count(*) from contact where name || '@example.org' = mail") == 3);
    CHECK_FALSE(db.connection.in_transaction());
}

TEST_CASE("ranges of any kind are rows, also of what is made on the way")
{
    BookDatabase db;
    const std::array<Contact, 2> array{contact("a"), contact("b")};
    CHECK(db.run(insert(array)).size() == 2);
    const std::list<Contact> list{contact("c")};
    CHECK(db.run(insert(list)).size() == 1);
    CHECK(db.run(insert(std::vector<Contact>{contact("d"), contact("e")})).size() == 2);
    CHECK(db.run(insert(std::span(array).first(0))).empty());
    const auto made =
        std::views::iota(0, 3) | std::views::transform([](int i) {
            return contact("a name that is too long for the string itself " + std::to_string(i));
        });
    CHECK(db.run(insert(made)).size() == 3);
    CHECK(db.integer("select count(*) from contact where name like 'a name%' and mail like 'a name%'") == 3);
    CHECK(db.integer("select count(*) from contact") == 8);
}

TEST_CASE("a batch owns its rows once it is owned")
{
    BookDatabase db;
    auto owned = [] {
        const std::vector<Contact> rows{contact("ann"), contact("bob")};
        return own(insert(std::span(rows)));
    }();
    CHECK(db.run(owned).size() == 2);
    std::vector<Contact> rows{contact("eve")};
    auto moved = own(insert(std::move(rows)));
    CHECK(db.run(moved).size() == 1);
    STATIC_REQUIRE(is_rvalue_row<decltype(insert(std::vector<Contact>()))>);
    STATIC_REQUIRE_FALSE(is_rvalue_row<decltype(insert(rows))>);
}

TEST_CASE("a batch that fails leaves nothing, and what came before stays")
{
    const std::vector<Contact> rows{contact("ann"), contact("bob"), contact("ann")};
    BookDatabase db;
    CHECK(db.fails(insert(rows)) == errc::constraint);
    CHECK(db.integer("select count(*) from contact") == 0);
    CHECK_FALSE(db.connection.in_transaction());

    auto transaction = test::must(sqlite::Transaction::begin(db.connection));
    db.run(insert(contact("before")));
    CHECK(db.fails(insert(rows)) == errc::constraint);
    CHECK(db.connection.in_transaction());
    CHECK(db.integer("select count(*) from contact") == 1);
    db.run(insert(std::vector<Contact>{contact("ann"), contact("bob")}));
    test::must(transaction.commit());
    CHECK(db.integer("select count(*) from contact") == 3);
}

TEST_CASE("a batch whose caller takes it back pays for no savepoint")
{
    const std::vector<Contact> rows{contact("ann"), contact("ann")};
    BookDatabase db;
    auto transaction = test::must(sqlite::Transaction::begin(db.connection));
    const auto done = execute<Book>(db.connection, insert(rows), RolledBackBy::caller);
    CHECK_FALSE(done);
    CHECK(db.integer("select count(*) from contact") == 1); // still there: the caller's to take back
    test::must(transaction.rollback());
    CHECK(db.integer("select count(*) from contact") == 0);
}

TEST_CASE("an id of another tenant in one of the rows stops all of them")
{
    std::vector<Contact> rows{contact("ann"), contact("bob")};
    rows[1].id = detail::IdAccess::id<Contact>(std::int64_t{5}, 12);
    BookDatabase db;
    CHECK(db.fails(insert(rows)) == errc::wrong_tenant);
    CHECK(db.integer("select count(*) from contact") == 0);
}

TEST_CASE("rows that are passed over have no key")
{
    BookDatabase db;
    db.run(insert(contact("bob")));
    const std::vector<Contact> rows{contact("ann"), contact("bob"), contact("eve")};
    const std::vector<std::optional<Id<Contact>>> keys = db.run(insert_or_ignore(rows));
    REQUIRE(keys.size() == 3);
    CHECK(keys[0]);
    CHECK_FALSE(keys[1]);
    CHECK(keys[2]);
}

TEST_CASE("rows without an id are counted, and have their defaults")
{
    BookDatabase db;
    const std::vector<Setting> rows{{.key = "a", .value = "1", .updated_at = {}},
                                    {.key = "b", .value = "2", .updated_at = {}}};
    const std::int64_t written = db.run(insert(rows).defaults(col<&Setting::updated_at>));
    CHECK(written == 2);
    CHECK(db.integer("select count(*) from config where updated_at > 0") == 2);
    CHECK(db.run(upsert(rows)) == 2);
    CHECK(db.run(insert_or_ignore(rows)) == 0);
    CHECK(db.integer("select count(*) from config where updated_at = 0") == 2);
}

TEST_CASE("ids that are made here are different ones")
{
    BookDatabase db;
    const std::vector<Device> rows{{.id = {}, .name = "a"}, {.id = {}, .name = "b"}};
    const auto keys = db.run(insert(rows));
    REQUIRE(keys.size() == 2);
    CHECK(keys[0] != keys[1]);
    CHECK(db.run(select(col<&Device::id>).where(col<&Device::name> == "b")).front() == keys[1]);
}
