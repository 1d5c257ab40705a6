// Errors that end a body by must(): each operation answers with the same Error as if the body had returned it.
#include <tenantry/fleet/fleet.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/use_awaitable.hpp>

#include <tenantry/fleet/for_each.hpp>
#include <tenantry/tenant/walk.hpp>

#include "support/caller.hpp"
#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::count_notes;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::said;
using test::wait_for;

namespace {

struct Open {
    Open()
    {
        must(wait_for(fleet.async_create("a")));
        db = must(wait_for(fleet.async_tenant("a")));
        must(wait_for(test::add_note(db, "there", 7)));
    }

    test::TempDir directory;
    Fleet<Notes> fleet = must(test::open_notes(directory.path() / "root"));
    TenantDb<Notes> db;
};

// The row with this id is there: SQLite has a code for it, and the statement is known.
const auto twice = sql<"insert into note(id, text, number) values (1, 'twice', 0)">();

void check_refused(const Error& error)
{
    CAPTURE(said(error));
    CHECK(error == errc::constraint);
    CHECK(error.sqlite_code() != 0);
    CHECK(error.sql() == "insert into note(id, text, number) values (1, 'twice', 0)");
    CHECK(error.tenant() == "a");
}

const auto nobody = one(select<Note>().where(col<&Note::text> == "nobody"));

void check_none(const Error& error, std::string_view tenant = "a")
{
    CAPTURE(said(error));
    CHECK(error == errc::no_such_row);
    CHECK(error.sql().find("SELECT") == 0);
    CHECK(error.tenant() == tenant);
}

// The error that an operation gives whose body returns it, and whose body ends by it, are the same.
void check_same(const Error& returned, const Error& thrown) { CHECK(said(thrown) == said(returned)); }

template <class R>
Error error_of(const Result<R>& result)
{
    REQUIRE_FALSE(result);
    return result.error();
}

} // namespace

TEST_CASE("a transaction body that ends by must() is rolled back and answered with the error")
{
    Open open;
    bool went_on = false;
    auto returns = [](auto& tx) -> Result<void> {
        if (auto done = tx.run(insert(note("rolled back"))); !done) return done;
        return tx.run(twice);
    };
    auto ends = [&](auto& tx) -> Result<void> {
        must(tx.run(insert(note("rolled back"))));
        must(tx.write(twice));
        went_on = true;
        return {};
    };
    const auto returned = error_of(wait_for(open.db.async_write(returns)));
    check_refused(returned);
    check_same(returned, error_of(wait_for(open.db.async_write(ends))));
    check_same(returned, error_of(open.db.write(ends)));
    check_same(returned, error_of(wait_for(open.db.async_write(repeatable(ends)))));
    check_same(returned, error_of(open.db.limited({.time_limit = std::chrono::hours(1)}).write(ends)));
    CHECK_FALSE(went_on);
    CHECK(must(count_notes(open.db)) == 1);
}

TEST_CASE("writes that are committed together keep theirs where another ends by must()")
{
    Open open;
    test::Door inside;
    test::Door go_on;
    auto first_of_all = [&](auto& tx) -> Result<void> {
        inside.open();
        if (!go_on.wait()) return fail(errc::timeout);
        return tx.run(insert(note("first")));
    };
    auto ends = [](auto& tx) -> Result<void> {
        must(tx.run(insert(note("rolled back"))));
        must(tx.write(twice));
        return {};
    };
    test::Caller held;
    test::Caller before;
    test::Caller ended;
    test::Caller after;
    held.begin(open.db.async_write(first_of_all));
    REQUIRE(inside.wait());
    before.begin(test::add_note(open.db, "before"));
    ended.begin(open.db.async_write(ends));
    after.begin(test::add_note(open.db, "after"));
    go_on.open();
    CHECK(held.succeeded());
    CHECK(before.succeeded());
    CHECK(ended.failed(errc::constraint));
    CHECK(after.succeeded());
    CHECK(must(open.db.read(select(col<&Note::text>).order_by(col<&Note::id>))) ==
          std::vector<std::string>{"there", "first", "before", "after"});
}

