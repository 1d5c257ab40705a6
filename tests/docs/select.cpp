// docs/select.md
#include "docs/database.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <tenantry/core/must.hpp>
#include <tenantry/core/timestamp.hpp>

using namespace tenantry;

namespace {

// [rows]
enum class Status { pending, running, done };

struct User {
    Id<User> id{};
    std::string name{};
    std::optional<Id<User>> boss{};
};
struct Job {
    Id<Job> id{};
    Id<User> owner{};
    std::string module{};
    Status status{};
    std::int64_t cost{};
    Timestamp created_at{};
};
struct Tag {
    Id<Tag> id{};
    Id<Job> job{};
    std::string name{};
};
// [/rows]

struct Work : Schema<Table<"user", User>, Table<"job", Job>, Table<"tag", Tag>> {};

// [report]
struct Load {
    std::string module{};
    std::int64_t jobs{};
    std::optional<std::int64_t> cost{}; // sum() of nothing is NULL
};
// [/report]

// [tree]
struct Below {
    Id<User> id{};
    std::int64_t depth{};
};
// [/tree]

// [filter]
enum class By { cost, age };

struct Filter {
    std::optional<std::string> module{};
    bool only_open = false;
    std::vector<Sort<By>> order{};
};

auto jobs_of(const Filter& filter)
{
    return select<Job>()
        .where(when(filter.module, [](const auto& module) { return col<&Job::module> == module; }) &&
               when(filter.only_open, col<&Job::status> != Status::done))
        .order_by(order_list(filter.order, sortable<By::cost>(col<&Job::cost>),
                             sortable<By::age>(col<&Job::created_at>)),
                  col<&Job::id>);
}
// [/filter]

// [values]
auto of_module(const std::string& name) // name may be a temporary
{
    return select<Job>().where(col<&Job::module> == name);
}
// [/values]

// [generic]
template <class Row>
auto number_of(auto& db, const auto& condition) // db is a tenant, a snapshot or a transaction
{
    return db.read(one(select(count()).from(table<Row>).where(condition)));
}

auto with_owners(const auto& jobs) // any select of jobs
{
    return jobs.join(table<User>).order_by(col<&User::name>);
}
// [/generic]

struct Span {
    Timestamp begin{};
    Timestamp end{};
};

// ann, and bob under her; jobs of cost 1 to 4, the first two of ann in mail, the others of bob in disk.
struct Filled : docs::Database<Work> {
    Filled()
    {
        const auto ann = test::must(write(insert(User{.id = {}, .name = "ann", .boss = {}})));
        const auto bob = test::must(write(insert(User{.id = {}, .name = "bob", .boss = ann})));
        for (int cost = 1; cost <= 4; ++cost) {
            Job job{.id = {}, .owner = cost < 3 ? ann : bob, .module = cost < 3 ? "mail" : "disk"};
            job.cost = cost;
            job.status = cost == 1 ? Status::done : Status::pending;
            job.created_at = Timestamp(std::chrono::milliseconds(1000 * cost));
            const auto key = test::must(write(insert(job)));
            if (cost > 2) test::must(run(insert(Tag{.id = {}, .job = key, .name = "slow"})));
        }
    }
};

template <class Q>
std::string text_of(const Q&)
{
    return std::string(sql_text<Work, shape_t<Q>>);
}

using Costs = std::vector<std::int64_t>;

} // namespace

TEST_CASE("select: rows, columns, one row")
{
    Filled tx;
    const Timestamp since{};
    // [select]
    auto jobs = tx.read(select<Job>()
                            .where(col<&Job::status> == Status::pending && col<&Job::created_at> >= since)
                            .order_by(desc(col<&Job::created_at>), col<&Job::id>)
                            .limit(50));
    auto pairs = tx.read(select(col<&Job::module>, col<&Job::cost>));        // vector of tuples
    auto modules = tx.read(select(col<&Job::module>).distinct());            // vector of strings
    auto cheapest = tx.read(first(select<Job>().order_by(col<&Job::cost>))); // optional
    auto how_many = tx.read(one(select(count()).from(table<Job>)));          // exactly one, or an error
    // [/select]
    CHECK(test::must(jobs).size() == 3);
    CHECK(test::must(pairs).size() == 4);
    CHECK(test::must(modules).size() == 2);
    CHECK(test::must(cheapest)->cost == 1);
    CHECK(test::must(how_many) == 4);
}

