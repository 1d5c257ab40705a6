// json_extract, json_array_length, json_type, json_valid, json_set, json_remove, json_group_array
#include "query/database.hpp"

#include <limits>

using namespace query_tests;

namespace {

// One job whose note is a document.
struct Document : Database {
    explicit Document(const std::string& text)
    {
        Job made = job(1);
        made.owner = run(insert(User{}));
        made.note = text;
        made.module = text;
        run(insert(made));
    }

    template <class E>
    auto of(const E& expression)
    {
        return run(one(select(expression).from(table<Job>)));
    }
};

const auto doc = col<&Job::note>;

} // namespace

TEST_CASE("functions of JSON read as they are written")
{
    CHECK(selected(json_extract<int>(doc, "$.a")) == R"(json_extract("note", ?))");
    CHECK(selected(json_extract<int, "$.a">(doc)) == R"(json_extract("note", '$.a'))");
    CHECK(selected(json_extract<int, "$.'it''s'">(doc)) == R"(json_extract("note", '$.''it''''s'''))");
    CHECK(selected(json_extract<int>(doc, col<&Job::module>)) == R"(json_extract("note", "module"))");
    CHECK(selected(json_array_length(doc)) == R"(json_array_length("note"))");
    CHECK(selected(json_array_length(doc, "$.a")) == R"(json_array_length("note", ?))");
    CHECK(selected(json_type(doc)) == R"(json_type("note"))");
    CHECK(selected(json_type(doc, "$.a")) == R"(json_type("note", ?))");
    CHECK(selected(json_valid(doc)) == R"(json_valid("note"))");
    CHECK(selected(json_set(doc, "$.a", 5)) == R"(json_set("note", ?, ?))");
    CHECK(selected(json_set(doc, "$.a", true)) == R"(json_set("note", ?, json(?)))");
    CHECK(selected(json_remove(doc, "$.a")) == R"(json_remove("note", ?))");
    CHECK(selected(json_group_array(col<&Job::cost>)) == R"(json_group_array("cost"))");
    CHECK(
        selected(json_extract<int, "$.a">(doc) + 1) ==
        R"(CASE WHEN typeof(json_extract("note", '$.a')) = 'integer' THEN json_extract("note", '$.a') END + ?)");
}

TEST_CASE("values are read from JSON by their types")
{
    Document db(
        R"({"n": 7, "x": 1.5, "t": "te\"xt", "yes": true, "no": false, "nil": null, "a": [1, 2, {"b": 3}],)"
        R"( "at": 1500, "status": "done", "level": 2, "big": 9223372036854775807})");
    CHECK(db.of(json_extract<int>(doc, "$.n")) == 7);
    CHECK(db.of(json_extract<std::int64_t>(doc, "$.big")) == std::numeric_limits<std::int64_t>::max());
    CHECK(db.of(json_extract<double>(doc, "$.x")) == 1.5);
    CHECK(db.of(json_extract<double>(doc, "$.n")) == 7.0);
    CHECK(db.of(json_extract<std::string>(doc, "$.t")) == "te\"xt");
    CHECK(db.of(json_extract<bool>(doc, "$.yes")) == true);
    CHECK(db.of(json_extract<bool>(doc, "$.no")) == false);
    CHECK(db.of(json_extract<int>(doc, "$.nil")) == std::nullopt);
    CHECK(db.of(json_extract<int>(doc, "$.missing")) == std::nullopt);
    CHECK(db.of(json_extract<int, "$.a[2].b">(doc)) == 3);
    CHECK(db.of(json_extract<std::string>(doc, "$.a")) == R"([1,2,{"b":3}])");
    CHECK(db.of(json_extract<Timestamp>(doc, "$.at")) == Timestamp(std::chrono::milliseconds(1500)));
    CHECK(db.of(json_extract<JobStatus>(doc, "$.status")) == JobStatus::done);
    CHECK(db.of(json_extract<Level>(doc, "$.level")) == Level::high);
    CHECK(db.run(select(count()).where(json_extract<int>(doc, "$.n") > 6)) == std::vector<std::int64_t>{1});
    CHECK(db.run(select(count()).where(json_extract<std::string>(doc, std::string("$.t")) == "te\"xt")) ==
          std::vector<std::int64_t>{1});
    CHECK(db.of(json_array_length(doc)) == 0);
    CHECK(db.of(json_array_length(doc, "$.a")) == 3);
    CHECK(db.of(json_array_length(doc, "$.missing")) == std::nullopt);
    CHECK(db.of(json_type(doc)) == "object");
    CHECK(db.of(json_type(doc, "$.yes")) == "true");
    CHECK(db.of(json_type(doc, "$.missing")) == std::nullopt);
    CHECK(db.of(json_valid(col<&Job::module>)));
    static_assert(std::same_as<decltype(json_extract<int>(doc, "$"))::value_type, std::optional<int>>);
    static_assert(std::same_as<decltype(json_array_length(col<&Job::module>))::value_type, std::int64_t>);
    static_assert(std::same_as<decltype(json_array_length(doc))::value_type, std::optional<std::int64_t>>);
    static_assert(std::same_as<decltype(json_valid(col<&Job::module>))::value_type, bool>);
}

