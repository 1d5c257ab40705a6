// What an observer hears of a connection's statements.
#include <tenantry/sqlite/detail/statement_watch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <tenantry/sqlite/connection.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using sqlite::Connection;
using test::must;

namespace {

struct Heard {
    std::string tenant;
    std::string sql;
    std::uint64_t rows;
    std::uint64_t changes;
    std::optional<Error> error;
};

struct Listener : Observer {
    void statement(const ObservedStatement& ended) override
    {
        CHECK((ended.error == nullptr || !(*ended.error == errc::constraint)));
        note(ended);
    }
    void conflict(const ObservedStatement& ended) override
    {
        CHECK((ended.error != nullptr && *ended.error == errc::constraint));
        note(ended);
    }
    void note(const ObservedStatement& ended)
    {
        heard.push_back({std::string(ended.tenant), std::string(ended.sql), ended.rows, ended.changes,
                         ended.error != nullptr ? std::optional(*ended.error) : std::nullopt});
        durations.push_back(ended.duration);
        if (throws) throw std::runtime_error("woe");
    }

    std::vector<Heard> heard;
    std::vector<std::chrono::nanoseconds> durations;
    bool throws = false;
};

struct Watched {
    explicit Watched(std::chrono::nanoseconds from = 0ns)
    {
        must(connection.execute(
            "CREATE TABLE t(n INTEGER NOT NULL, s TEXT);"
            "CREATE TABLE l(n);"
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO l VALUES (new.n), (0); END"));
        connection.observe(listener, "acme", from);
    }

    void run(const char* sql) { must(must(connection.prepare(sql)).run()); }

    // What has been heard since.
    std::vector<Heard> heard()
    {
        connection.report_statements();
        return std::exchange(listener->heard, {});
    }

    std::shared_ptr<Listener> listener = std::make_shared<Listener>();
    Connection connection = must(Connection::open_memory());
};

} // namespace

TEST_CASE("every statement is told of, with what it did, once")
{
    Watched watched;
    watched.run("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    auto heard = watched.heard();
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].tenant == "acme");
    CHECK(heard[0].sql == "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    CHECK(heard[0].rows == 0);
    CHECK(heard[0].changes == 9); // those of the trigger, too
    CHECK_FALSE(heard[0].error);
    watched.run("SELECT n FROM t");
    watched.run("CREATE TABLE other(n)");
    watched.run("-- a comment first\nUPDATE t SET n = n + 1 RETURNING n");
    heard = watched.heard();
    REQUIRE(heard.size() == 3);
    CHECK((heard[0].rows == 3 && heard[0].changes == 0));
    CHECK((heard[1].rows == 0 && heard[1].changes == 0));
    CHECK((heard[2].rows == 3 && heard[2].changes == 3));
    CHECK(watched.heard().empty());
}

TEST_CASE("values are shown to nobody")
{
    Watched watched;
    const sqlite::StatementText text{"INSERT INTO t VALUES (?, ?)", sqlite::next_slot()};
    for (int n = 0; n < 2; ++n) {
        auto statement = must(watched.connection.statement(text));
        if (n == 0)
            statement.integer(1, 7);
        else
            statement.null(1);
        statement.text(2, "secret");
        CHECK(statement.run().has_value() == (n == 0));
    }
    const auto heard = watched.heard();
    REQUIRE(heard.size() == 2);
    for (const auto& each : heard) CHECK(each.sql == text.sql);
    REQUIRE(heard[1].error);
    CHECK(heard[1].error->message().find("secret") == std::string::npos);
}

TEST_CASE("what fails is told of with its reason, once")
{
    Watched watched(1h);
    watched.run("INSERT INTO t VALUES (1, 'a')");
    CHECK_FALSE(must(watched.connection.prepare("INSERT INTO t VALUES (2, 'b'), (NULL, 'c')")).run());
    watched.run("SELECT n FROM t");
    auto heard = watched.heard();
    REQUIRE(heard.size() == 1); // the others were fast enough
    CHECK(heard[0].sql == "INSERT INTO t VALUES (2, 'b'), (NULL, 'c')");
    REQUIRE(heard[0].error);
    CHECK(*heard[0].error == errc::constraint);
    CHECK(watched.heard().empty());
    // Half-way, after rows.
    auto reading = must(watched.connection.prepare("SELECT json_extract(s, '$') FROM (SELECT '1' s UNION ALL "
                                                   "SELECT '{' UNION ALL SELECT '2')"));
    CHECK(must(reading.step()));
    CHECK_FALSE(reading.step());
    heard = watched.heard();
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].rows == 1);
    CHECK(heard[0].error);
}

