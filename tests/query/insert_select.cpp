// insert<Row>().columns().from(query): rows that a query gives.
#include "query/write_schema.hpp"

using namespace query_tests;

namespace {

struct Filled : BookDatabase {
    Filled() { run(insert(std::vector<Contact>{contact("ann", 1), contact("bob", 2), contact("eve", 3)})); }
};

} // namespace

TEST_CASE("the rows of a query are inserted, and counted")
{
    const auto query =
        insert<Setting>()
            .columns(col<&Setting::key>, col<&Setting::value>)
            .from(select(col<&Contact::name>, col<&Contact::mail>).where(col<&Contact::visits> > 1));
    const std::string text = book_text(query);
    CHECK(text.starts_with(R"(INSERT INTO "config" ("key", "value") SELECT )"));
    CHECK(text.find(R"( FROM "contact" WHERE )") != std::string::npos);
    Filled db;
    const std::int64_t written = db.run(query);
    CHECK(written == 2);
    CHECK(db.run(select(col<&Setting::key>).order_by(col<&Setting::key>)) ==
          std::vector<std::string>{"bob", "eve"});
    CHECK(db.integer("select count(*) from config where updated_at > 0") == 2);
    CHECK(db.fails(query) == errc::constraint);
}

TEST_CASE("a table is filled from itself")
{
    Filled db;
    const auto query = insert<Contact>()
                           .columns(col<&Contact::name>, col<&Contact::mail>, col<&Contact::visits>)
                           .from(select(concat(col<&Contact::name>, "2"), concat(col<&Contact::mail>, "2"),
                                        col<&Contact::visits> + 10)
                                     .where(col<&Contact::name> != "eve"));
    CHECK(db.run(own(query)) == 2);
    CHECK(db.integer("select sum(visits) from contact") == 1 + 2 + 3 + 11 + 12);
}

TEST_CASE("rows of a query have their conflicts, too")
{
    Filled db;
    db.run(insert(Setting{.key = "ann", .value = "old", .updated_at = {}}));
    const auto from = select(col<&Contact::name>, col<&Contact::mail>);
    const auto rows = insert<Setting>().columns(col<&Setting::key>, col<&Setting::value>).from(from);
    const auto ignoring = rows.on_conflict(col<&Setting::key>).do_nothing();
    const std::string text = book_text(ignoring);
    CHECK(text.find(") SELECT * FROM (SELECT ") != std::string::npos);
    CHECK(text.ends_with(R"() WHERE true ON CONFLICT ("key") DO NOTHING)"));
    CHECK(db.run(ignoring) == 2);
    CHECK(db.run(rows.on_conflict(col<&Setting::key>)
                     .do_update(col<&Setting::value> = excluded(col<&Setting::value>))) == 3);
    CHECK(db.run(one(select(col<&Setting::value>).where(col<&Setting::key> == "ann"))) == "ann@example.org");
}

TEST_CASE("rows of a query come back where they are asked for")
{
    Filled db;
    const auto query = insert<Setting>()
                           .columns(col<&Setting::key>, col<&Setting::value>)
                           .from(select(col<&Contact::name>, col<&Contact::mail>))
                           .returning(col<&Setting::key>);
    CHECK(db.run(query).size() == 3);
}

TEST_CASE("rows come from set operations of queries as well")
{
    Filled db;
    const auto names = select(col<&Contact::name>, col<&Contact::mail>);
    const auto again = select(concat(col<&Contact::name>, "2"), col<&Contact::name>);
    const auto into = insert<Setting>().columns(col<&Setting::key>, col<&Setting::value>);
    CHECK(db.run(into.from(names.union_all(again))) == 6);
    CHECK(db.integer("select count(*) from config where value like '%@%'") == 3);
    const auto some = names.union_(again).order_by(desc(col<&Contact::name>)).limit(2);
    CHECK(db.run(own(into.from(some).on_conflict(col<&Setting::key>).do_nothing())) == 0);
    CHECK(db.run(into.from(names.except(again).union_(names))
                     .on_conflict(col<&Setting::key>)
                     .do_update(col<&Setting::value> = excluded(col<&Setting::key>))) == 3);
    CHECK(db.integer("select count(*) from config where value = key") == 3);
    CHECK(db.run(insert<Setting>()
                     .columns(col<&Setting::key>, col<&Setting::value>)
                     .from(select(concat(col<&Contact::name>, "3"), col<&Contact::mail>)
                               .intersect(select(concat(col<&Contact::name>, "3"), col<&Contact::mail>)
                                              .where(col<&Contact::visits> > 1)))
                     .returning(col<&Setting::key>))
              .size() == 2);
}
