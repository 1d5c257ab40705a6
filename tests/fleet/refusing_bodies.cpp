// Bodies that refuse for a reason of the program's own: Result<R, E> in every place where a body is taken.
#include <tenantry/core/refusal.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <tenantry/fleet/fleet.hpp>
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
using test::wait_for;

namespace {

enum class Refusal { none, name_taken, too_many };

// What a service would write: a variant does.
using Failure = std::variant<Refusal, Error>;

// A class of the program's own that shows its Error.
struct Answer {
    Answer() = default;
    Answer(Refusal the_refusal) : refusal(the_refusal) {}
    Answer(Error the_error) : error(std::move(the_error)) {}
    Refusal refusal{};
    Error error{errc::internal};
};
[[maybe_unused]] Error* error_in(Answer& answer) noexcept
{
    return answer.refusal == Refusal::none ? &answer.error : nullptr;
}

// And one that keeps of it what it wants.
struct Status {
    Status(Error error) : number(error == errc::timeout ? 504 : 500) {}
    int number;
};

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

template <class R>
void check_refused(Result<R, Failure> result, Refusal refusal)
{
    REQUIRE_FALSE(result);
    REQUIRE(std::holds_alternative<Refusal>(result.error()));
    CHECK(std::get<Refusal>(result.error()) == refusal);
}

// An error of the library's, with all that it tells.
template <class R>
void check_error(Result<R, Failure> result, errc code, std::string_view tenant = "a")
{
    REQUIRE_FALSE(result);
    const Error* const error = error_in(result.error());
    REQUIRE(error != nullptr);
    CAPTURE(test::said(*error));
    CHECK(*error == code);
    CHECK(error->tenant() == tenant);
}

const auto endless =
    one(sql<"with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c",
            std::int64_t>());
const auto nobody = one(select<Note>().where(col<&Note::text> == "nobody"));

} // namespace

TEST_CASE(
    "a transaction that refuses for the program's own reason is rolled back, and the reason is the answer")
{
    Open open;
    auto refuses = [](auto& tx) -> Result<std::int64_t, Failure> {
        must(tx.run(insert(note("rolled back"))));
        if (must(tx.read(one(select(count()).from(table<Note>)))) == 2) return fail(Refusal::name_taken);
        return 0;
    };
    check_refused(open.db.write(refuses), Refusal::name_taken);
    check_refused(open.db.limited({.time_limit = std::chrono::hours(1)}).write(refuses), Refusal::name_taken);
    check_refused(wait_for(open.db.async_write(refuses)), Refusal::name_taken);
    check_refused(wait_for(open.db.async_write(repeatable(refuses))), Refusal::name_taken);
    CHECK(must(count_notes(open.db)) == 1);

    auto goes_well = [](auto& tx) -> Result<std::int64_t, Failure> {
        must(tx.run(insert(note("kept"))));
        return 5;
    };
    CHECK(must(open.db.write(goes_well)) == 5);
    CHECK(must(wait_for(open.db.async_write(goes_well))) == 5);
    CHECK(must(count_notes(open.db)) == 3);
}

TEST_CASE("a refusal takes nothing from the writes that are committed with it")
{
    Open open;
    test::Door inside;
    test::Door go_on;
    auto held_body = [&](auto& tx) -> Result<void> {
        inside.open();
        if (!go_on.wait()) return fail(errc::timeout);
        return tx.run(insert(note("first")));
    };
    auto refuses = [](auto& tx) -> Result<void, Failure> {
        must(tx.run(insert(note("rolled back"))));
        return fail(Refusal::too_many);
    };
    test::Caller held;
    test::Caller before;
    test::Caller after;
    held.begin(open.db.async_write(held_body));
    REQUIRE(inside.wait());
    before.begin(test::add_note(open.db, "before"));
    test::Arrival<Result<void, Failure>> refused;
    auto answer = refused.promise->get_future();
    open.db.async_write(refuses, refused);
    after.begin(test::add_note(open.db, "after"));
    go_on.open();
    CHECK(held.succeeded());
    CHECK(before.succeeded());
    check_refused(answer.get(), Refusal::too_many);
    CHECK(after.succeeded());
    CHECK(must(open.db.read(select(col<&Note::text>).order_by(col<&Note::id>))) ==
          std::vector<std::string>{"there", "first", "before", "after"});
}

TEST_CASE("what ends such a body otherwise is an Error in the program's own")
{
    Open open;
    auto returns = [](auto& tx) -> Result<void, Failure> {
        if (auto found = tx.read(nobody); !found) return fail(std::move(found).error());
        return {};
    };
    auto ends = [](auto& tx) -> Result<void, Failure> {
        must(tx.read(nobody));
        return {};
    };
    auto throws = [](auto&) -> Result<void, Failure> { throw std::runtime_error("no luck"); };
    auto too_long = [](auto& tx) -> Result<std::int64_t, Failure> { return must(tx.read(endless)); };
    check_error(open.db.write(returns), errc::no_such_row);
    check_error(wait_for(open.db.async_write(returns)), errc::no_such_row);
    check_error(open.db.write(ends), errc::no_such_row);
    check_error(wait_for(open.db.async_write(ends)), errc::no_such_row);
    check_error(open.db.write(throws), errc::body_failed);
    const auto limited = open.db.limited({.time_limit = std::chrono::milliseconds(1)});
    check_error(limited.write(too_long), errc::timeout);
    check_error(wait_for(limited.async_write(too_long)), errc::timeout);
    // Nothing of the body has run.
    check_error(open.db.limited({.time_limit = std::chrono::milliseconds(-1)}).write(ends), errc::timeout);
    check_error(TenantDb<Notes>().write(ends), errc::tenant_gone, "");
    check_error(wait_for(TenantDb<Notes>().async_write(ends)), errc::tenant_gone, "");

    // What a function of the program's own refuses ends the body as it is.
    const auto helper = [] { return Result<std::string, Failure>(fail(Refusal::name_taken)); };
    auto asks = [&](auto& tx) -> Result<void, Failure> {
        must(tx.run(insert(note(must(helper())))));
        return {};
    };
    check_refused(open.db.write(asks), Refusal::name_taken);
    check_refused(wait_for(open.db.async_write(asks)), Refusal::name_taken);
    // A body that has no place for it has thrown something.
    auto no_place = [&](auto& tx) -> Result<void> { return tx.run(insert(note(must(helper())))); };
    CHECK(open.db.write(no_place).error() == errc::body_failed);
    CHECK(must(count_notes(open.db)) == 1);
}