TEST_CASE("a statement that was ended to be begun again elsewhere is not told of")
{
    Watched watched;
    const char* const endless =
        "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT count(*) FROM up";
    for (const bool again : {true, false}) {
        watched.connection.watch(nullptr, std::chrono::steady_clock::now() + 1ms, again ? 1ms : 0ms);
        CHECK_FALSE(must(watched.connection.prepare(endless)).run());
        CHECK(watched.connection.out_of_time());
        CHECK(watched.heard().size() == (again ? 0 : 1));
    }
    // What fails otherwise is.
    watched.connection.watch(nullptr, std::chrono::steady_clock::now() + 1h, 1ms);
    CHECK_FALSE(must(watched.connection.prepare("INSERT INTO t VALUES (NULL, 'c')")).run());
    CHECK(watched.heard().size() == 1);
}

TEST_CASE("statements within statements, and such as are left")
{
    Watched watched;
    watched.run("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    (void)watched.heard();
    {
        auto outer = must(watched.connection.prepare("SELECT n FROM t"));
        while (must(outer.step())) watched.run("SELECT s FROM t LIMIT 2");
    }
    auto heard = watched.heard();
    REQUIRE(heard.size() == 4);
    for (int n = 0; n < 3; ++n) CHECK(heard[static_cast<std::size_t>(n)].rows == 2);
    CHECK(heard[3].sql == "SELECT n FROM t");
    CHECK(heard[3].rows == 3);
    CHECK(watched.listener->durations.back() >= watched.listener->durations[1]);
    {
        auto left = must(watched.connection.prepare("SELECT n FROM t"));
        must(left.step());
    }
    heard = watched.heard();
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].rows == 1);
    CHECK_FALSE(heard[0].error);
    // Deeper than it looks; then it hears of some, and goes on.
    std::vector<sqlite::Statement> many;
    for (int n = 0; n < 20; ++n) {
        many.push_back(must(watched.connection.prepare("SELECT n FROM t")));
        must(many.back().step());
    }
    many.clear();
    CHECK_FALSE(watched.heard().empty());
    watched.run("SELECT s FROM t");
    CHECK(watched.heard().size() == 1);
}

TEST_CASE("the library's own statements are not told of")
{
    Watched watched;
    must(watched.connection.execute("BEGIN; INSERT INTO t VALUES (1, 'a'); COMMIT"));
    CHECK(must(watched.connection.query_integer("SELECT count(*) FROM t")) == 1);
    CHECK(watched.heard().empty());
}

TEST_CASE("an observer that throws harms nobody")
{
    Watched watched;
    watched.listener->throws = true;
    watched.run("INSERT INTO t VALUES (1, 'a')");
    watched.run("INSERT INTO t VALUES (2, 'a')");
    CHECK_FALSE(must(watched.connection.prepare("INSERT INTO t VALUES (NULL, 'c')")).run());
    CHECK(watched.heard().size() == 3);
    CHECK(must(watched.connection.query_integer("SELECT count(*) FROM t")) == 2);
}

TEST_CASE("a connection may be closed while statements of it are still there")
{
    auto watched = std::make_unique<Watched>();
    auto statement = must(watched->connection.prepare("SELECT 1 UNION SELECT 2"));
    must(statement.step());
    const auto listener = watched->listener;
    watched.reset();
    CHECK(listener->heard.empty()); // there was nobody left to tell it
}
