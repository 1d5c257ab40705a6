// sql<"...">(...): values, rows, and what is refused when it runs.
#include "query/database.hpp"

#include <tuple>

using namespace query_tests;

namespace {

struct Load {
    std::string module{};
    std::int64_t jobs{};
};

} // namespace

TEST_CASE("raw rows become structs, tuples and values by position")
{
    Filled db;
    const auto loads = db.run(sql<"select module, count(*) from job group by 1 order by 1 desc", Load>());
    REQUIRE(loads.size() == 2);
    CHECK(loads[0].module == "mail");
    CHECK(loads[0].jobs == 2);
    CHECK(db.run(sql<"select cost from job where cost > 2 order by 1", std::int64_t>()) ==
          std::vector<std::int64_t>{3, 4});
    CHECK(
        db.run(one(sql<"select name, score from user where id = 2", std::string, std::optional<double>>())) ==
        std::tuple(std::string("bob"), std::optional<double>()));
    CHECK(db.run(first(sql<"select * from job where cost = 2", Job>()))->note == "two");
    CHECK(db.run(first(sql<"select owner from job where cost = 2", Id<User>>())) == db.bob);
}

TEST_CASE("raw statements say how many rows they changed")
{
    Filled db;
    CHECK(db.run(sql<"update job set cost = cost + 1 where module = ?">("mail")) == 2);
    CHECK(db.run(sql<"delete from job where cost > 100">()) == 0);
    CHECK(db.run(sql<"update job set cost = cost + 1 where module = 'mail'">()) == 2);
    CHECK(db.run(sql<"create table scratch(a)">()) == 0);
    CHECK(db.run(sql<"with a(b) as (values (1), (2)) insert into scratch select b from a">()) == 2);
    CHECK(db.run(sql<"insert into scratch values (3) returning a", std::int64_t>()) ==
          std::vector<std::int64_t>{3});
}

TEST_CASE("values of every kind are bound in the order of their parameters")
{
    Filled db;
    const std::string named = "named";
    const std::optional<std::string> none;
    const std::vector<std::byte> bytes{std::byte{7}};
    const auto types =
        one(sql<"select typeof(?1) || typeof(?2) || typeof(?3) || typeof(?4) || typeof(?5) || typeof(?6)",
                std::string>(1, 2.5, named, none, bytes, std::nullopt));
    CHECK(db.run(types) == "integerrealtextnullblobnull");
    CHECK(db.run(one(sql<"select ?2 - ?1", std::int64_t>(1, 10))) == 9);
    CHECK(db.run(one(sql<"select :b - :a * :b", std::int64_t>(10, 2))) == -10);
    CHECK(db.run(one(sql<"select count(*) from job where status = ? and created_at > ?", std::int64_t>(
              JobStatus::pending, Timestamp(std::chrono::milliseconds(1000))))) == 2);
    CHECK(db.run(one(sql<"select count(*) from job where owner = ?", std::int64_t>(key(db.ann)))) == 2);
    CHECK(db.run(one(sql<"select count(*) from job where owner = ?", std::int64_t>(db.ann))) == 2);
    CHECK(db.fails(sql<"select count(*) from job where owner = ?", std::int64_t>(key<User>(1, here + 1))) ==
          errc::wrong_tenant);
}

TEST_CASE("what SQLite does not accept is an error when it runs, with the statement")
{
    Database db;
    const Error error = db.fails(sql<"select nonsense from job", std::string>());
    CHECK(error == errc::invalid_sql);
    CHECK(std::string(error.sql()) == "select nonsense from job");
    CHECK_THAT(std::string(error.message()), ContainsSubstring("nonsense"));
}

TEST_CASE("rows of another width than was said are an error")
{
    Filled db;
    const Error few = db.fails(sql<"select module from job", Load>());
    CHECK(few == errc::value_misfit);
    CHECK_THAT(std::string(few.message()), ContainsSubstring("1 columns") && ContainsSubstring("2"));
    CHECK(db.fails(one(sql<"select 1, 2", std::int64_t>())) == errc::value_misfit);
    CHECK(db.fails(sql<"delete from job", std::int64_t>()) == errc::value_misfit);
    CHECK(db.integer("select count(*) from job") == 4);
}

TEST_CASE("raw text is read-only, a write, or either")
{
    using Read = decltype(sql<"select 1", int>());
    using Write = decltype(sql<"delete from job">());
    using Either = decltype(sql<"with a as (select 1) select * from a", int>());
    STATIC_REQUIRE(ReadQuery<Read>);
    STATIC_REQUIRE(!WriteQuery<Write> == false);
    STATIC_REQUIRE(!ReadQuery<Write>);
    STATIC_REQUIRE((ReadQuery<Either> && WriteQuery<Either>));
}

TEST_CASE("a write that gives rows is run to its end, where it can still fail")
{
    Database db;
    db.run(sql<"create table child(parent references user(id) deferrable initially deferred)">());
    CHECK(db.fails(first(sql<"insert into child values (9) returning parent", std::int64_t>())) ==
          errc::constraint);
    CHECK(db.fails(one(sql<"insert into child values (9) returning parent", std::int64_t>())) ==
          errc::constraint);
    CHECK(db.integer("select count(*) from child") == 0);
    const auto id = db.run(insert(User{}));
    CHECK(db.run(first(sql<"insert into child values (?), (null) returning parent", Id<User>>(id))) == id);
    CHECK(db.integer("select count(*) from child") == 2);
}
