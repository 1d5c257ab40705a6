#include <tenantry/query/full_text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/expr/expr.hpp>
#include <tenantry/expr/full_text_words.hpp>
#include <tenantry/query/match.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/column_name.hpp>

#include "query/declared.hpp"

namespace full_text_tests {

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
    std::optional<std::string> payload{};
    std::int64_t cost{};
};
// What is searched of a job.
struct JobText {
    std::string module{};
    Id<Job> job{};
    std::optional<std::string> payload{};
};
struct Page {
    Id<Page> id{};
    std::string title{};
    std::string body{};
    std::string source{};
};
struct Found {
    Id<Job> job{};
    std::string payload{};
};

inline constexpr auto found =
    select(col<&JobText::job>, highlight<&JobText::payload>("[", "]").as("payload"_n))
        .where(match<JobText>("fax"));

struct Slot
    : Schema<Table<"queue", Job, ColumnName<&Job::id, "number">>,
             FullText<"job_text", JobText, ContentOf<Job>, Tokenize<"porter unicode61">, Prefixes<2, 3>>,
             FullText<"page", Page, Unindexed<&Page::source>>, View<"found", Found, found>> {};

struct Own : Schema<FullText<"page", Page>> {};

} // namespace full_text_tests

using namespace full_text_tests;
using declared_tests::Made;
using declared_tests::sql_of;
using test::must;

TEST_CASE("a full-text table says what it indexes, and triggers keep it in step")
{
    CHECK(
        sql_of<Slot>("job_text") ==
        R"(CREATE VIRTUAL TABLE "job_text" USING fts5("module", "payload", content='queue', content_rowid='number',)"
        R"( tokenize='porter unicode61', prefix='2 3'))");
    CHECK(sql_of<Slot>("page") ==
          R"(CREATE VIRTUAL TABLE "page" USING fts5("title", "body", "source" UNINDEXED))");
    CHECK(sql_of<Slot>("job_text_insert") == R"(CREATE TRIGGER "job_text_insert" AFTER INSERT ON "queue" BEGIN
    INSERT INTO "job_text" (rowid, "module", "payload") VALUES (new."number", new."module", new."payload");
END)");
    CHECK(sql_of<Slot>("job_text_update") ==
          R"(CREATE TRIGGER "job_text_update" AFTER UPDATE OF "number", "module", "payload" ON "queue" BEGIN
    INSERT INTO "job_text" ("job_text", rowid, "module", "payload") VALUES ('delete', old."number", old."module", old."payload");
    INSERT INTO "job_text" (rowid, "module", "payload") VALUES (new."number", new."module", new."payload");
END)");
    CHECK(sql_of<Slot>("job_text_remove") == R"(CREATE TRIGGER "job_text_remove" AFTER DELETE ON "queue" BEGIN
    INSERT INTO "job_text" ("job_text", rowid, "module", "payload") VALUES ('delete', old."number", old."module", old."payload");
END)");
    CHECK(schema_info<Slot>().needs_trust);
    CHECK_FALSE(schema_info<Own>().needs_trust);
}

TEST_CASE("it finds rows of another table, as they are now")
{
    Made<Slot> db;
    const auto ids = [&](const std::string& query) {
        std::vector<std::int64_t> all;
        for (const JobText& row :
             db.run(select<JobText>().where(match<JobText>(query)).order_by(col<&JobText::job>)))
            all.push_back(row.job.value());
        return all;
    };
    db.sql(
        "INSERT INTO queue VALUES (1, 'mail', 'send the faxes', 5), (2, 'fax', 'mailing', 6), (3, 'mail', NULL, 7)");
    CHECK(ids("fax") == std::vector<std::int64_t>{1, 2});
    CHECK(ids("module : fax") == std::vector<std::int64_t>{2});
    CHECK(db.run(select<JobText>().where(match(col<&JobText::module>, "fax"))).size() == 1);
    db.sql("UPDATE queue SET payload = 'nothing' WHERE number = 1; DELETE FROM queue WHERE number = 2;"
           "UPDATE queue SET number = 30, cost = 1 WHERE number = 3");
    CHECK(ids("fax").empty());
    CHECK(ids("mail") == std::vector<std::int64_t>{1, 30});
    db.sql("INSERT INTO job_text(job_text) VALUES ('integrity-check')");

    // From what is found to its row, along the id.
    const auto costs = db.run(select(col<&Job::cost>).join(table<JobText>).where(match<JobText>("nothing")));
    REQUIRE(costs.size() == 1);
    CHECK(costs[0] == 5);
    CHECK(declared_tests::sql_of<Slot>("found").find("MATCH 'fax'") != std::string::npos);
    db.sql("INSERT INTO queue VALUES (9, 'x', 'a fax', 1)");
    CHECK(db.run(select<Found>()).at(0).payload == "a [fax]");
}

