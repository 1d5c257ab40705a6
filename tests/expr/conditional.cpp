// coalesce, ifnull, nullif, iif
#include "query/database.hpp"

using namespace query_tests;

namespace {

template <class T, class E>
constexpr bool gives(const E&)
{
    return std::same_as<typename E::value_type, T>;
}

} // namespace

TEST_CASE("functions of NULL read as they are written")
{
    CHECK(selected(coalesce(col<&Job::note>, col<&Job::module>)) == R"(coalesce("note", "module"))");
    CHECK(selected(coalesce(col<&Job::note>, std::nullopt, "none")) == R"(coalesce("note", ?, ?))");
    CHECK(selected(ifnull(sum(col<&Job::cost>), 0)) == R"(coalesce(sum("cost"), ?))");
    CHECK(selected(nullif(col<&Job::module>, "")) == R"(nullif("module", ?))");
    CHECK(selected(iif(col<&Job::cost> > 2, "dear", "cheap")) == R"(iif("cost" > ?, ?, ?))");
}

TEST_CASE("the type is that of all, and optional only if all can be NULL")
{
    using Text = std::string;
    CHECK(gives<Text>(coalesce(col<&Job::note>, "none")));
    CHECK(gives<Text>(coalesce(col<&Job::note>, col<&Job::module>, std::nullopt)));
    CHECK(gives<std::optional<Text>>(coalesce(col<&Job::note>, std::optional<Text>())));
    CHECK(gives<std::optional<Text>>(coalesce(col<&Job::note>, std::nullopt)));
    CHECK(gives<double>(coalesce(avg(col<&Job::cost>), 0)));
    CHECK(gives<std::int64_t>(coalesce(sum(col<&User::level>), col<&User::level>)));
    CHECK(gives<std::int8_t>(least(col<&User::level>, col<&User::level>)));
    CHECK(gives<Timestamp>(coalesce(col<&Job::processed_at>, col<&Job::created_at>)));
    CHECK(gives<Id<User>>(coalesce(col<&Job::worker>, col<&Job::owner>)));
    CHECK(gives<JobStatus>(coalesce(nullif(col<&Job::status>, JobStatus::failed), JobStatus::done)));
    CHECK(gives<std::optional<JobStatus>>(nullif(col<&Job::status>, JobStatus::failed)));
    CHECK(gives<Text>(iif(col<&Job::cost> > 2, "dear", "cheap")));
    CHECK(gives<std::optional<Text>>(iif(col<&Job::cost> > 2, col<&Job::note>, "cheap")));
    CHECK(gives<std::optional<std::int64_t>>(iif(col<&Job::cost> > 2, std::nullopt, 5)));
    CHECK(gives<bool>(iif(col<&Job::cost> > 2, true, false)));
}

TEST_CASE("functions of NULL are computed")
{
    Filled db;
    const auto of = [&](const auto& expression, int cost) {
        return db.run(one(select(expression).where(col<&Job::cost> == cost)));
    };
    CHECK(of(coalesce(col<&Job::note>, "none"), 1) == "none");
    CHECK(of(coalesce(col<&Job::note>, std::string("none")), 2) == "two");
    CHECK(of(coalesce(col<&Job::worker>, key(db.ann)), 1) == db.ann);
    CHECK(of(coalesce(col<&Job::worker>, col<&Job::owner>), 3) == db.bob);
    CHECK(of(ifnull(col<&Job::note>, std::nullopt), 1) == std::nullopt);
    CHECK(of(nullif(col<&Job::module>, "mail"), 1) == std::nullopt);
    CHECK(of(nullif(col<&Job::module>, "mail"), 3) == "disk");
    CHECK(of(iif(col<&Job::cost> > 2, "dear", "cheap"), 3) == "dear");
    CHECK(of(iif(col<&Job::note> == "two", 1, 0), 1) == 0);
    CHECK(of(iif(col<&Job::cost> > 2, std::nullopt, 5), 3) == std::nullopt);
    CHECK(db.run(one(select(coalesce(sum(col<&Job::cost>), 0)).where(col<&Job::cost> > 9))) == 0);
    CHECK(db.fails(select(coalesce(col<&Job::worker>, key<User>(1, 12)))) == errc::wrong_tenant);
}
