// Raw statements with their values by name.
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("values are bound by name, in any order")
{
    Filled db;
    const auto query = sql<"select :a - @b * $c + :a", std::int64_t>(arg<"c">(2), arg<"a">(std::int64_t{100}),
                                                                     arg<"b">(short{30}));
    CHECK(db.run(one(query)) == 140);
    CHECK(db.run(one(own(query))) == 140);
    const std::string module = "mail";
    CHECK(db.run(sql<"update job set note = :note where module = :module">(
              arg<"module">(module), arg<"note">(std::string("by name")))) == 2);
    CHECK(db.integer("select count(*) from job where note = 'by name' and module = 'mail'") == 2);
    CHECK(db.run(one(sql<"select :x is null", bool>(arg<"x">(std::nullopt)))));
}

TEST_CASE("texts are borrowed where they have a name, and owned where they have none")
{
    const std::string named(100, 'n');
    const auto query =
        sql<"select :a, :b", std::string, std::string>(arg<"b">(named), arg<"a">(std::string(100, 't')));
    Database db;
    const auto [a, b] = db.run(one(query));
    CHECK(a == std::string(100, 't'));
    CHECK(b == named);
}

TEST_CASE("keys by name belong to the tenant, too")
{
    Filled db;
    const auto cost = [](const auto& id) {
        return first(sql<"select cost from job where id = :id", std::int64_t>(arg<"id">(id)));
    };
    CHECK(db.run(cost(key<Job>(2))) == 2);
    CHECK(db.fails(cost(key<Job>(2, here + 1))) == errc::wrong_tenant);
}