TEST_CASE("what is not of the type, or not JSON, is an error")
{
    Document db(R"({"t": "text"})");
    CHECK(db.fails(select(json_extract<int>(doc, "$.t"))) == errc::value_misfit);
    CHECK(db.fails(select(json_extract<int>(doc, "t["))) == errc::invalid_sql);
    Document broken("{");
    CHECK(broken.fails(select(json_extract<int>(doc, "$.t"))) == errc::invalid_sql);
    CHECK(broken.of(json_valid(doc)) == false);
}

TEST_CASE("documents are changed where they are")
{
    Document db(R"({"n": 1, "t": "x"})");
    const auto change = [&](const auto& value) {
        db.run(update<Job>().set(col<&Job::note> = value).where(col<&Job::cost> == 1));
        return db.of(doc);
    };
    CHECK(change(json_set(doc, "$.n", 2)) == R"({"n":2,"t":"x"})");
    CHECK(change(json_set(doc, "$.yes", true)) == R"({"n":2,"t":"x","yes":true})");
    CHECK(change(json_set(doc, "$.t", std::string("\"quoted\""))) ==
          R"({"n":2,"t":"\"quoted\"","yes":true})");
    CHECK(change(json_set(doc, "$.n", std::nullopt)) == R"({"n":null,"t":"\"quoted\"","yes":true})");
    CHECK(change(json_set(doc, "$.n", col<&Job::cost> + 0.5)) == R"({"n":1.5,"t":"\"quoted\"","yes":true})");
    CHECK(change(json_remove(doc, "$.t")) == R"({"n":1.5,"yes":true})");
    CHECK(db.of(json_group_array(doc)) == R"(["{\"n\":1.5,\"yes\":true}"])");
    CHECK(db.of(json_group_array(col<&Job::cost>).filter(col<&Job::cost> > 1)) == "[]");
    static_assert(std::same_as<decltype(json_set(col<&Job::module>, "$", 1))::value_type, std::string>);
    static_assert(
        std::same_as<decltype(json_remove(col<&Job::module>, "$"))::value_type, std::optional<std::string>>);
}