TEST_CASE("a class of the program's own shows its Error, or keeps what it wants of it")
{
    Open open;
    auto shown = [](auto& tx) -> Result<std::int64_t, Answer> { return must(tx.read(endless)); };
    auto status = [](auto& tx) -> Result<std::int64_t, Status> { return must(tx.read(endless)); };
    auto none = [](auto& tx) -> Result<std::int64_t, Status> { return must(tx.read(nobody)).number; };
    auto refuses = [](auto&) -> Result<std::int64_t, Answer> { return fail(Refusal::too_many); };
    const auto limited = open.db.limited({.time_limit = std::chrono::milliseconds(1)});
    const auto ended = limited.write(shown);
    REQUIRE_FALSE(ended);
    CHECK(ended.error().error == errc::timeout);
    CHECK(ended.error().error.tenant() == "a");
    CHECK(limited.write(status).error().number == 504);
    CHECK(open.db.write(none).error().number == 500);
    CHECK(wait_for(open.db.async_write(refuses)).error().refusal == Refusal::too_many);
}

TEST_CASE("bodies that read, and those of scopes, refuse as transactions do")
{
    Open open;
    SECTION("snapshots")
    {
        auto refuses = [](auto& at) -> Result<void, Failure> {
            return must(at.read(one(select<Note>()))).number == 7 ? fail(Refusal::too_many)
                                                                  : fail(Refusal::none);
        };
        auto ends = [](auto& at) -> Result<std::int64_t, Failure> { return must(at.read(nobody)).number; };
        check_refused(open.db.snapshot(refuses), Refusal::too_many);
        check_refused(wait_for(open.db.async_snapshot(refuses)), Refusal::too_many);
        check_error(open.db.snapshot(ends), errc::no_such_row);
        check_error(wait_for(open.db.async_snapshot(ends)), errc::no_such_row);
        check_error(TenantDb<Notes>().snapshot(ends), errc::tenant_gone, "");
    }
    SECTION("rows")
    {
        auto refuses = [](auto&) -> Result<void, Failure> { return fail(Refusal::too_many); };
        auto ends = [&](auto&) -> Result<void, Failure> {
            must(TenantDb<Notes>().read(nobody));
            return {};
        };
        check_refused(open.db.for_each(select<Note>(), refuses), Refusal::too_many);
        check_error(open.db.for_each(select<Note>(), ends), errc::tenant_gone);
        auto write = [&](auto& tx) -> Result<void, Failure> { return tx.for_each(select<Note>(), refuses); };
        check_refused(open.db.write(write), Refusal::too_many);
        const auto ordered = select<Note>().order_by(col<&Note::id>);
        auto batch = [](std::span<Record<Note, Notes>> rows) -> Result<void, Failure> {
            if (rows.size() == 1) return fail(Refusal::too_many);
            return {};
        };
        check_refused(wait_for(async_walk(open.db, ordered, 10, batch)), Refusal::too_many);
        check_error(wait_for(async_walk(TenantDb<Notes>(), ordered, 10, batch)), errc::tenant_gone, "");
    }
    SECTION("scopes")
    {
        auto refuses = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<void, Failure>> {
            auto write = [](auto& tx) -> Result<void, Failure> {
                must(tx.run(insert(note("rolled back"))));
                return fail(Refusal::name_taken);
            };
            co_await must(db.async_write(write));
            co_return Result<void, Failure>();
        };
        auto ends = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t, Failure>> {
            const auto found = co_await must(db.async_read(nobody));
            co_return found.number;
        };
        auto plain = []<class T>(TenantDb<T> db) -> Result<std::int64_t, Failure> {
            if (must(db.read(one(select<Note>()))).number == 7) return fail(Refusal::too_many);
            return must(db.read(nobody)).number;
        };
        check_refused(wait_for(open.fleet.async_with("a", refuses)), Refusal::name_taken);
        check_error(wait_for(open.fleet.async_with("a", ends)), errc::no_such_row);
        check_error(wait_for(open.fleet.async_with("nobody", ends)), errc::no_such_tenant, "nobody");
        check_refused(open.fleet.with("a", plain), Refusal::too_many);
        must(open.db.write(update<Note>().set(col<&Note::number> = 8).all_rows()));
        check_error(open.fleet.with("a", plain), errc::no_such_row);
        check_error(open.fleet.with("nobody", plain), errc::no_such_tenant, "nobody");

        ForEachOptions options;
        std::vector<Error> told;
        options.progress = [&](const TenantId&, const std::optional<Error>& error, std::size_t, std::size_t) {
            if (error) told.push_back(*error);
        };
        const auto report = must(wait_for(async_for_each(open.fleet, Which::all(), refuses, options)));
        REQUIRE(report.tenants.size() == 1);
        check_refused(*report.tenants[0].result, Refusal::name_taken);
        CHECK(report.failures == 1);
        REQUIRE(told.size() == 1);
        CHECK(told[0] == errc::body_failed);
    }
    CHECK(must(count_notes(open.db)) == 1);
}
