// in() of several columns
#include "query/database.hpp"

#include <array>
#include <list>
#include <set>
#include <tuple>
#include <utility>

using namespace query_tests;

namespace {

using TagKey = std::pair<std::string, Key<Job, ScopeA>>;
using Names = std::vector<std::string>;

// Tags a, b and c of each of four jobs.
struct Tagged : Filled {
    std::vector<Id<Job>> jobs = run(select(col<&Job::id>).order_by(col<&Job::cost>));

    Tagged()
    {
        for (const char* name : {"a", "b", "c"})
            for (const Id<Job>& job : jobs) run(insert(Tag{.name = name, .job = job}));
    }

    TagKey tag(std::string name, std::size_t job) { return {std::move(name), key(jobs[job - 1])}; }

    // Each as its name and its job's cost.
    template <class E>
    Names tags(const E& expression)
    {
        Names found;
        const auto query = select(col<&Tag::name>, col<&Job::cost>)
                               .join(table<Job>)
                               .where(expression)
                               .order_by(col<&Tag::name>, col<&Job::cost>);
        for (const auto& [name, cost] : run(query)) found.push_back(name + std::to_string(cost));
        return found;
    }
};

const auto tag_key = std::tuple(col<&Tag::name>, col<&Tag::job>);

} // namespace

TEST_CASE("rows of a list have one text, whatever their number")
{
    const auto pair = std::tuple(col<&Job::module>, col<&Job::cost>);
    const std::string text =
        R"(("module", "cost") IN (SELECT CAST(substr(?, value ->> 0, value ->> 1) AS TEXT), value ->> 2 )"
        R"(FROM json_each(?)))";
    CHECK(condition(in(pair, std::vector<std::pair<std::string, int>>{})) == text);
    CHECK(condition(in(pair, std::set<std::tuple<std::string, long>>{{"a", 1}, {"b", 2}})) == text);
    CHECK(condition(in(pair, std::tuple("a", 1), std::tuple("b", 2))) == text);
    CHECK(condition(in(std::tuple(col<&Job::cost> + 1, col<&Job::level>), std::pair(1, Level::low))) ==
          R"(("cost" + ?, "level") IN (SELECT value ->> 0, value ->> 1 FROM json_each(?)))");
    CHECK(
        text_of(select<User>().where(
                    in(std::tuple(col<&User::picture>, col<&User::name>, col<&User::active>),
                       std::vector<std::tuple<std::vector<std::byte>, std::string_view, bool>>{})))
            .find(
                "IN (SELECT substr(?, value ->> 0, value ->> 1), CAST(substr(?, value ->> 2, value ->> 3) AS TEXT), "
                "value ->> 4 FROM json_each(?))") != std::string::npos);
    CHECK(text_of(select<Tag>().where(!in(tag_key, select(col<&Job::module>, col<&Job::id>)))) ==
          R"(SELECT "tag"."name", "tag"."job" FROM "tag" WHERE NOT ("tag"."name", "tag"."job") IN )"
          R"((SELECT "job"."module", "job"."id" FROM "job"))");
}

TEST_CASE("rows choose by all of their values")
{
    Tagged db;
    CHECK(db.tags(in(tag_key, std::vector{db.tag("a", 1), db.tag("b", 3), db.tag("x", 1)})) ==
          Names{"a1", "b3"});
    CHECK(db.tags(in(tag_key, std::list<TagKey>{})).empty());
    CHECK(db.tags(!in(tag_key, std::list<TagKey>{})).size() == 12);
    CHECK(db.tags(!in(tag_key, std::array{db.tag("a", 1)})).size() == 11);
    CHECK(db.tags(in(tag_key, db.tag("c", 4))) == Names{"c4"});
    CHECK(db.tags(in(std::tuple(col<&Tag::name>, col<&Job::cost>), std::tuple("c", 2), std::tuple("a", 4)) ||
                  in(std::tuple(col<&Job::module>, col<&Tag::name>), std::pair("disk", "b"))) ==
          Names{"a4", "b3", "b4", "c2"});
    CHECK(db.tags(in(std::tuple(col<&Tag::name>, col<&Job::status>, col<&Job::created_at>),
                     std::tuple("a", JobStatus::done, Timestamp(std::chrono::seconds(4))),
                     std::tuple("b", JobStatus::done, Timestamp(std::chrono::seconds(3))))) == Names{"a4"});
    CHECK(db.run(remove<Tag>().where(in(tag_key, std::vector{db.tag("a", 1), db.tag("a", 2)}))) == 2);
    CHECK(db.integer("select count(*) from tag") == 10);
}

