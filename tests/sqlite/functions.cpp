// Functions, aggregates, window functions and collations of the program.
#include <tenantry/sqlite/functions.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/sqlite/connection.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using tenantry::test::must;

namespace {

Connection open(const Functions& functions)
{
    Profile profile;
    profile.functions = functions;
    return must(Connection::open_memory(profile));
}

template <class T>
T ask(Connection& connection, const std::string& sql)
{
    auto statement = must(connection.prepare(sql));
    REQUIRE(must(statement.step()));
    T found{};
    REQUIRE(Codec<T>::read(statement, 0, found) == Misfit::none);
    return found;
}

Error refused(Connection& connection, const std::string& sql)
{
    auto statement = connection.prepare(sql);
    if (!statement) return statement.error();
    auto row = statement->step();
    if (row) FAIL("it did not fail");
    return row.error();
}

std::int64_t twice(std::int64_t a) { return 2 * a; }

// The product of numbers; counts how many of it are alive.
struct Product {
    static inline int alive = 0;
    double product = 1;

    Product() { ++alive; }
    Product(const Product&) = delete;
    ~Product() { --alive; }
    void step(double factor)
    {
        if (factor == 13) throw std::runtime_error("thirteen is refused");
        product *= factor;
    }
    [[nodiscard]] double result() const { return product; }
};

struct MovingSum {
    std::int64_t sum = 0;
    void step(std::optional<std::int64_t> value) { sum += value.value_or(0); }
    void inverse(std::optional<std::int64_t> value) { sum -= value.value_or(0); }
    [[nodiscard]] std::int64_t result() const { return sum; }
};

} // namespace

TEST_CASE("scalar functions take and give values through codecs")
{
    Functions functions;
    functions.scalar("twice", &twice)
        .scalar("twice", [](std::string_view a) { return std::string(a) + std::string(a); }, {})
        .scalar("plus", [](std::int64_t a, std::int64_t b) { return a + b; })
        .scalar("half", [](double a) { return a / 2; })
        .scalar("maybe",
                [](std::optional<std::string_view> a) -> std::optional<std::int64_t> {
                    if (!a) return std::nullopt;
                    return static_cast<std::int64_t>(a->size());
                })
        .scalar("bytes",
                [](std::span<const std::byte> a) { return std::vector<std::byte>(a.rbegin(), a.rend()); })
        .scalar("is_even", [](std::int64_t a) { return a % 2 == 0; })
        .scalar("forty_two", [] { return 42; });
    auto connection = open(functions);
    CHECK(ask<std::int64_t>(connection, "select plus(2, 3)") == 5);
    CHECK(ask<double>(connection, "select half(3)") == 1.5);
    CHECK(ask<std::string>(connection, "select typeof(twice('ab')) || twice('ab')") == "textabab");
    CHECK(ask<std::int64_t>(connection, "select maybe('four')") == 4);
    CHECK(ask<std::optional<std::int64_t>>(connection, "select maybe(null)") == std::nullopt);
    CHECK(ask<std::int64_t>(connection, "select maybe('')") == 0);
    CHECK(ask<std::string>(connection, "select hex(bytes(x'0102ff'))") == "FF0201");
    CHECK(ask<std::string>(connection, "select hex(bytes(x''))").empty());
    CHECK(ask<bool>(connection, "select is_even(4)"));
    CHECK(ask<std::int64_t>(connection, "select forty_two()") == 42);
}

TEST_CASE("one name for several numbers of arguments; the last registration counts")
{
    Functions functions;
    functions.scalar("f", [](std::int64_t a) { return a; })
        .scalar("f", [](std::int64_t a, std::int64_t b) { return a * b; })
        .scalar("f", [](std::int64_t a) { return -a; });
    auto connection = open(functions);
    CHECK(ask<std::int64_t>(connection, "select f(7)") == -7);
    CHECK(ask<std::int64_t>(connection, "select f(7, 6)") == 42);
    CHECK(refused(connection, "select f(1, 2, 3)") == errc::invalid_sql);
}

TEST_CASE("arguments that do not fit are errors of the statement")
{
    Functions functions;
    functions.scalar("small", [](std::int8_t a) { return a; });
    auto connection = open(functions);
    CHECK(ask<std::int64_t>(connection, "select small(-128)") == -128);
    for (const char* argument : {"128", "'text'", "null", "1.5", "x'00'"}) {
        const Error error = refused(connection, std::string("select small(") + argument + ")");
        CHECK(error == errc::invalid_sql);
        CHECK_THAT(std::string(error.message()), ContainsSubstring("small(): argument 1"));
    }
}

TEST_CASE("what a function throws or fails with is an error of the statement")
{
    Functions functions;
    functions
        .scalar("throws",
                [](std::int64_t a) -> std::int64_t { throw std::runtime_error("no " + std::to_string(a)); })
        .scalar("throws_number", [](std::int64_t a) -> std::int64_t { throw a; })
        .scalar("out_of_memory", []() -> std::int64_t { throw std::bad_alloc(); })
        .scalar("root",
                [](std::int64_t a) -> Result<std::int64_t> {
                    if (a < 0)
                        return tenantry::fail(errc::invalid_argument,
                                              "there is no root of a negative number");
                    return a / 2;
                })
        .scalar("must_be_positive",
                [](std::int64_t a) -> std::int64_t {
                    Result<std::int64_t> positive = a;
                    if (a <= 0) positive = tenantry::fail(errc::invalid_argument, "it is not positive");
                    return must(positive);
                })
        .scalar("not_a_number", [] { return std::numeric_limits<double>::quiet_NaN(); });
    auto connection = open(functions);
    CHECK_THAT(std::string(refused(connection, "select throws(3)").message()), ContainsSubstring("no 3"));
    CHECK(refused(connection, "select throws_number(3)") == errc::invalid_sql);
    CHECK(refused(connection, "select out_of_memory()") == errc::out_of_memory);
    CHECK(ask<std::int64_t>(connection, "select root(4)") == 2);
    CHECK_THAT(std::string(refused(connection, "select root(-1)").message()), ContainsSubstring("no root"));
    CHECK(ask<std::int64_t>(connection, "select must_be_positive(4)") == 4);
    const Error not_positive = refused(connection, "select must_be_positive(0)");
    CHECK(not_positive == errc::invalid_sql);
    CHECK_THAT(std::string(not_positive.message()), ContainsSubstring("it is not positive"));
    CHECK_THAT(std::string(refused(connection, "select not_a_number()").message()), ContainsSubstring("NaN"));
    CHECK(ask<std::int64_t>(connection, "select 1") == 1);
}