TEST_CASE("select: functions that do not know types")
{
    Filled tx;
    CHECK(test::must(number_of<Job>(tx, col<&Job::module> == "mail")) == 2);
    CHECK(test::must(number_of<User>(tx, col<&User::name> == "eve")) == 0);
    CHECK(
        text_of(with_owners(select(col<&Job::cost>))) ==
        R"(SELECT "job"."cost" FROM "job" JOIN "user" ON "job"."owner" = "user"."id" ORDER BY "user"."name")");
    CHECK(test::must(tx.read(with_owners(select(col<&Job::cost>)))).size() == 4);
}

TEST_CASE("select: constants")
{
    Filled tx;
    // [constant]
    auto kinds = select(constant<"user">.as("kind"_n), col<&User::name>)
                     .union_all(select(constant<"tag">.as("kind"_n), col<&Tag::name>));
    auto cost = tx.read(one(select(sum(
        case_().when(col<&Job::status> == constant<Status::done>, col<&Job::cost>).otherwise(constant<0>)))));
    // [/constant]
    CHECK(test::must(tx.read(kinds)).size() == 4);
    CHECK(test::must(cost) == 1);
    CHECK(test::must(tx.read(one(select(constant<1>)))) == 1);
    // [exists]
    auto busy =
        tx.read(one(select(exists(select<Job>().where(col<&Job::status> == Status::running))))); // bool
    // [/exists]
    CHECK_FALSE(test::must(busy));
}

TEST_CASE("select: groups into a struct")
{
    Filled tx;
    // [into]
    auto load = select(col<&Job::module>, count().as("jobs"_n), sum(col<&Job::cost>).as("cost"_n))
                    .group_by(col<&Job::module>)
                    .having(count() > 1)
                    .into(table<Load>);
    auto loads = tx.read(load.order_by(col<&Job::module>)); // vector of Load
    // [/into]
    const std::vector<Load> found = test::must(loads);
    REQUIRE(found.size() == 2);
    CHECK(found[0].module == "disk");
    CHECK(found[0].cost == 7);
}

TEST_CASE("select: joins")
{
    Filled tx;
    // [join]
    auto owned = select(row<Job>, col<&User::name>).join(table<User>, col<&Job::owner> == col<&User::id>);
    auto the_same = select(row<Job>, col<&User::name>).join(table<User>); // along the one foreign key
    auto tagged = select(row<Job>, row<Tag>).left_join(table<Tag>);       // tuples of Job and optional<Tag>
    // [/join]
    CHECK(text_of(owned) == text_of(the_same));
    CHECK(test::must(tx.read(owned)).size() == 4);
    const auto rows = test::must(tx.read(tagged.order_by(col<&Job::cost>)));
    CHECK_FALSE(std::get<1>(rows.front()));
    CHECK(std::get<1>(rows.back())->name == "slow");
    // [alias]
    constexpr auto boss = alias<"boss">;
    auto bosses = select(col<&User::name>, boss[col<&User::name>])
                      .left_join(table<Alias<"boss", User>>, col<&User::boss> == boss[col<&User::id>]);
    // [/alias]
    const auto pairs = test::must(tx.read(bosses.order_by(col<&User::name>)));
    CHECK(pairs[1] == std::tuple(std::string("bob"), std::optional<std::string>("ann")));
}

TEST_CASE("select: what a query is made of")
{
    Filled tx;
    const std::string long_text(1000, 'x');
    // [borrowed]
    auto long_ones = tx.read(select<Job>().where(col<&Job::module> == borrowed(long_text)));
    // [/borrowed]
    CHECK(test::must(long_ones).empty());
    CHECK(test::must(tx.read(of_module(std::string("mail")))).size() == 2);
}

TEST_CASE("select: queries inside queries")
{
    Filled tx;
    // [subquery]
    auto tags = select(col<&Tag::id>).where(col<&Tag::job> == col<&Job::id>);
    auto with_tags = select<Job>().where(exists(tags));
    auto without = select<Job>().where(!exists(tags));
    auto of_bosses =
        select<Job>().where(in(col<&Job::owner>, select(col<&User::id>).where(is_null(col<&User::boss>))));
    auto how_many = select(
        col<&User::name>, scalar(select(count()).from(table<Job>).where(col<&Job::owner> == col<&User::id>)));
    // [/subquery]
    CHECK(test::must(tx.read(with_tags)).size() == 2);
    CHECK(test::must(tx.read(without)).size() == 2);
    CHECK(test::must(tx.read(of_bosses)).size() == 2);
    const std::vector<std::tuple<std::string, std::int64_t>> counts = test::must(tx.read(how_many));
    CHECK(std::get<1>(counts.at(0)) == 2);
    // [set]
    auto names =
        select(col<&User::name>).union_(select(col<&Tag::name>)).order_by(col<&User::name>).limit(10);
    // [/set]
    CHECK(test::must(tx.read(names)) == std::vector<std::string>{"ann", "bob", "slow"});
    // [nested]
    auto unnamed = select(col<&User::name>)
                       .except(select(col<&Tag::name>).union_all(select(col<&Job::module>)))
                       .order_by(col<&User::name>);
    // [/nested]
    CHECK(test::must(tx.read(unnamed)) == std::vector<std::string>{"ann", "bob"});
}

