// case_
#include "query/database.hpp"

using namespace query_tests;

namespace {

template <class T, class E>
constexpr bool gives(const E&)
{
    return std::same_as<typename E::value_type, T>;
}

} // namespace

TEST_CASE("cases read as they are written")
{
    const auto cost = col<&Job::cost>;
    CHECK(selected(case_().when(cost > 3, "dear").when(cost > 1, "fair").otherwise("cheap")) ==
          R"(CASE WHEN "cost" > ? THEN ? WHEN "cost" > ? THEN ? ELSE ? END)");
    CHECK(selected(case_().when(cost > 3, cost)) == R"(CASE WHEN "cost" > ? THEN "cost" END)");
    CHECK(selected(case_(col<&Job::status>).when(JobStatus::done, 1).when(JobStatus::failed, 2)) ==
          R"(CASE "status" WHEN ? THEN ? WHEN ? THEN ? END)");
    CHECK(selected(case_(cost).when(cost + 1, 1).otherwise(0) + 1) ==
          R"(CASE "cost" WHEN "cost" + ? THEN ? ELSE ? END + ?)");
}

TEST_CASE("a case has one type, optional where a result is or none is left")
{
    const auto cost = col<&Job::cost>;
    CHECK(gives<std::string>(case_().when(cost > 3, "dear").otherwise("cheap")));
    CHECK(gives<std::optional<std::string>>(case_().when(cost > 3, "dear")));
    CHECK(gives<std::optional<std::string>>(case_().when(cost > 3, col<&Job::note>).otherwise("cheap")));
    CHECK(gives<std::optional<std::string>>(case_().when(cost > 3, "dear").otherwise(std::nullopt)));
    CHECK(gives<std::optional<std::string>>(
        case_().when(cost > 3, std::optional<std::string>()).when(cost > 2, "fair").otherwise("cheap")));
    CHECK(gives<std::int64_t>(case_().when(cost > 3, 1).when(cost > 2, col<&User::level>).otherwise(cost)));
    CHECK(gives<double>(case_().when(cost > 3, 1.5).otherwise(2)));
    CHECK(gives<JobStatus>(case_().when(cost > 3, JobStatus::done).otherwise(col<&Job::status>)));
    CHECK(gives<Id<User>>(case_().when(cost > 3, col<&Job::owner>).otherwise(key<User>(1))));
    CHECK(gives<std::optional<Timestamp>>(case_().when(cost > 3, Timestamp())));
}

TEST_CASE("cases choose")
{
    Filled db;
    const auto cost = col<&Job::cost>;
    const auto all = [&](const auto& expression) { return db.run(select(expression).order_by(cost)); };
    using Texts = std::vector<std::string>;
    const std::string fair = "fair";
    CHECK(all(case_().when(cost > 3, "dear").when(cost > 1, fair).otherwise(std::string("cheap"))) ==
          Texts{"cheap", "fair", "fair", "dear"});
    using Maybe = std::vector<std::optional<std::int64_t>>;
    CHECK(all(case_(cost).when(2, 20).when(4, cost * 10)) == Maybe{std::nullopt, 20, std::nullopt, 40});
    CHECK(all(case_(col<&Job::level>).when(Level::low, 1).otherwise(2)) ==
          std::vector<std::int64_t>{1, 2, 2, 2});
    CHECK(all(case_(col<&Job::note>).when("two", true).otherwise(false)) ==
          std::vector<bool>{false, true, false, false});
    CHECK(db.costs(case_().when(cost == 1, true).otherwise(cost > 3)) == 14);
    CHECK(db.run(one(select(sum(case_().when(col<&Job::module> == "mail", cost).otherwise(0))))) == 3);
    CHECK(db.run(select(col<&Job::module>, case_().when(count() > 1, "many").otherwise("one"))
                     .group_by(col<&Job::module>))
              .size() == 2);
}

TEST_CASE("a case is kept and used again")
{
    Filled db;
    const auto start = case_().when(col<&Job::cost> == 1, "a");
    const auto longer = start.when(col<&Job::cost> == 2, std::string("b")).otherwise("c");
    const auto query = select(longer).order_by(col<&Job::cost>);
    using Texts = std::vector<std::string>;
    CHECK(db.run(query) == Texts{"a", "b", "c", "c"});
    CHECK(db.run(own(query)) == Texts{"a", "b", "c", "c"});
    CHECK(db.run(select(start.otherwise("z")).order_by(col<&Job::cost>)) == Texts{"a", "z", "z", "z"});
}