TEST_CASE("conditions go into JSON as true and false")
{
    Document db(R"({"n": 1})");
    const auto mail = col<&Job::module> != "mail";
    CHECK(db.of(json_set(doc, "$.b", mail)) == R"({"n":1,"b":true})");
    CHECK(db.of(json_set(doc, "$.b", !mail)) == R"({"n":1,"b":false})");
    CHECK(db.of(json_set(doc, "$.b", nullif(mail, mail))) == R"({"n":1,"b":null})");
    CHECK(db.of(json_set(doc, "$.b", std::optional(false))) == R"({"n":1,"b":false})");
    CHECK(db.of(json_set(doc, "$.b", std::optional<bool>())) == R"({"n":1,"b":null})");
    CHECK(db.of(json_set(doc, "$.b", json_extract<bool>(concat(doc, ""), "$.n"))) == R"({"n":1,"b":true})");
    CHECK(db.of(json_group_array(mail)) == "[true]");
    CHECK(db.of(json_group_array(is_null(doc))) == "[false]");
    CHECK(db.of(json_group_array(col<&Job::cost> > 1).filter(mail)) == "[false]");
    CHECK(db.run(select(json_group_array(col<&User::active>))) == std::vector<std::string>{"[true]"});
    CHECK(db.of(call<"json_object", std::string>("a", true, "b", mail, "c", col<&Job::cost>)) ==
          R"({"a":true,"b":true,"c":1})");
    CHECK(db.of(call<"JSON_ARRAY", std::string>(mail && false, 1, std::nullopt)) == "[false,1,null]");
    CHECK(db.of(call<"json_insert", std::string>(doc, "$.x", mail)) == R"({"n":1,"x":true})");
    CHECK(db.of(call<"json_replace", std::string>(doc, "$.n", mail)) == R"({"n":true})");
    CHECK(db.of(call<"json_quote", std::string>(mail)) == "true");
    CHECK(db.of(call_aggregate<"json_group_object", std::string>(col<&Job::module>, mail)) ==
          R"({"{\"n\": 1}":true})");
}

TEST_CASE("a filter sees a value of JSON as reading does")
{
    Document db(R"({"t": "text", "digits": "7", "n": 7, "x": 7.5, "yes": true, "a": [1]})");
    const auto holds = [&](const auto& condition) {
        return db.run(one(select(count()).from(table<Job>).where(condition))) == 1;
    };
    const std::string t = "$.t";
    CHECK_FALSE(holds(json_extract<int>(doc, "$.t") > 3));
    CHECK_FALSE(holds(json_extract<int, "$.t">(doc) > 3));
    CHECK_FALSE(holds(json_extract<int>(doc, t) != 3));
    CHECK_FALSE(holds(!(json_extract<int>(doc, t) == 3)));
    CHECK(holds(is_null(json_extract<int>(doc, t))));
    CHECK_FALSE(holds(json_extract<int>(doc, "$.digits") + 1 > 3));
    CHECK_FALSE(holds(json_extract<int>(doc, "$.x") > 3));
    CHECK_FALSE(holds(json_extract<int>(doc, "$.a") > 3));
    CHECK_FALSE(holds(json_extract<double>(doc, "$.t") > 3.0));
    CHECK_FALSE(holds(json_extract<std::string>(doc, "$.n") < "a"));
    CHECK_FALSE(holds(json_extract<std::string>(doc, "$.n") != "a"));
    CHECK_FALSE(holds(json_extract<Timestamp>(doc, "$.t") > Timestamp{}));
    CHECK_FALSE(holds(json_extract<bool>(doc, "$.t")));
    CHECK(holds(json_extract<int>(doc, "$.n") > 3));
    CHECK(holds(json_extract<double>(doc, "$.n") > 6.5 && json_extract<double>(doc, "$.x") > 7.0));
    CHECK(holds(json_extract<std::string>(doc, "$.t") == "text"));
    CHECK(holds(json_extract<bool>(doc, "$.yes")));
    // inside of other queries too
    CHECK_FALSE(holds(scalar(select(json_extract<int>(doc, "$.t"))) > 3));
    CHECK(db.of(json_extract<int>(doc, t) + 1) == std::nullopt);
    CHECK(db.of(sum(json_extract<int>(doc, "$.digits"))) == std::nullopt);
    CHECK(db.of(json_extract<int>(max(doc), "$.n") + 1) == 8);
    CHECK(db.fails(select(json_extract<int>(doc, t).as("t"_n))) == errc::value_misfit);
    CHECK(db.fails(select(json_extract<int, "$.t">(doc), count()).group_by(json_extract<int, "$.t">(doc))) ==
          errc::value_misfit);
}