TEST_CASE("what must() gives is the value")
{
    Open open;
    auto body = [](Tx<Notes>& tx) -> Result<std::int64_t> {
        const auto there = must(tx.read(one(select<Note>())));
        const auto key = must(tx.write(insert(note("new", there.number + 1))));
        CHECK_FALSE(must(tx.read(first(select<Note>().where(col<&Note::text> == "nobody")))));
        CHECK(must(tx.write(update<Note>(key).set(col<&Note::number> = col<&Note::number> + 1))) == 1);
        must(tx.run(update<Note>(key_for<Note>(tx, there.id.value())).set(col<&Note::text> = "changed")));
        return must(tx.read(one(select(col<&Note::number>).where(col<&Note::id> == key))));
    };
    CHECK(must(open.db.write(body)) == 9);
    auto look = [](Snapshot<Notes>& at) -> Result<std::string> {
        const auto key = key_for<Note>(at, 1);
        return must(at.read(one(select<Note>().where(col<&Note::id> == key)))).text;
    };
    CHECK(must(open.db.snapshot(look)) == "changed");
}

TEST_CASE("reading bodies end by must() with the same error")
{
    Open open;
    auto snapshot = [](auto& at) -> Result<std::string> { return must(at.read(nobody)).text; };
    check_none(error_of(open.db.snapshot(snapshot)));
    check_none(error_of(wait_for(open.db.async_snapshot(snapshot))));
    const auto other = must(wait_for(open.fleet.async_tenant("a")));
    auto each = [&](const Record<Note, Notes>&) { must(other.read(nobody)); };
    check_none(error_of(open.db.for_each(select<Note>(), each)));
    auto batch = [&](std::span<Record<Note, Notes>>) { must(other.read(nobody)); };
    check_none(error_of(wait_for(async_walk(open.db, select<Note>().order_by(col<&Note::id>), 10, batch))));
}

TEST_CASE("a body that must() ends since its time is over is answered with a timeout, as one that returns")
{
    Open open;
    const auto endless =
        one(sql<"with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c",
                std::int64_t>());
    const auto limited = open.db.limited({.time_limit = std::chrono::milliseconds(1)});
    auto writes = [&](auto& tx) -> Result<std::int64_t> { return tenantry::must(tx.read(endless)); };
    auto reads = [&](auto& snapshot) -> Result<std::int64_t> {
        return tenantry::must(snapshot.read(endless));
    };
    CHECK(error_of(wait_for(limited.async_write(writes))) == errc::timeout);
    CHECK(error_of(limited.write(writes)) == errc::timeout);
    CHECK(error_of(limited.snapshot(reads)) == errc::timeout);
    CHECK(error_of(wait_for(limited.async_snapshot(reads))) == errc::timeout);
    CHECK(error_of(wait_for(limited.async_write(writes))).tenant() == "a");
}

TEST_CASE("scopes end by must() with the same error, wherever it comes from")
{
    Open open;
    SECTION("an operation that is awaited")
    {
        auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::string>> {
            const auto found = co_await must(db.async_read(nobody));
            co_return found.text;
        };
        check_none(error_of(wait_for(open.fleet.async_with("a", body))));
    }
    SECTION("the result of one")
    {
        auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::string>> {
            co_return must(co_await db.async_read(nobody)).text;
        };
        check_none(error_of(wait_for(open.fleet.async_with("a", body))));
    }
    SECTION("a transaction body in it, which ends by must() itself")
    {
        auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
            const std::string text(100, 'x'); // is owned by the body, wherever that is
            auto write = [text](Tx<T>& tx) -> Result<void> {
                must(tx.run(insert(note(text))));
                must(tx.write(twice));
                return {};
            };
            co_await must(db.async_write(write));
            co_return Result<void>();
        };
        check_refused(error_of(wait_for(open.fleet.async_with("a", body))));
    }
    SECTION("a function that is no coroutine")
    {
        auto body = []<class T>(TenantDb<T> db) -> Result<std::string> { return must(db.read(nobody)).text; };
        check_none(error_of(open.fleet.with("a", body)));
    }
    SECTION("before anything is awaited")
    {
        auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::string>> {
            const std::string text = must(db.read(nobody)).text;
            co_return text;
        };
        check_none(error_of(wait_for(open.fleet.async_with("a", body))));
    }
    SECTION("a scope within")
    {
        must(wait_for(open.fleet.async_create("b")));
        auto inner = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::string>> {
            const auto found = co_await must(db.async_read(nobody));
            co_return found.text;
        };
        auto outer = [&]<class T>(TenantDb<T>) -> asio::awaitable<Result<std::string>> {
            co_return co_await must(open.fleet.async_with("b", inner));
        };
        check_none(error_of(wait_for(open.fleet.async_with("a", outer))), "b");
    }
    SECTION("of many tenants")
    {
        must(wait_for(open.fleet.async_create("b")));
        auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
            const auto found = co_await must(db.async_read(one(select<Note>())));
            co_return found.number;
        };
        const auto report = must(wait_for(async_for_each(open.fleet, Which::all(), body)));
        REQUIRE(report.tenants.size() == 2);
        CHECK(report.failures == 1);
        CHECK(must(*report.tenants[0].result) == 7);
        check_none(error_of(*report.tenants[1].result), "b");
    }
    CHECK(must(count_notes(open.db)) == 1);
}

