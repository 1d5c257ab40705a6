// cast<T>, typeof_, collate
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("casts read as they are written")
{
    CHECK(selected(cast<std::string>(col<&Job::cost>)) == R"(CAST("cost" AS TEXT))");
    CHECK(selected(cast<int>(col<&Job::note>)) == R"(CAST("note" AS INTEGER))");
    CHECK(selected(cast<double>(col<&Job::cost>) / 2) == R"(CAST("cost" AS REAL) / ?)");
    CHECK(selected(cast<std::vector<std::byte>>(col<&Job::module>)) == R"(CAST("module" AS BLOB))");
    CHECK(selected(cast<Level>(col<&Job::cost>)) == R"(CAST("cost" AS INTEGER))");
    CHECK(selected(typeof_(col<&Job::note>)) == R"(typeof("note"))");
}

TEST_CASE("casts convert")
{
    Filled db;
    const auto of = [&](const auto& expression) {
        return db.run(one(select(expression).where(col<&Job::cost> == 2)));
    };
    CHECK(of(cast<std::string>(col<&Job::cost>)) == "2");
    CHECK(of(cast<std::string>(col<&Job::status>)) == "pending");
    CHECK(of(cast<std::int64_t>(concat(cast<std::string>(col<&Job::cost>), "5th"))) == 25);
    CHECK(of(cast<int>(col<&Job::note>)) == std::optional<int>(0));
    CHECK(of(cast<double>(col<&Job::cost>)) == 2.0);
    CHECK(of(cast<int>(col<&Job::cost> * 1.9)) == 3);
    CHECK(of(cast<Level>(col<&Job::cost>)) == Level::high);
    CHECK(of(cast<Timestamp>(col<&Job::cost>)) == Timestamp(std::chrono::milliseconds(2)));
    CHECK(of(cast<std::vector<std::byte>>(cast<std::string>(col<&Job::cost>))) ==
          std::vector{std::byte{'2'}});
    CHECK(of(typeof_(col<&Job::note>)) == "text");
    CHECK(of(typeof_(col<&Job::worker>)) == "null");
    CHECK(db.run(select(cast<int>(col<&Job::note>)).where(col<&Job::cost> == 1)) ==
          std::vector<std::optional<int>>{std::nullopt});
    static_assert(std::same_as<decltype(cast<int>(col<&Job::cost>))::value_type, int>);
    static_assert(std::same_as<decltype(cast<int>(col<&Job::note>))::value_type, std::optional<int>>);
}

TEST_CASE("what the type cannot hold is an error, not another value")
{
    Filled db;
    CHECK(db.fails(select(cast<std::int8_t>(col<&Job::cost> * 100))) == errc::value_misfit);
    CHECK(db.fails(select(cast<Level>(col<&Job::cost> + 3))) == errc::value_misfit);
    CHECK(db.fails(select(cast<bool>(col<&Job::cost>))) == errc::value_misfit);
}

TEST_CASE("a collation reads as it is written, and decides what is equal")
{
    const auto name = col<&User::name>;
    CHECK(selected(collate<"nocase">(col<&Job::module>)) == R"("module" COLLATE "nocase")");
    CHECK(condition(collate<"nocase">(col<&Job::module>) == "MAIL") == R"("module" COLLATE "nocase" = ?)");
    CHECK(selected(collate<"nocase">(concat(col<&Job::module>, "x"))) ==
          R"(("module" || ?) COLLATE "nocase")");
    CHECK(text_of(select(name).order_by(desc(collate<"nocase">(name)))) ==
          R"(SELECT "name" FROM "user" ORDER BY "name" COLLATE "nocase" DESC)");
    Filled db;
    CHECK(db.costs(collate<"nocase">(col<&Job::module>) == "MAIL") == 12);
    CHECK(db.costs(collate<"binary">(col<&Job::module>) == "MAIL") == 0);
    CHECK(db.costs(collate<"rtrim">(col<&Job::module>) == "mail   ") == 12);
    CHECK(db.costs(in(collate<"nocase">(col<&Job::module>), "DISK", "x")) == 34);
    CHECK(db.run(select(collate<"nocase">(concat(col<&Job::module>, "X"))).distinct()).size() == 2);
}
