// insert<Row>().set(...): some columns of a row.
#include "query/write_schema.hpp"

using namespace query_tests;

TEST_CASE("some columns are inserted, the others take their defaults")
{
    const auto query = insert<Contact>().set(col<&Contact::name> = "ann", col<&Contact::mail> = "a@b");
    CHECK(book_text(query) == R"(INSERT INTO "contact" ("name", "mail") VALUES (?, ?))");
    BookDatabase db;
    const Id<Contact> id = db.run(query);
    CHECK(id.value() == 1);
    CHECK(id.incarnation() == 4711);
    const Contact found = db.run(one(select<Contact>()));
    CHECK(found.name == "ann");
    CHECK(found.mail == "a@b");
    CHECK(found.visits == 7);
    CHECK_FALSE(found.note);
}

TEST_CASE("values are owned where the query outlives them")
{
    BookDatabase db;
    const auto query = [] {
        const std::string mail(100, 'm');
        return own(insert<Contact>().set(col<&Contact::name> = std::string("ann"), col<&Contact::mail> = mail,
                                         col<&Contact::note> = std::nullopt));
    }();
    db.run(query);
    CHECK(db.run(one(select(col<&Contact::mail>))).size() == 100);
}

TEST_CASE("a row without an id gives nothing")
{
    BookDatabase db;
    const auto query = insert<Setting>().set(col<&Setting::key> = "k", col<&Setting::value> = "v");
    STATIC_REQUIRE(std::is_void_v<result_t<Book, PlainRows, decltype(query)>>);
    test::must(execute<Book>(db.connection, query));
    CHECK(db.integer("select count(*) from config where key = 'k' and value = 'v'") == 1);
    CHECK(db.integer("select updated_at > 0 from config") == 1);
}

TEST_CASE("an id may be given")
{
    BookDatabase db;
    const auto key = detail::IdAccess::key<Contact, ScopeA>(77, 4711);
    const auto query = insert<Contact>().set(col<&Contact::id> = key, col<&Contact::name> = "ann",
                                             col<&Contact::mail> = "m");
    CHECK(book_text(query) ==
          R"(INSERT INTO "contact" ("id", "name", "mail") VALUES (?, ?, ?) RETURNING "id")");
    CHECK(db.run(query).value() == 77);
    const auto stranger = detail::IdAccess::key<Contact, ScopeA>(78, 1);
    CHECK(db.fails(insert<Contact>().set(col<&Contact::id> = stranger, col<&Contact::name> = "bob",
                                         col<&Contact::mail> = "b")) == errc::wrong_tenant);
}

TEST_CASE("an id that the database cannot assign is made, and comes back")
{
    BookDatabase db;
    const auto query = insert<Device>().set(col<&Device::name> = "phone");
    CHECK(book_text(query) == R"(INSERT INTO "device" ("name", "id") VALUES (?, ?))");
    const auto id = db.run(query);
    CHECK_FALSE(id.value().is_nil());
    CHECK(db.run(one(select<Device>())).id == id);
}
