// first(query) and one(query)
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("the first row, or none")
{
    Filled db;
    const std::optional<Job> cheapest = db.run(first(select<Job>().order_by(col<&Job::cost>)));
    REQUIRE(cheapest);
    CHECK(cheapest->cost == 1);
    CHECK(db.run(first(select(col<&Job::cost>).order_by(desc(col<&Job::cost>)))) ==
          std::optional<std::int64_t>(4));
    CHECK_FALSE(db.run(first(select<Job>().where(col<&Job::cost> == 9))));
}

TEST_CASE("a sort is told how many rows are wanted, and nothing else is")
{
    const auto plain = select(col<&Job::cost>);
    const auto ordered = plain.order_by(col<&Job::cost>);
    CHECK(text_of(first(plain)) == text_of(plain));
    CHECK(text_of(one(plain)) == text_of(plain));
    CHECK(text_of(first(ordered)) == text_of(ordered) + " LIMIT 1");
    CHECK(text_of(one(ordered)) == text_of(ordered) + " LIMIT 2");
    CHECK(text_of(first(ordered.limit(5))) == text_of(ordered) + " LIMIT ?");
    CHECK(text_of(first(ordered.offset(2))) == text_of(ordered) + " LIMIT 1 OFFSET ?");
    Filled db;
    CHECK(db.run(first(ordered.offset(2))) == std::optional<std::int64_t>(3));
    CHECK(db.run(first(ordered.limit(1).offset(4))) == std::nullopt);
}

TEST_CASE("exactly one row, or an error that says how many")
{
    Filled db;
    CHECK(db.run(one(select<Job>().where(col<&Job::cost> == 2))).note == "two");
    const Error none = db.fails(one(select<Job>().where(col<&Job::cost> == 9)));
    CHECK(none == errc::no_such_row);
    CHECK(std::string(none.sql()) == text_of(select<Job>().where(col<&Job::cost> == 9)));
    CHECK(db.fails(one(select<Job>().where(col<&Job::cost> > 2))) == errc::too_many_rows);
    CHECK(db.fails(one(select<Job>().order_by(col<&Job::cost>))) == errc::too_many_rows);
}

TEST_CASE("nothing is left open behind the first row")
{
    Filled db;
    db.run(first(select<Job>()));
    CHECK(db.fails(one(select<Job>())) == errc::too_many_rows);
    test::must(db.connection.execute("drop table tag"));
    test::must(db.connection.close());
}
