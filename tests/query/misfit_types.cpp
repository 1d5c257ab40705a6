// What does not fit names its table, column and row, whatever the type.
#include "query/every_type.hpp"

using namespace every_type;

namespace {

// A table that somebody else made: without types and checks.
struct Damaged : Database {
    Damaged()
    {
        run(insert(Every{}));
        run(insert(Every{}));
        std::string table = "CREATE TABLE copy (";
        for (const std::string_view name : column_names<table_of<World, Every>>)
            table.append(table.back() == '(' ? "" : ", ").append(name);
        table.append(")");
        test::must(connection.execute(table.c_str()));
        test::must(connection.execute("INSERT INTO copy SELECT * FROM every; DROP TABLE every;"
                                      "ALTER TABLE copy RENAME TO every; UPDATE every SET other = 1"));
        REQUIRE(run(select<Every>()).size() == 2);
    }

    /// What is said of row 2 with another value in one of its columns.
    std::string said(const std::string& column, const std::string& value)
    {
        test::must(connection.execute(
            ("SAVEPOINT s; UPDATE every SET " + column + " = " + value + " WHERE id = 2").c_str()));
        const Error error = fails(select<Every>().order_by(col<&Every::id>));
        test::must(connection.execute("ROLLBACK TO s; RELEASE s"));
        CHECK(error == errc::value_misfit);
        const std::string text(error.message());
        const std::string where = "column '" + column + "' of table 'every', row 2: ";
        CAPTURE(text);
        REQUIRE(text.substr(0, where.size()) == where);
        return text.substr(where.size());
    }
};

const std::string out_of_range = "expected INTEGER, found INTEGER: a number that the type cannot hold";

} // namespace

TEST_CASE("NULL fits no column but an optional one")
{
    Damaged db;
    for (const char* integer : {"flag", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "numbered",
                                "at", "day", "wall", "date", "took"})
        CHECK(db.said(integer, "NULL") == "expected INTEGER, found NULL");
    for (const char* real : {"f", "d", "exactly", "celsius"})
        CHECK(db.said(real, "NULL") == "expected REAL, found NULL");
    for (const char* text : {"text", "named", "path"})
        CHECK(db.said(text, "NULL") == "expected TEXT, found NULL");
    for (const char* blob : {"bytes", "three", "uuid"})
        CHECK(db.said(blob, "NULL") == "expected BLOB, found NULL");
}

TEST_CASE("no storage is taken for another")
{
    Damaged db;
    const std::string other = ": a value of another storage class";
    for (const char* integer : {"flag", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "maybe",
                                "numbered", "at", "day", "wall", "date", "took", "other"}) {
        CHECK(db.said(integer, "'1'") == "expected INTEGER, found TEXT" + other);
        CHECK(db.said(integer, "1.0") == "expected INTEGER, found REAL" + other);
        CHECK(db.said(integer, "x'01'") == "expected INTEGER, found BLOB" + other);
    }
    for (const char* real : {"f", "d", "exactly", "celsius"}) {
        CHECK(db.said(real, "'1.5'") == "expected REAL, found TEXT" + other);
        CHECK(db.said(real, "x'01'") == "expected REAL, found BLOB" + other);
    }
    for (const char* text : {"text", "named", "path"}) {
        CHECK(db.said(text, "1") == "expected TEXT, found INTEGER" + other);
        CHECK(db.said(text, "x'41'") == "expected TEXT, found BLOB" + other);
    }
    for (const char* blob : {"bytes", "three", "uuid"}) {
        CHECK(db.said(blob, "'abc'") == "expected BLOB, found TEXT" + other);
        CHECK(db.said(blob, "7") == "expected BLOB, found INTEGER" + other);
    }
}

TEST_CASE("no number is cut")
{
    Damaged db;
    CHECK(db.said("flag", "2") == out_of_range);
    CHECK(db.said("i8", "128") == out_of_range);
    CHECK(db.said("u8", "-1") == out_of_range);
    CHECK(db.said("i16", "-32769") == out_of_range);
    CHECK(db.said("u16", "65536") == out_of_range);
    CHECK(db.said("i32", "2147483648") == out_of_range);
    CHECK(db.said("u32", "4294967296") == out_of_range);
    CHECK(db.said("u64", "-1") == out_of_range);
    CHECK(db.said("maybe", "2147483648") == out_of_range);
    CHECK(db.said("date", "20000000") == out_of_range);
    CHECK(db.said("f", "1e300") == "expected REAL, found REAL: a number that the type cannot hold");
    CHECK(db.said("d", "9007199254740993") ==
          "expected REAL, found INTEGER: a number that the type cannot hold");
}

TEST_CASE("no enumerator, size or form is guessed")
{
    Damaged db;
    CHECK(db.said("named", "'blue'") == "expected TEXT, found TEXT: a value that names no enumerator");
    CHECK(db.said("numbered", "2") == "expected INTEGER, found INTEGER: a value that names no enumerator");
    CHECK(db.said("three", "x'0102'") == "expected BLOB, found BLOB: a blob of the wrong size");
    CHECK(db.said("uuid", "x'01'") == "expected BLOB, found BLOB: a blob of the wrong size");
}