TEST_CASE("select: queries with names")
{
    Filled tx;
    auto load = select(col<&Job::module>, count().as("jobs"_n), sum(col<&Job::cost>).as("cost"_n))
                    .group_by(col<&Job::module>)
                    .into(table<Load>);
    // [with]
    auto busy = select(col<&Job::id>, col<&Load::jobs>)
                    .with(cte<"load">(load))
                    .join(table<Load>, col<&Job::module> == col<&Load::module>)
                    .where(col<&Load::cost> > 5);
    auto the_same = select(col<&Load::module>).from(subquery<"t">(load)).where(col<&Load::cost> > 5);
    // [/with]
    CHECK(test::must(tx.read(busy)).size() == 2);
    CHECK(test::must(tx.read(the_same)) == std::vector<std::string>{"disk"});
    // [recursive]
    auto top = select(col<&User::id>, constant<0>.as("depth"_n)).where(is_null(col<&User::boss>));
    auto next = select(col<&User::id>, (col<&Below::depth> + 1).as("depth"_n))
                    .from(table<User>)
                    .join(table<Below>, col<&User::boss> == col<&Below::id>);
    auto tree = select<Below>()
                    .with_recursive(cte<"below">(top.union_all(next).into(table<Below>)))
                    .order_by(col<&Below::depth>);
    // [/recursive]
    const auto walked = test::must(tx.read(tree));
    REQUIRE(walked.size() == 2);
    CHECK(walked[1].depth == 1);
}

TEST_CASE("select: what is chosen at run time")
{
    Filled tx;
    const Filter filter{.module = "disk", .only_open = true, .order = {{By::cost, true}}};
    const auto found = test::must(tx.read(jobs_of(filter)));
    REQUIRE(found.size() == 2);
    CHECK(found[0].cost == 4);
    CHECK(test::must(tx.read(jobs_of({}))).size() == 4);

    const bool cheap = true;
    const std::optional<std::string> typed{"dis"};
    // [or]
    auto either = tx.read(select<Job>().where(
        when(cheap, col<&Job::cost> < 2) ||
        when(typed, [](const std::string& text) { return contains(col<&Job::module>, text); })));
    // [/or]
    CHECK(test::must(either).size() == 3);

    const std::vector<std::string> words{"i", "a"};
    const auto at = [](int seconds) { return Timestamp(std::chrono::seconds(seconds)); };
    const std::vector<Span> spans{{at(0), at(1)}, {at(3), at(3)}};
    // [any-of]
    auto named = tx.read(select<Job>().where(
        all_of(words, [](const std::string& word) { return contains(col<&Job::module>, word); })));
    auto then = tx.read(select<Job>().where(any_of(
        spans, [](const Span& span) { return between(col<&Job::created_at>, span.begin, span.end); })));
    // [/any-of]
    CHECK(test::must(named).size() == 2);
    CHECK(test::must(then).size() == 2);
}

TEST_CASE("select: pages and walks")
{
    Filled tx;
    Costs seen;
    // [page]
    auto jobs = select<Job>().order_by(desc(col<&Job::created_at>), col<&Job::id>).limit(3);
    auto page = tx.read(jobs);
    while (page && !page->empty()) {
        for (const Job& job : *page) seen.push_back(job.cost);
        page = tx.read(page_after(jobs, page->back()));
    }
    // [/page]
    CHECK(seen == Costs{4, 3, 2, 1});
    std::int64_t cost = 0;
    const auto in_all = [&] {
        // [for-each]
        auto walked = tx.for_each(select<Job>(), [&](const Job& job) {
            cost += job.cost;
            return cost < 5; // false: enough
        });
        // [/for-each]
        return walked;
    };
    test::must(in_all());
    CHECK(cost == 6);
}

TEST_CASE("select: several reads of one state")
{
    Filled tx;
    // [snapshot]
    // How many jobs there are, and how many people they belong to, both of one state.
    auto counts = [](auto& moment) -> Result<std::pair<std::int64_t, std::int64_t>> {
        auto jobs = must(moment.read(one(select(count()).from(table<Job>))));
        auto owners = must(moment.read(one(select(count(col<&Job::owner>).distinct()).from(table<Job>))));
        return std::pair(jobs, owners);
    };
    // [/snapshot]
    const auto counted = test::must(counts(tx));
    CHECK(counted.first == 4);
    CHECK(counted.second == 2);
}
