// once(key, body): asked for twice, a transaction is done once, and answered twice.
#include <tenantry/tenant/once.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <tenantry/async/retry.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/sqlite/connection.hpp>

#include "support/caller.hpp"
#include "support/catch.hpp"
#include "support/declaration.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace std::chrono_literals;
using test::count_notes;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::wait_for;

namespace {

enum class Refusal { taken };
using Failure = std::variant<Refusal, Error>;

struct Open {
    explicit Open(const FleetOptions& options = {})
        : fleet(must(test::open_notes(directory.path() / "root", options)))
    {
        must(fleet.create("a"));
        db = must(fleet.tenant("a"));
    }

    // As after a crash, or a deployment.
    void again()
    {
        db = {};
        must(fleet.close(Shutdown::drain));
        fleet = must(test::open_notes(directory.path() / "root"));
        db = must(fleet.tenant("a"));
    }

    test::TempDir directory;
    Fleet<Notes> fleet;
    TenantDb<Notes> db;
};

} // namespace

TEST_CASE("what was done once under a key is not done again, and gives the first one's answer")
{
    Open open;
    int calls = 0;
    auto add = [&](Tx<Notes>& tx) -> Result<Key<Note, Notes>> {
        return tx.write(insert(note("one", ++calls)));
    };
    const auto first = must(open.db.write(once("request 1", add)));
    CHECK(must(open.db.write(once("request 1", add))) == first);
    CHECK(must(open.db.write(once("request 1", repeatable(add)))) == first);
    CHECK(must(open.db.write(repeatable(once("request 1", add)))) == first);
    auto keyed = once("request 1", add);
    CHECK(must(wait_for(open.db.async_write(keyed))) == first);
    CHECK(calls == 1);
    const auto second = must(open.db.write(once("request 2", add)));
    CHECK(second != first);
    CHECK(calls == 2);
    open.again();
    // It is nobody's business that keeps a migration busy: the mark is what it was.
    CHECK(open.db.opening().was_current);
    CHECK(must(open.db.write(once("request 2", add))).value() == second.value());
    CHECK(calls == 2);
    CHECK(must(count_notes(open.db)) == 2);

    // Each tenant has its own.
    must(open.fleet.create("b"));
    must(must(open.fleet.tenant("b")).write(once("request 1", add)));
    CHECK(calls == 3);
}

TEST_CASE("an answer is nothing, or what a column can hold")
{
    Open open;
    int calls = 0;
    auto nothing = [&](auto& tx) -> Result<void> {
        ++calls;
        return tx.run(insert(note("nothing")));
    };
    auto text = [&](auto& tx) -> Result<std::string> {
        must(tx.run(insert(note("text"))));
        return "answer " + std::to_string(++calls);
    };
    for (int i = 0; i < 2; ++i) must(open.db.write(once("nothing", nothing)));
    for (int i = 0; i < 2; ++i) CHECK(must(open.db.write(once("text", text))) == "answer 2");
    CHECK(calls == 2);
    auto number = [&](auto&) -> Result<std::int64_t> { return ++calls; };
    const auto other = open.db.write(once("text", number));
    REQUIRE_FALSE(other);
    CHECK(other.error() == errc::value_misfit);
    CHECK_THAT(std::string(other.error().message()), ContainsSubstring("'text'"));
    CHECK(open.db.write(once("", number)).error() == errc::invalid_argument);
    CHECK(calls == 2);
}

