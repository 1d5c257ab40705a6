// docs/functions.md
#include "docs/database.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <tenantry/core/timestamp.hpp>

using namespace tenantry;

namespace {

// [rows]
enum class Status { pending, running, done };

struct Job {
    Id<Job> id{};
    std::string module{};
    std::optional<std::string> note{};
    Status status{};
    std::int64_t cost{};
    Timestamp created_at{};
    std::optional<Timestamp> ended_at{};
    std::string payload{}; // JSON
};
// [/rows]

struct Plant : Schema<Table<"job", Job>> {};

Timestamp may(unsigned day, int hour)
{
    return std::chrono::sys_days{std::chrono::year(2024) / 5 / std::chrono::day(day)} +
           std::chrono::hours(hour);
}

// Four jobs in two days.
struct Filled : docs::Database<Plant> {
    Filled()
    {
        add("mail", 1, may(1, 9), R"({"to": "ann", "tries": 2})");
        add("mail", 2, may(1, 17), R"({"to": "bob", "tries": 1})");
        add("disk", 3, may(2, 8), R"({"paths": ["/a", "/b"]})");
        add("disk", 4, may(2, 9), "{}");
    }

    void add(std::string module, std::int64_t cost, Timestamp at, std::string payload)
    {
        Job job;
        job.module = std::move(module);
        job.cost = cost;
        job.created_at = at;
        job.payload = std::move(payload);
        if (cost == 2) job.note = "100% _done_";
        if (cost < 3) job.ended_at = at + std::chrono::minutes(cost);
        REQUIRE(write(insert(job)));
    }
};

} // namespace

TEST_CASE("conditions")
{
    Filled tx;
    // [in]
    std::vector<Status> wanted{Status::pending, Status::running};
    auto open = tx.read(select<Job>().where(in(col<&Job::status>, wanted)));
    auto cheap = tx.read(select<Job>().where(between(col<&Job::cost>, 1, 2)));
    auto named = tx.read(select<Job>().where(in(col<&Job::module>, "mail", "fax")));
    // [/in]
    REQUIRE((open && cheap && named));
    CHECK(open->size() == 4);
    CHECK(cheap->size() == 2);
    CHECK(named->size() == 2);

    // [in-rows]
    std::vector<std::pair<std::string, Status>> pairs{{"mail", Status::pending}, {"fax", Status::done}};
    auto of_pairs = tx.read(select<Job>().where(in(std::tuple(col<&Job::module>, col<&Job::status>), pairs)));
    // [/in-rows]
    CHECK(test::must(of_pairs).size() == 2);
    CHECK(test::must(tx.read(one(select(concat("job ", col<&Job::cost>)).where(col<&Job::cost> == 2)))) ==
          "job 2");
    CHECK(test::must(tx.read(one(select(sum(col<&Job::module> == "mail"), avg(col<&Job::cost> > 1))))) ==
          std::tuple(std::optional<std::int64_t>(2), std::optional<double>(0.75)));

    const std::string typed = "100% _";
    // [like]
    auto found = tx.read(select<Job>().where(contains(col<&Job::note>, typed)));
    auto begin = tx.read(select<Job>().where(starts_with(col<&Job::module>, "MA")));
    auto exact = tx.read(select<Job>().where(glob(col<&Job::module>, glob_escape("ma") + "*")));
    auto other = tx.read(select<Job>().where(like(col<&Job::note>, like_escape(typed) + "%e_", escape<>)));
    // [/like]
    REQUIRE((found && begin && exact && other));
    CHECK(found->size() == 1);
    CHECK(begin->size() == 2);
    CHECK(exact->size() == 2);
    CHECK(other->size() == 1);

    // [case]
    auto price = case_()
                     .when(col<&Job::cost> > 3, "dear")
                     .when(col<&Job::cost> > 1, "fair")
                     .otherwise("cheap"); // a std::string; without otherwise() an optional one
    auto open_first = case_(col<&Job::status>).when(Status::running, 1).when(Status::pending, 2).otherwise(3);
    auto prices = tx.read(select(price).order_by(open_first, col<&Job::id>));
    // [/case]
    REQUIRE(prices);
    CHECK(*prices == std::vector<std::string>{"cheap", "fair", "fair", "dear"});

    // [null]
    auto notes =
        tx.read(select(coalesce(col<&Job::note>, "none"), ifnull(col<&Job::ended_at>, current_timestamp),
                       nullif(col<&Job::module>, "mail"), iif(col<&Job::cost> > 2, 1, 0)));
    // vector<tuple<string, Timestamp, optional<string>, int64_t>>
    // [/null]
    REQUIRE(notes);
    CHECK(std::get<0>(notes->at(0)) == "none");

    // [order]
    auto latest = tx.read(
        select<Job>().order_by(nulls_first(desc(col<&Job::ended_at>)), collate<"nocase">(col<&Job::module>)));
    // [/order]
    REQUIRE(latest);
    CHECK(latest->front().module == "disk");
}

TEST_CASE("functions")
{
    Filled tx;
    // [scalar]
    auto texts =
        tx.read(select(upper(substr(col<&Job::module>, 1, 1)), length(trim(col<&Job::note>)),
                       replace(col<&Job::module>, "mail", "post"), cast<std::string>(col<&Job::cost>)));
    auto numbers = tx.read(select(abs(-col<&Job::cost>), round(col<&Job::cost> / 3.0, 2),
                                  greatest(col<&Job::cost>, 2), (col<&Job::cost> & 1) << 4));
    // [/scalar]
    REQUIRE((texts && numbers));
    CHECK(std::get<0>(texts->front()) == "M");
    CHECK(std::get<2>(texts->front()) == "post");

    // [call]
    auto quoted = tx.read(select(call<"quote", std::string>(col<&Job::module>)));
    // [/call]
    REQUIRE(quoted);
    CHECK(quoted->front() == "'mail'");
}