TEST_CASE("a progress callback ends the run by must() with the same error")
{
    Open open;
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
        co_await must(db.async_read(select<Note>()));
        co_return Result<void>();
    };
    ForEachOptions options;
    options.progress = [&](const TenantId&, const std::optional<Error>& error, std::size_t, std::size_t) {
        CHECK_FALSE(error);
        must(open.db.read(nobody));
    };
    check_none(error_of(wait_for(async_for_each(open.fleet, Which::all(), body, options))));
}

TEST_CASE("coroutines are awaited by must() as operations are")
{
    Open open;
    const auto numbers = []<class T>(TenantDb<T> db,
                                     std::string text) -> asio::awaitable<Result<std::int64_t>> {
        co_return co_await db.async_read(one(select(col<&Note::number>).where(col<&Note::text> == text)));
    };
    auto body = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
        const std::string there = "there";
        const auto first = co_await must(numbers(db, there));
        const auto second =
            co_await must(db.async_read(one(select(col<&Note::number>)), asio::use_awaitable));
        auto third = db.async_read(one(select(col<&Note::number>))); // begun where it is awaited
        const auto others = co_await must(std::move(third));
        CHECK((first == 7 && second == 7 && others == 7));
        co_return co_await must(numbers(db, "nobody"));
    };
    check_none(error_of(wait_for(open.fleet.async_with("a", body))));
}

TEST_CASE("an operation that must() awaits is cancelled with the body")
{
    Open open;
    bool begun = false;
    auto body = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
        begun = true;
        co_await must(db.async_read(one(sql<"with recursive c(n) as (select 1 union all select n + 1 from c) "
                                            "select max(n) from c",
                                            std::int64_t>())));
        co_return Result<void>();
    };
    test::Caller caller;
    caller.begin(open.fleet.async_with("a", body));
    REQUIRE(caller.run_until([&] { return begun; }));
    caller.cancel();
    REQUIRE(caller.failed(errc::cancelled));
    CHECK(caller.error()->tenant() == "a");
}

TEST_CASE("outside of a body the error is an exception like any other")
{
    Open open;
    const auto coroutine = [](TenantDb<Notes> db) -> asio::awaitable<Result<std::string>> {
        co_return (co_await must(db.async_read(nobody))).text;
    };
    try {
        static_cast<void>(test::run(coroutine(open.db)));
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        check_none(error);
    }
    CHECK_THROWS_AS(must(open.db.read(nobody)), Error);
}

TEST_CASE("what else a body throws is not taken for an error of an operation")
{
    Open open;
    auto body = [](auto& tx) -> Result<void> {
        must(tx.run(insert(note("rolled back"))));
        throw std::runtime_error("no luck");
    };
    const auto failed = error_of(open.db.write(body));
    CHECK(failed == errc::body_failed);
    CHECK_THAT(std::string(failed.message()), ContainsSubstring("no luck"));
    CHECK(must(count_notes(open.db)) == 1);
}
