// explain and uses_index: what SQLite is going to do.
#include "query/write_schema.hpp"

#include <sstream>

using namespace query_tests;

TEST_CASE("a plan is data, and the statement is not run")
{
    const auto query = remove<Contact>().where(col<&Contact::visits> > 3);
    CHECK(book_text(explain(query)) == R"(EXPLAIN QUERY PLAN DELETE FROM "contact" WHERE "visits" > ?)");
    STATIC_REQUIRE(ReadQuery<decltype(explain(query))>);
    STATIC_REQUIRE_FALSE(WriteQuery<decltype(explain(query))>);
    BookDatabase db;
    db.run(insert(contact("ann", 9)));
    const QueryPlan plan = db.run(explain(query));
    REQUIRE(plan.steps.size() == 1);
    CHECK(plan.steps[0].parent == 0);
    CHECK(plan.steps[0].detail == "SCAN contact");
    CHECK(plan.scans() == std::vector<std::string>{"SCAN contact"});
    CHECK(db.integer("select count(*) from contact") == 1);
}

TEST_CASE("the use of an index is seen")
{
    BookDatabase db;
    const auto by_name = select<Contact>().where(col<&Contact::name> == "ann");
    CHECK(db.run(uses_index<"idx_name">(by_name)));
    CHECK_FALSE(db.run(uses_index<"idx_name">(select<Contact>().where(col<&Contact::visits> == 1))));
    const auto by_mail = first(select<Contact>().where(col<&Contact::mail> == "m"));
    CHECK(db.run(uses_index<"sqlite_autoindex_contact_1">(by_mail)));
    CHECK_FALSE(db.run(uses_index<"idx_name">(by_mail)));
    CHECK(db.run(explain(by_name)).scans().empty());
    CHECK(db.run(own(uses_index<"idx_name">(by_name))));
    // Only in its order, and all it reads is in the index.
    const auto names = select(col<&Contact::name>).order_by(col<&Contact::name>);
    CHECK(db.run(uses_index<"idx_name">(names)));
    CHECK(db.run(explain(names)).scans().size() == 1);
}

TEST_CASE("inserts and raw statements are explained, too")
{
    BookDatabase db;
    const Contact ann = contact("ann");
    CHECK(db.run(explain(insert(ann))).scans().empty());
    CHECK(db.run(explain(insert(std::vector<Contact>{ann}))).scans().empty());
    const QueryPlan plan = db.run(explain(
        sql<"select a.name from contact a, contact b where b.name = a.mail union select ?", std::string>(
            "x")));
    CHECK(plan.uses_index("idx_name"));
    CHECK_FALSE(plan.uses_index("idx_nam"));
    CHECK(db.integer("select count(*) from contact") == 0);
}

TEST_CASE("a plan is printed as a tree")
{
    const QueryPlan plan{.steps = {{.id = 1, .parent = 0, .unused = 0, .detail = "COMPOUND QUERY"},
                                   {.id = 2, .parent = 1, .unused = 0, .detail = "LEFT-MOST SUBQUERY"},
                                   {.id = 5, .parent = 2, .unused = 0, .detail = "SCAN a"},
                                   {.id = 9, .parent = 1, .unused = 0, .detail = "UNION ALL"}}};
    CHECK(plan.to_string() == "COMPOUND QUERY\n  LEFT-MOST SUBQUERY\n    SCAN a\n  UNION ALL\n");
    std::ostringstream out;
    out << plan;
    CHECK(out.str() == plan.to_string());
}
