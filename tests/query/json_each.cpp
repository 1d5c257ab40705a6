// json_each and json_members: what is in JSON, read like a table.
#include "query/declared.hpp"

#include <tenantry/query/query.hpp>

using namespace declared_tests;

namespace {

struct Post {
    Id<Post> id{};
    std::string title{};
    std::optional<std::string> tags{};
    std::string headers{};
};
struct Blog : Schema<Table<"post", Post>> {};

using Text = JsonElement<std::string>;
using Number = JsonElement<std::int64_t>;
using Header = JsonMember<std::string>;

template <class Q>
std::string text_of(const Q&)
{
    return std::string(sql_text<Blog, shape_t<Q>>);
}

struct Filled : Made<Blog> {
    Filled()
    {
        add("first", R"(["red", "blue"])", R"({"to": "ann", "size": 5})");
        add("second", R"(["red", 7, null, true])", R"({"to": "bob"})");
        add("third", std::nullopt, "{}");
    }
    void add(std::string title, std::optional<std::string> tags, std::string headers)
    {
        run(insert(Post{
            .id = {}, .title = std::move(title), .tags = std::move(tags), .headers = std::move(headers)}));
    }
};

} // namespace

TEST_CASE("the elements of an array are joined to their row")
{
    Filled db;
    const auto tags = select(col<&Post::title>, col<&Text::key>)
                          .join(json_each<"tag", std::string>(col<&Post::tags>))
                          .where(col<&Text::value> == "red")
                          .order_by(col<&Post::id>);
    CHECK(text_of(tags) ==
          R"(SELECT "post"."title", "tag"."key" FROM "post" JOIN json_each("post"."tags") AS "tag" WHERE )"
          R"(CASE WHEN typeof("tag"."value") = 'text' THEN "tag"."value" END = ? ORDER BY "post"."id")");
    using Pair = std::tuple<std::string, std::int64_t>;
    CHECK(db.run(tags) == std::vector<Pair>{{"first", 0}, {"second", 0}});
    CHECK(db.run(own(tags)).size() == 2);
    const auto all = select(col<&Post::title>, col<&Text::type>)
                         .left_join(json_each<"tag", std::string>(col<&Post::tags>))
                         .order_by(col<&Post::id>, col<&Text::key>);
    const std::vector<std::tuple<std::string, std::optional<std::string>>> types = db.run(all);
    REQUIRE(types.size() == 7);
    CHECK(std::get<1>(types[4]) == "null");
    CHECK_FALSE(std::get<1>(types[6]));
}

TEST_CASE("a value of another type does not fit where it is read, and is nothing where it is compared")
{
    Filled db;
    const auto numbers = select(col<&Number::value>)
                             .from(table<Post>)
                             .join(json_each<"n", std::int64_t>(col<&Post::tags>))
                             .where(col<&Number::value> > 1);
    CHECK(db.run(numbers) == std::vector<std::optional<std::int64_t>>{7}); // no text is greater
    CHECK(db.run(numbers.order_by(desc(col<&Number::value>))).size() == 1);
    auto all = execute<Blog>(
        db.connection,
        select(col<&Number::value>).from(table<Post>).join(json_each<"n", std::int64_t>(col<&Post::tags>)));
    REQUIRE_FALSE(all);
    CHECK(all.error() == errc::value_misfit);
    const auto nothing = select(col<&Number::type>)
                             .from(table<Post>)
                             .join(json_each<"n", std::int64_t>(col<&Post::tags>))
                             .where(is_null(col<&Number::value>));
    CHECK(db.run(nothing).size() == 4); // three texts and null
}

TEST_CASE("an array that is bound, whole rows, and arrays in expressions")
{
    Filled db;
    const std::string list = R"([3, 1, 2])";
    const auto bound =
        select<Number>().from(json_each<"n", std::int64_t>(list)).order_by(col<&Number::value>);
    CHECK(text_of(bound) == R"(SELECT "key", "value", "type" FROM json_each(?) AS "n" ORDER BY )"
                            R"(CASE WHEN typeof("value") = 'integer' THEN "value" END)");
    const auto rows = db.run(bound);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].key == 1);
    CHECK(rows[2].value == 3);
    CHECK(rows[2].type == "integer");
    const auto at_path =
        select(col<&Text::value>).from(json_each<"t", std::string>(R"({"a": ["x"]})", "$.a"));
    CHECK(db.run(at_path) == std::vector<std::optional<std::string>>{"x"});
    CHECK(db.run(select<Number>().from(json_each<"n", std::int64_t>("{}", "$.a"))).empty());
    const auto with_tag = select(col<&Post::title>)
                              .where(exists(select(col<&Text::key>)
                                                .from(json_each<"tag", std::string>(col<&Post::tags>))
                                                .where(col<&Text::value> == "blue")));
    CHECK(db.run(with_tag) == std::vector<std::string>{"first"});
    const auto listed =
        select(col<&Post::title>)
            .where(in(col<&Post::title>, select(coalesce(col<&Text::value>, ""))
                                             .from(json_each<"t", std::string>(R"(["second", "third"])"))));
    CHECK(db.run(listed) == std::vector<std::string>{"second", "third"});
    CHECK(db.run(select<Number>().from(json_each<"n", std::int64_t>("[]"))).empty());
    auto broken = execute<Blog>(db.connection, select<Number>().from(json_each<"n", std::int64_t>("[")));
    REQUIRE_FALSE(broken);
    CHECK(broken.error() == errc::invalid_sql);
}

TEST_CASE("the members of an object have names")
{
    Filled db;
    const auto to = select(col<&Post::title>, col<&Header::value>)
                        .join(json_members<"header", std::string>(col<&Post::headers>))
                        .where(col<&Header::key> == "to")
                        .order_by(col<&Post::id>);
    using Pair = std::tuple<std::string, std::optional<std::string>>;
    CHECK(db.run(to) == std::vector<Pair>{{"first", "ann"}, {"second", "bob"}});
    const auto counted = select(col<&Header::key>, count())
                             .from(table<Post>)
                             .join(json_members<"header", std::string>(col<&Post::headers>))
                             .group_by(col<&Header::key>)
                             .order_by(col<&Header::key>);
    CHECK(db.run(counted) == std::vector<std::tuple<std::string, std::int64_t>>{{"size", 1}, {"to", 2}});
}