TEST_CASE("times")
{
    Filled tx;
    // [times]
    using namespace std::chrono_literals;
    auto days = tx.read(select(date_of(col<&Job::created_at>), count())
                            .group_by(date_of(col<&Job::created_at>))
                            .order_by(date_of(col<&Job::created_at>))); // vector<tuple<sys_days, int64_t>>
    auto quarter = date_bucket(col<&Job::created_at>, 6h);
    auto hours = tx.read(select(quarter, sum(col<&Job::cost>)).group_by(quarter));
    auto slow = tx.read(select<Job>().where(col<&Job::ended_at> - col<&Job::created_at> > 90s));
    auto past = tx.read(
        select(strftime("%Y-%m-%d", col<&Job::created_at>)).where(col<&Job::created_at> < current_timestamp));
    auto done = tx.write(
        update<Job>().set(col<&Job::ended_at> = current_timestamp).where(is_null(col<&Job::ended_at>)));
    // [/times]
    REQUIRE((days && hours && slow && past && done));
    CHECK(*days ==
          std::vector{std::tuple(std::chrono::floor<std::chrono::days>(may(1, 0)), std::int64_t{2}),
                      std::tuple(std::chrono::floor<std::chrono::days>(may(2, 0)), std::int64_t{2})});
    CHECK(hours->size() == 3);
    CHECK(slow->size() == 1);
    CHECK(past->front() == "2024-05-01");
    CHECK(*done == 2);
}

TEST_CASE("aggregates and windows")
{
    Filled tx;
    // [aggregates]
    auto modules = tx.read(select(col<&Job::module>, count(), count(col<&Job::status>).distinct(),
                                  sum(col<&Job::cost>).filter(is_not_null(col<&Job::ended_at>)),
                                  avg(col<&Job::ended_at> - col<&Job::created_at>))
                               .group_by(col<&Job::module>)
                               .having(total(col<&Job::cost>) > 1));
    // [/aggregates]
    REQUIRE(modules);
    REQUIRE(modules->size() == 2);
    for (const auto& [module, jobs, states, ended, mean] : *modules) {
        CHECK(jobs == 2);
        CHECK(ended.has_value() == (module == "mail"));
    }

    // [windows]
    auto in_module = partition_by(col<&Job::module>).order_by(col<&Job::created_at>);
    auto ranked = tx.read(
        select(col<&Job::id>, row_number().over(in_module), lag(col<&Job::cost>, 1, 0).over(in_module),
               sum(col<&Job::cost>).over(order_by(col<&Job::id>).rows(preceding(1), current_row)))
            .order_by(col<&Job::id>));
    // [/windows]
    REQUIRE(ranked);
    CHECK(std::get<3>(ranked->back()) == 7);

    // [time-frame]
    auto hour = order_by(col<&Job::created_at>).range(preceding(std::chrono::hours(1)), current_row);
    auto load = tx.read(select(col<&Job::created_at>, count().over(hour)).order_by(col<&Job::created_at>));
    // [/time-frame]
    REQUIRE(load);
    CHECK(std::get<1>(load->back()) == 2);

    // [ranked-groups]
    auto share =
        tx.read(select(col<&Job::module>, sum(col<&Job::cost>),
                       rank().over(order_by(desc(sum(col<&Job::cost>)))), sum(sum(col<&Job::cost>)).over())
                    .group_by(col<&Job::module>));
    // [/ranked-groups]
    REQUIRE(share);
    CHECK(std::get<3>(share->front()) == 10);
}

TEST_CASE("JSON")
{
    Filled tx;
    // [json]
    auto to_ann =
        tx.read(select<Job>().where(json_extract<std::string>(col<&Job::payload>, "$.to") == "ann"));
    auto tries = tx.read(select(json_extract<int, "$.tries">(col<&Job::payload>))); // vector<optional<int>>
    auto paths = tx.read(select(json_array_length(col<&Job::payload>, "$.paths")));
    auto again = tx.write(update<Job>()
                              .set(col<&Job::payload> = json_set(col<&Job::payload>, "$.urgent", true))
                              .where(col<&Job::module> == "mail"));
    // [/json]
    // [each]
    using Path = JsonElement<std::string>;
    auto each = tx.read(select(col<&Job::id>, col<&Path::value>)
                            .join(json_each<"path", std::string>(col<&Job::payload>, "$.paths"))
                            .where(col<&Path::key> > 0));
    const std::string names = R"(["mail", "fax"])";
    auto listed = tx.read(select<Job>().where(
        in(col<&Job::module>,
           select(coalesce(col<&Path::value>, "")).from(json_each<"name", std::string>(names)))));
    // [/each]
    CHECK(std::get<1>(test::must(std::move(each)).at(0)) == "/b");
    CHECK(listed->size() == 2);
    REQUIRE((to_ann && tries && paths && again));
    CHECK(to_ann->size() == 1);
    CHECK(tries->at(0) == 2);
    CHECK(tries->at(3) == std::nullopt);
    CHECK(paths->at(2) == 2);
    CHECK(*again == 2);
}
