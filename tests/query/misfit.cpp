// A stored value that does not fit its field is an error that says which one.
#include "query/database.hpp"

using namespace query_tests;

namespace {

// The table as somebody else may have made it: without types, checks and NOT NULL.
struct Damaged : Filled {
    Damaged()
    {
        test::must(connection.execute(
            "pragma foreign_keys = off; create table copy as select * from job; drop table job;"
            "alter table copy rename to job"));
    }

    std::string message(const char* damage)
    {
        test::must(connection.execute(damage));
        const Error error = fails(select<Job>().order_by(col<&Job::cost>));
        CHECK(error == errc::value_misfit);
        CHECK(std::string(error.sql()) == text_of(select<Job>().order_by(col<&Job::cost>)));
        return std::string(error.message());
    }
};

} // namespace

TEST_CASE("the message names table, column, row, and what was found")
{
    Damaged db;
    SECTION("NULL")
    {
        CHECK(db.message("update job set module = null where id = 3") ==
              "column 'module' of table 'job', row 3: expected TEXT, found NULL");
    }
    SECTION("another storage")
    {
        CHECK(
            db.message("update job set cost = 'many' where id = 2") ==
            "column 'cost' of table 'job', row 2: expected INTEGER, found TEXT: a value of another storage class");
    }
    SECTION("an unknown enumerator")
    {
        CHECK(
            db.message("update job set status = 'paused' where id = 1") ==
            "column 'status' of table 'job', row 1: expected TEXT, found TEXT: a value that names no enumerator");
    }
    SECTION("an optional column is not for everything either")
    {
        CHECK(
            db.message("update job set note = x'00' where id = 4") ==
            "column 'note' of table 'job', row 4: expected TEXT, found BLOB: a value of another storage class");
    }
    SECTION("the id itself")
    {
        CHECK(db.message("update job set id = null where id = 4") ==
              "column 'id' of table 'job': expected INTEGER, found NULL");
    }
}

TEST_CASE("one value out of range does not become another")
{
    Filled db;
    test::must(db.connection.execute("update user set level = 128 where id = 2"));
    const Error error = db.fails(select<User>());
    CHECK(error == errc::value_misfit);
    CHECK(
        std::string(error.message()) ==
        "column 'level' of table 'user', row 2: expected INTEGER, found INTEGER: a number that the type cannot hold");
    CHECK(db.fails(first(select<User>().where(col<&User::name> == "bob"))) == errc::value_misfit);
    CHECK(db.fails(one(select<User>().where(col<&User::name> == "bob"))) == errc::value_misfit);
}

TEST_CASE("values of expressions are named by their text")
{
    Filled db;
    const Error error = db.fails(one(sql<"select max(note) as best from job", std::int64_t>()));
    CHECK(error == errc::value_misfit);
    CHECK(std::string(error.message()) ==
          "column 'best': expected INTEGER, found TEXT: a value of another storage class");
    const Error second = db.fails(sql<"select id, note from job", std::int64_t, std::string>());
    CHECK(std::string(second.message()) == "column 'note': expected TEXT, found NULL");
}
