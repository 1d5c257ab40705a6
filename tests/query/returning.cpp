// returning: the rows that were written.
#include "query/write_schema.hpp"

#include <algorithm>

using namespace query_tests;

TEST_CASE("an insert gives back what it has written")
{
    BookDatabase db;
    const Contact ann = contact("ann");
    const auto whole = insert(ann).defaults(col<&Contact::visits>).returning();
    CHECK(book_text(whole) == R"(INSERT INTO "contact" ("id", "name", "mail", "note") VALUES (?, ?, ?, ?))"
                              R"( RETURNING "id", "name", "mail", "visits", "note")");
    const std::vector<Contact> written = db.run(whole);
    REQUIRE(written.size() == 1);
    CHECK(written[0].id.value() == 1);
    CHECK(written[0].id.incarnation() == 4711);
    CHECK(written[0].visits == 7);

    const Contact bob = contact("bob");
    const auto some = insert(bob).returning(col<&Contact::id>, col<&Contact::visits> + 1);
    CHECK(book_text(some) ==
          R"(INSERT INTO "contact" ("id", "name", "mail", "visits", "note") VALUES (?, ?, ?, ?, ?))"
          R"( RETURNING "id", "visits" + ?)");
    const auto [id, visits] = db.run(one(some)); // a tuple
    CHECK(id.value() == 2);
    CHECK(visits == 2);
    CHECK_FALSE(db.run(first(insert(bob).on_conflict().do_nothing().returning())));
}

TEST_CASE("an insert of several rows, and of some columns, gives them back, too")
{
    BookDatabase db;
    const std::vector<Contact> rows{contact("ann"), contact("bob")};
    const std::vector<std::string> names = db.run(insert(rows).returning(col<&Contact::name>));
    CHECK(names == std::vector<std::string>{"ann", "bob"});
    CHECK(db.run(one(insert<Contact>()
                         .set(col<&Contact::name> = "eve", col<&Contact::mail> = "e")
                         .returning(col<&Contact::visits>))) == 7);
    const Device device{.id = {}, .name = "a"};
    CHECK_FALSE(db.run(one(insert(device).returning())).id.value().is_nil());
}

TEST_CASE("an update gives rows as they are afterwards, a remove as they were")
{
    BookDatabase db;
    db.run(insert(std::vector<Contact>{contact("ann", 1), contact("bob", 2), contact("eve", 3)}));
    const auto query = update<Contact>()
                           .returning(col<&Contact::visits>)
                           .set(col<&Contact::visits> = col<&Contact::visits> * 10)
                           .where(col<&Contact::visits> > 1);
    CHECK(book_text(query) ==
          R"(UPDATE "contact" SET "visits" = "visits" * ? WHERE "visits" > ? RETURNING "visits")");
    std::vector<std::int64_t> visits = db.run(query);
    std::ranges::sort(visits);
    CHECK(visits == std::vector<std::int64_t>{20, 30});

    Contact ann = db.run(one(select<Contact>().where(col<&Contact::name> == "ann")));
    ann.note = "new";
    const auto rewritten = db.run(update(ann).returning());
    REQUIRE(rewritten.size() == 1);
    CHECK(rewritten[0].note == "new");

    CHECK(book_text(remove(ann).returning(col<&Contact::note>)) ==
          R"(DELETE FROM "contact" WHERE "id" = ? RETURNING "note")");
    CHECK(db.run(one(remove(ann).returning(col<&Contact::note>))) == "new");
    CHECK_FALSE(db.run(first(remove(ann).returning())));
    CHECK(db.run(remove<Contact>().all_rows().returning(col<&Contact::id>)).size() == 2);
}

TEST_CASE("the first of several rows changes them all the same")
{
    BookDatabase db;
    db.run(insert(std::vector<Contact>{contact("ann", 1), contact("bob", 2)}));
    CHECK(db.run(first(update<Contact>().set(col<&Contact::visits> = 5).all_rows().returning())));
    CHECK(db.integer("select sum(visits) from contact") == 10);
    CHECK(db.fails(one(update<Contact>().set(col<&Contact::visits> = 6).all_rows().returning())) ==
          errc::too_many_rows);
}

TEST_CASE("rows that are given back belong to the scope")
{
    BookDatabase db;
    const Contact ann = contact("ann");
    auto rows = test::must(execute<Book, Records<ScopeA>>(db.connection, insert(ann).returning()));
    STATIC_REQUIRE(std::same_as<decltype(rows), std::vector<Record<Contact, ScopeA>>>);
    auto keys = test::must(
        execute<Book, Records<ScopeA>>(db.connection, update(rows[0]).returning(col<&Contact::id>)));
    STATIC_REQUIRE(std::same_as<decltype(keys), std::vector<Key<Contact, ScopeA>>>);
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].incarnation() == 4711);
}