TEST_CASE("rows of an index of its own are written like others")
{
    Made<Own> db;
    const auto first = db.run(insert(Page{.title = "Tea", .body = "green tea and black tea", .source = "a"}));
    const auto second = db.run(insert(Page{.title = "Coffee", .body = "no tea", .source = "b"}));
    CHECK(first.value() == 1);
    CHECK(second.value() == 2);
    const auto titles = [&](const char* query) {
        return db.run(select(col<&Page::title>).where(match<Page>(query)).order_by(match_rank<Page>));
    };
    CHECK(titles("tea") == std::vector<std::string>{"Tea", "Coffee"});
    auto page = db.run(select<Page>().where(match(col<&Page::title>, "coffee"))).at(0);
    page.body = "espresso";
    CHECK(db.run(update(page)) == 1);
    CHECK(titles("tea") == std::vector<std::string>{"Tea"});
    CHECK(db.run(remove(page)) == 1);
    CHECK(titles("espresso").empty());
}

TEST_CASE("what was found can be weighed, marked and cut")
{
    Made<Own> db;
    db.run(insert(Page{.title = "fax", .body = "one two three four five six seven eight nine ten"}));
    db.run(insert(Page{.title = "mail", .body = "a b c d e f g h i j k fax l m n o p q r s t u v"}));
    const auto weighed = [&](double title, double body) {
        return db.run(select(col<&Page::title>).where(match<Page>("fax")).order_by(bm25<Page>(title, body)))
            .at(0);
    };
    CHECK(weighed(10, 1) == "fax");
    CHECK(weighed(0.1, 10) == "mail");
    const auto marked =
        db.run(select(highlight<&Page::body>("<b>", "</b>"), snippet<&Page::body>("[", "]", "..", 3))
                   .where(match<Page>("fax") && col<&Page::title> == "mail"))
            .at(0);
    CHECK(std::get<0>(marked) == "a b c d e f g h i j k <b>fax</b> l m n o p q r s t u v");
    CHECK(std::get<1>(marked) == "..k [fax] l..");
    const auto text =
        std::string(sql_text<Own, shape_t<decltype(select(snippet<&Page::source>("", ""), bm25<Page>(2))
                                                       .where(match<Page>("x"))
                                                       .order_by(match_rank<Page>))>>);
    CHECK(text == R"(SELECT snippet("page", 2, ?, ?, ?, ?), bm25("page", ?) FROM "page" WHERE "page" MATCH ?)"
                  R"( ORDER BY "page".rank)");
}

TEST_CASE("what a user types is no query language")
{
    Made<Own> db;
    db.run(insert(Page{.title = "AND", .body = "it's \"quoted\" NEAR(x) col:umn a-b * tele"}));
    const auto finds = [&](const std::string& query) {
        return execute<Own>(db.connection, select<Page>().where(match<Page>(query)));
    };
    for (const char* typed : {"AND", "it's",    "\"quoted\"", "quoted\"", "NEAR(x", "col:umn", "a-b",     "(",
                              ")",   "*",       "^",          "OR",       "-",      "+",       "NOT NOT", "",
                              "   ", "{a b}:c", "\xff\xfe",   "\"",       "\"\"\"", "a*b"})
        for (const Words how : {Words::all, Words::any, Words::phrase})
            for (const bool prefix : {false, true}) {
                INFO(typed);
                CHECK(finds(full_text_words(typed, how, prefix)));
            }
    CHECK(must(finds(full_text_words("AND it's quoted\""))).size() == 1);
    CHECK(must(finds(full_text_words("it's missing"))).empty());
    CHECK(must(finds(full_text_words("missing near", Words::any))).size() == 1);
    CHECK(must(finds(full_text_words("quoted near", Words::phrase))).size() == 1);
    CHECK(must(finds(full_text_words("near quoted", Words::phrase))).empty());
    CHECK(must(finds(full_text_words("it's te"))).empty());
    CHECK(must(finds(full_text_words("it's te", Words::all, true))).size() == 1);
    CHECK(must(finds(full_text_words(""))).empty());
    CHECK(must(finds(full_text_words(std::string_view("qu\0oted", 7)))).size() == 1);
    CHECK(full_text_words("a \"b\"") == R"("a" """b""")");
    CHECK_FALSE(finds("\"not closed")); // unlike what is not quoted
}