TEST_CASE("a column that is NULL is in no row, and the type says so")
{
    Filled db;
    const auto noted =
        in(std::tuple(col<&Job::cost>, col<&Job::note>), std::pair(2, "two"), std::pair(1, "one"));
    STATIC_REQUIRE(std::same_as<decltype(noted)::value_type, std::optional<bool>>);
    CHECK(db.costs(noted) == 2);
    CHECK(db.run(select(noted).order_by(col<&Job::cost>)) ==
          std::vector<std::optional<bool>>{std::nullopt, true, false, false});
}

TEST_CASE("values of rows keep every byte")
{
    Database db;
    const std::vector<std::string> texts{"", std::string("a\0b", 3), "\xff\xfe", "it's \"x\"", "\u00e4"};
    const std::vector<std::int64_t> numbers{0, -1, INT64_MAX, INT64_MIN};
    const auto owner = db.run(insert(User{}));
    std::vector<std::pair<std::string, std::int64_t>> all;
    for (const std::string& text : texts)
        for (const std::int64_t number : numbers) {
            Job made = job(number, text);
            made.owner = owner;
            db.run(insert(made));
            all.emplace_back(text, number);
        }
    const auto pair = std::tuple(col<&Job::module>, col<&Job::cost>);
    for (const auto& each : all)
        CHECK(db.run(select(col<&Job::module>, col<&Job::cost>).where(in(pair, each))) ==
              std::vector<std::tuple<std::string, std::int64_t>>{each});
    CHECK(db.run(one(select(count()).from(table<Job>).where(in(pair, all)))) == 20);

    User pictured;
    pictured.picture = {std::byte{0}, std::byte{255}};
    pictured.name = "p";
    db.run(insert(pictured));
    const auto by_picture = [&](std::vector<std::byte> picture) {
        return db.run(one(select(count())
                              .from(table<User>)
                              .where(in(std::tuple(col<&User::picture>, col<&User::name>),
                                        std::pair(picture, std::string("p"))))));
    };
    CHECK(by_picture(pictured.picture) == 1);
    CHECK(by_picture({std::byte{0}}) == 0);
    CHECK(by_picture({}) == 0);
}

TEST_CASE("rows of a query")
{
    Tagged db;
    const auto wanted = select(constant<"b">, col<&Job::id>).where(col<&Job::cost> > 2);
    CHECK(db.tags(in(tag_key, wanted)) == Names{"b3", "b4"});
    CHECK(db.tags(not_in(tag_key, wanted)).size() == 10);
}

TEST_CASE("keys of another tenant are refused in a list of rows")
{
    Tagged db;
    const auto named = [&](std::vector<TagKey> wanted) { return select<Tag>().where(in(tag_key, wanted)); };
    CHECK(db.run(named({db.tag("a", 1)})).size() == 1);
    CHECK(db.fails(named({db.tag("a", 1), {"b", key<Job>(1, here + 1)}})) == errc::wrong_tenant);
    CHECK(db.fails(named({{"b", key<Job>(1, here + 1)}})) == errc::wrong_tenant);
    CHECK(db.run(own(named({db.tag("a", 1)}))).size() == 1);
}

TEST_CASE("an index finds rows of a list")
{
    Tagged db;
    const auto query = select<Tag>().where(in(tag_key, std::vector{db.tag("a", 1)}));
    CHECK(db.run(uses_index<"sqlite_autoindex_tag_1">(query)));
}