TEST_CASE("what was refused, or too old, is done anew")
{
    Open open;
    int calls = 0;
    auto refuses = [&](auto& tx) -> Result<std::int64_t, Failure> {
        must(tx.run(insert(note("rolled back"))));
        if (++calls == 1) return fail(Refusal::taken);
        if (calls == 2) return must(tx.read(one(select<Note>().where(col<&Note::text> == "nobody")))).number;
        return 7;
    };
    auto keyed = once("request", refuses);
    CHECK(std::holds_alternative<Refusal>(open.db.write(keyed).error()));
    CHECK(std::get<Error>(open.db.write(keyed).error()) == errc::no_such_row);
    CHECK(must(open.db.write(keyed)) == 7);
    CHECK(must(open.db.write(keyed)) == 7);
    CHECK(calls == 3);
    CHECK(must(count_notes(open.db)) == 1);

    int old = 0;
    auto counts = [&](auto&) -> Result<std::int64_t> { return ++old; };
    for (int i = 1; i < 30; ++i) CHECK(must(open.db.write(once("old", counts, 0ms))) == i);
    for (int i = 0; i < 30; ++i) must(open.db.write(once("old " + std::to_string(i), counts, 0ms)));
    // They are forgotten with what comes later, and the table does not grow with them.
    must(open.db.write(once("last", counts, std::chrono::milliseconds::max())));
    must(open.db.write(once("last", counts)));
    const auto kept = one(sql<"select count(*) from _tenantry_answers", std::int64_t>());
    CHECK(must(open.db.read(kept)) == 2); // "request" and "last"
}

TEST_CASE("the answers that are kept are no part of any declaration")
{
    auto db = must(sqlite::Connection::open_memory());
    detail::KeptAnswers answers(db);
    const auto keep = [&](std::string_view key) {
        return answers.keep(key, 1h, [](auto& statement, int parameter) { statement.null(parameter); });
    };
    const auto is_kept = [&](std::string_view key) {
        return must(answers.find(key, [](auto&) { return Result<void>(); }));
    };
    CHECK_FALSE(is_kept("first"));
    must(keep("first"));
    CHECK(must(migrate::is_empty(db)));
    const test::Declaration narrow({"CREATE TABLE a(\n    x INTEGER NOT NULL\n) STRICT"});
    const test::Declaration wide({"CREATE TABLE a(\n    x INTEGER NOT NULL,\n    y INTEGER\n) STRICT"});
    CHECK(must(ensure_schema(db, narrow.info())).done.size() == 1);
    const auto widened = must(ensure_schema(db, wide.info()));
    CHECK(widened.done.size() == 1);
    CHECK(widened.tolerated.empty());
    CHECK(is_kept("first"));
    CHECK_FALSE(is_kept("second"));
}

TEST_CASE("a write that finds the queue full is tried again until it is done, once")
{
    FleetOptions options;
    options.tenant.queued_writes = 1;
    Open open(options);
    test::Door inside;
    test::Door go_on;
    auto held = [&](auto& tx) -> Result<void> {
        inside.open();
        if (!go_on.wait()) return fail(errc::timeout);
        return tx.run(insert(note("held")));
    };
    test::Caller first;
    test::Caller queued;
    first.begin(open.db.async_write(held));
    REQUIRE(inside.wait());
    queued.begin(test::add_note(open.db, "queued"));

    int calls = 0;
    auto add = [&](auto& tx) -> Result<std::int64_t> {
        must(tx.run(insert(note("tried"))));
        return ++calls;
    };
    auto keyed = once("request", add);
    std::size_t tries = 0;
    const auto write = [&] {
        if (++tries == 2) go_on.open();
        return open.db.async_write(keyed);
    };
    const RetryPolicy policy{
        .tries = 0, .first_wait = 1ms, .longest_wait = 8ms, .idempotent = true, .clock = open.fleet.clock()};
    const auto serve = [&]() -> asio::awaitable<Result<std::int64_t>> {
        co_return co_await async_retry(write, policy);
    };
    CHECK(must(test::run(serve())) == 1);
    CHECK(tries >= 2);
    CHECK(first.succeeded());
    CHECK(queued.succeeded());
    CHECK(must(retry([&] { return open.db.write(keyed); }, policy)) == 1);
    CHECK(calls == 1);
    CHECK(must(count_notes(open.db)) == 3);
}