TEST_CASE("an aggregate has a state for each group")
{
    Functions functions;
    functions.aggregate<Product>("product");
    auto connection = open(functions);
    must(connection.execute(
        "create table t(g text, v real); insert into t values('a', 2), ('a', 3), ('b', 5)"));
    CHECK(ask<double>(connection, "select product(v) from t") == 30);
    CHECK(
        ask<std::string>(connection, "select group_concat(p) from (select product(v) p from t group by g)") ==
        "6.0,5.0");
    CHECK(ask<double>(connection, "select product(v) from t where 0") == 1);
    CHECK(Product::alive == 0);
    must(connection.execute("insert into t values('c', 13), ('c', 2)"));
    CHECK_THAT(std::string(refused(connection, "select product(v) from t").message()),
               ContainsSubstring("thirteen is refused"));
    CHECK(refused(connection, "select product('x') from t") == errc::invalid_sql);
    CHECK(Product::alive == 0);
    CHECK(refused(connection, "select product(v) over () from t") == errc::invalid_sql);
}

TEST_CASE("a window function goes along")
{
    Functions functions;
    functions.window<MovingSum>("moving");
    auto connection = open(functions);
    must(connection.execute("create table t(v); insert into t values(1), (2), (null), (4), (8)"));
    CHECK(ask<std::string>(connection,
                           "select group_concat(m) from (select moving(v) over (order by rowid rows 1 "
                           "preceding) m from t)") == "1,3,2,4,12");
    CHECK(ask<std::int64_t>(connection, "select moving(v) from t") == 15);
}

TEST_CASE("a collation orders texts")
{
    Functions functions;
    functions.collation(
        "by_size", [](std::string_view a, std::string_view b) noexcept { return a.size() <=> b.size(); });
    auto connection = open(functions);
    must(connection.execute(
        "create table t(v text collate by_size unique); insert into t values('aaa'), ('c'), ('bb')"));
    CHECK(ask<std::string>(connection, "select group_concat(v) from (select v from t order by v)") ==
          "c,bb,aaa");
    CHECK(ask<std::int64_t>(connection, "select count(*) from t where v = 'xx'") == 1);
    CHECK(connection.execute("insert into t values('yy')").error() == errc::constraint);
}

TEST_CASE("what a function is declared as decides where it may be used")
{
    Functions functions;
    functions.scalar("plain", [](std::int64_t a) { return a; })
        .scalar("fixed", [](std::int64_t a) { return a > 0; }, {.deterministic = true, .innocuous = true});
    auto connection = open(functions);
    must(connection.execute("create table t(v integer check (fixed(v)))"));
    must(connection.execute("create index by_fixed on t (fixed(v))"));
    must(connection.execute("insert into t values(1)"));
    CHECK(connection.execute("insert into t values(0)").error() == errc::constraint);
    CHECK_FALSE(connection.execute("create index by_plain on t (plain(v))"));
    // Not innocuous: nothing of a schema may call it.
    must(connection.execute("create view u as select plain(v) from t"));
    CHECK(refused(connection, "select * from u") == errc::invalid_sql);
    must(connection.execute("create table w(v, d default (plain(7)))"));
    CHECK_FALSE(connection.execute("insert into w(v) values(1)"));
    must(connection.execute("create view x as select fixed(v) from t"));
    CHECK(ask<bool>(connection, "select * from x"));
}

TEST_CASE("what a function captures lives as long as the last connection or list that has it")
{
    auto captured = std::make_shared<int>(7);
    std::optional<Functions> functions(std::in_place);
    functions->scalar("seven", [captured] { return *captured; });
    auto connection = std::make_unique<Connection>(open(*functions));
    functions.reset();
    CHECK(captured.use_count() == 2);
    CHECK(ask<std::int64_t>(*connection, "select seven()") == 7);
    connection.reset();
    CHECK(captured.use_count() == 1);
}

TEST_CASE("a name that SQLite does not take is refused when a connection is opened")
{
    const std::string endless(300, 'x');
    for (const bool collation : {false, true}) {
        Functions functions;
        auto captured = std::make_shared<int>(7);
        if (collation)
            functions.collation("ordinary", [captured](std::string_view a, std::string_view b) noexcept {
                return a.compare(b);
            });
        functions.scalar(endless, [captured] { return *captured; });
        Profile profile;
        profile.functions = functions;
        const auto opened = Connection::open_memory(profile);
        REQUIRE_FALSE(opened);
        CHECK_THAT(std::string(opened.error().message()), ContainsSubstring(endless));
        functions = Functions();
        profile.functions = functions;
        CHECK(captured.use_count() == 1);
    }
}
