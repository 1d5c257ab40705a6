// on_conflict: what becomes of a row that is in the way.
#include "query/write_schema.hpp"

using namespace query_tests;

TEST_CASE("a row in the way of a key is left alone")
{
    const Contact ann = contact("ann");
    CHECK(book_text(insert(ann).on_conflict(col<&Contact::mail>).do_nothing()) ==
          R"(INSERT INTO "contact" ("id", "name", "mail", "visits", "note") VALUES (?, ?, ?, ?, ?))"
          R"( ON CONFLICT ("mail") DO NOTHING)");
    BookDatabase db;
    const std::optional<Id<Contact>> first_id =
        db.run(insert(ann).on_conflict(col<&Contact::mail>).do_nothing());
    REQUIRE(first_id);
    CHECK(first_id->value() == 1);
    // Its mail is looked at first, and is in the way; the name would be, too.
    CHECK_FALSE(db.run(insert(ann).on_conflict().do_nothing()));
    CHECK(book_text(insert(ann).on_conflict().do_nothing()).ends_with(" ON CONFLICT DO NOTHING"));

    Contact other = contact("bob");
    other.name = "ann";
    CHECK(db.fails(insert(other).on_conflict(col<&Contact::mail>).do_nothing()) == errc::constraint);
    CHECK_FALSE(db.run(insert(other).on_conflict(col<&Contact::name>).do_nothing()));
    CHECK(db.integer("select count(*) from contact") == 1);
}

TEST_CASE("a row in the way is changed, and its key comes back")
{
    BookDatabase db;
    db.run(insert(contact("eve")));
    const Id<Contact> ann = db.run(insert(contact("ann", 1)));
    const Contact again = contact("ann", 5);
    const auto query =
        insert(again)
            .on_conflict(col<&Contact::mail>)
            .do_update(col<&Contact::visits> = col<&Contact::visits> + excluded(col<&Contact::visits>),
                       col<&Contact::note> = "seen again");
    CHECK(book_text(query) ==
          R"(INSERT INTO "contact" ("id", "name", "mail", "visits", "note") VALUES (?, ?, ?, ?, ?))"
          R"( ON CONFLICT ("mail") DO UPDATE SET "visits" = "visits" + excluded."visits", "note" = ?)"
          R"( RETURNING "id")");
    CHECK(db.run(query) == ann);
    const Contact found = db.run(one(select<Contact>().where(col<&Contact::name> == "ann")));
    CHECK(found.visits == 6);
    CHECK(found.note == "seen again");
    const Contact fresh = contact("bob", 2);
    CHECK(db.run(insert(fresh)
                     .on_conflict(col<&Contact::mail>)
                     .do_update(col<&Contact::visits> = excluded(col<&Contact::visits>)))
              .value() == 3);
}

TEST_CASE("a condition says which rows in the way are changed")
{
    BookDatabase db;
    const auto set = [&](const char* value, std::int64_t at) {
        const Setting setting{
            .key = "k", .value = value, .updated_at = Timestamp(std::chrono::milliseconds(at))};
        const auto query = insert(setting)
                               .on_conflict(col<&Setting::key>)
                               .do_update(col<&Setting::value> = excluded(col<&Setting::value>),
                                          col<&Setting::updated_at> = excluded(col<&Setting::updated_at>))
                               .where(col<&Setting::updated_at> < excluded(col<&Setting::updated_at>));
        CHECK(book_text(query) ==
              R"(INSERT INTO "config" ("key", "value", "updated_at") VALUES (?, ?, ?) ON CONFLICT ("key"))"
              R"( DO UPDATE SET "value" = excluded."value", "updated_at" = excluded."updated_at")"
              R"( WHERE "updated_at" < excluded."updated_at")");
        return db.run(query);
    };
    CHECK(set("one", 10));
    CHECK(set("two", 20));
    CHECK_FALSE(set("late", 15));
    CHECK(db.run(one(select(col<&Setting::value>))) == "two");

    db.run(insert(contact("ann", 9)));
    const Contact less = contact("ann", 3);
    const std::optional<Id<Contact>> passed =
        db.run(insert(less)
                   .on_conflict(col<&Contact::name>)
                   .do_update(col<&Contact::visits> = excluded(col<&Contact::visits>))
                   .where(col<&Contact::visits> < excluded(col<&Contact::visits>)));
    CHECK_FALSE(passed);
}

TEST_CASE("the id made for a row that is not inserted is not its key")
{
    BookDatabase db;
    const Device phone{.id = {}, .name = "phone"};
    const auto id = db.run(insert(phone));
    const auto query = insert(phone)
                           .on_conflict(col<&Device::name>)
                           .do_update(col<&Device::name> = excluded(col<&Device::name>));
    CHECK(db.run(query) == id);
}

TEST_CASE("rows of a batch, and columns that were set, have their conflicts, too")
{
    BookDatabase db;
    const std::vector<Contact> rows{contact("ann", 1), contact("bob", 1), contact("ann", 1)};
    const std::vector<Id<Contact>> keys =
        db.run(insert(rows)
                   .on_conflict(col<&Contact::mail>)
                   .do_update(col<&Contact::visits> = col<&Contact::visits> + 10));
    REQUIRE(keys.size() == 3);
    CHECK(keys[0] == keys[2]);
    CHECK(db.integer("select visits from contact where name = 'ann'") == 11);
    const auto query = insert<Contact>()
                           .set(col<&Contact::name> = "ann", col<&Contact::mail> = "new")
                           .on_conflict(col<&Contact::name>)
                           .do_update(col<&Contact::mail> = excluded(col<&Contact::mail>));
    CHECK(book_text(query) == R"(INSERT INTO "contact" ("name", "mail") VALUES (?, ?) ON CONFLICT ("name"))"
                              R"( DO UPDATE SET "mail" = excluded."mail" RETURNING "id")");
    CHECK(db.run(query) == keys[0]);
    CHECK(db.run(own(query)) == keys[0]);
}
