// Handles whose operations may not wait or run for ever: each operation, each limit.
#include <tenantry/tenant/limits.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <tenantry/fleet/fleet.hpp>
#include <tenantry/tenant/upkeep.hpp>
#include <tenantry/tenant/walk.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

#include "support/paths.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::Door;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::wait_for;

namespace {

using Outcome = std::optional<Error>; // none: it went through
template <class T>
Outcome outcome(const Result<T>& result)
{
    return result ? Outcome() : Outcome(result.error());
}

// ---- each operation of a handle, as little of it as goes, and without an end where a program may say what it does

const auto endless =
    sql<"with recursive c(n) as (select 1 union all select n + 1 from c) select n from c", std::int64_t>();
const auto endless_sum =
    sql<"with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c",
        std::int64_t>();
const auto endless_insert = sql<"insert into note(text, number) with recursive c(n) as "
                                "(select 1 union all select n + 1 from c) select '', n from c">();

// As many as there are notes, to the fourth.
auto slow_notes()
{
    return select<Note>()
        .where(col<&Note::number> <=
               scalar(select(count())
                          .from(table<Alias<"a", Note>>)
                          .join(table<Alias<"b", Note>>, alias<"b">[col<&Note::number>] >= 0)
                          .join(table<Alias<"c", Note>>, alias<"c">[col<&Note::number>] >= 0)
                          .join(table<Alias<"d", Note>>, alias<"d">[col<&Note::number>] >= 0)))
        .order_by(col<&Note::id>);
}

struct Operation {
    std::string name;
    std::function<Outcome(const TenantDb<Notes>&)> brief;
    std::vector<std::function<Outcome(const TenantDb<Notes>&)>>
        endless{}; // none: it is the library's own, and has an end
};

std::vector<Operation> every_operation()
{
    using Db = const TenantDb<Notes>&;
    const auto all = select<Note>();
    const auto row = note("written in spite of its limit");
    const auto few = [](auto& moment) { return moment.read(one(select(count()).from(table<Note>))); };
    const auto many = [](auto& moment) { return moment.read(endless_sum); };
    const auto walked = [](auto& moment) { return moment.for_each(endless, [](std::int64_t) {}); };
    const auto adding = [=](auto& tx) { return tx.run(insert(row)); };
    const auto adding_much = [=](auto& tx) -> Result<void> {
        must(tx.run(insert(row)));
        must(tx.read(endless_sum));
        return {};
    };
    const auto adding_again = repeatable(adding_much);
    const std::vector<Note> two_rows{row, row};
    const auto adding_and_walking = [=](auto& tx) -> Result<void> {
        auto done = tx.run(insert(row));
        return done ? tx.for_each(endless, [](std::int64_t) {}) : done;
    };
    // The time is the body's: SQLite does next to nothing.
    const auto slow_body = [](std::int64_t) { std::this_thread::sleep_for(20ms); };
    const auto nothing = [](std::span<Record<Note, Notes>>) {};
    const auto ordered = select<Note>().order_by(col<&Note::id>);
    return {
        {"read", [=](Db db) { return outcome(db.read(all)); }, {[](Db db) {
             return outcome(db.read(endless_sum));
         }}},
        {"for_each",
         [=](Db db) { return outcome(db.for_each(all, [](const auto&) {})); },
         {[](Db db) { return outcome(db.for_each(endless, [](std::int64_t) {})); },
          [=](Db db) { return outcome(db.for_each(endless, slow_body)); }}},
        {"async_read", [=](Db db) { return outcome(wait_for(db.async_read(all))); }, {[](Db db) {
             return outcome(wait_for(db.async_read(endless_sum)));
         }}},
        {"snapshot",
         [=](Db db) { return outcome(db.snapshot(few)); },
         {[=](Db db) { return outcome(db.snapshot(many)); },
          [=](Db db) { return outcome(db.snapshot(walked)); }}},
        {"async_snapshot",
         [=](Db db) { return outcome(wait_for(db.async_snapshot(few))); },
         {[=](Db db) { return outcome(wait_for(db.async_snapshot(many))); },
          [=](Db db) { return outcome(wait_for(db.async_snapshot(walked))); }}},
        {"async_write", [=](Db db) { return outcome(wait_for(db.async_write(insert(row)))); }, {[](Db db) {
             return outcome(wait_for(db.async_write(endless_insert)));
         }}},
        {"async_write",
         [=](Db db) { return outcome(wait_for(db.async_write(adding))); },
         {[=](Db db) { return outcome(wait_for(db.async_write(adding_much))); },
          [=](Db db) { return outcome(wait_for(db.async_write(adding_and_walking))); },
          [=](Db db) { return outcome(wait_for(db.async_write(adding_again))); }}},
        {"async_write", [=](Db db) { return outcome(wait_for(db.async_write(insert(two_rows)))); }},
        {"write", [=](Db db) { return outcome(db.write(insert(row))); }, {[](Db db) {
             return outcome(db.write(endless_insert));
         }}},
        {"write", [=](Db db) { return outcome(db.write(adding)); }, {[=](Db db) {
             return outcome(db.write(adding_much));
         }}},
        {"async_walk",
         [=](Db db) { return outcome(wait_for(async_walk(db, ordered, 2, nothing))); },
         {[=](Db db) { return outcome(wait_for(async_walk(db, slow_notes(), 2, nothing))); }}},
        {"space", [](Db db) { return outcome(space(db)); }},
        {"async_space", [](Db db) { return outcome(wait_for(async_space(db))); }},
        {"optimize", [](Db db) { return outcome(optimize(db)); }},
        {"async_optimize", [](Db db) { return outcome(wait_for(async_optimize(db))); }},
        {"compact", [](Db db) { return outcome(compact(db)); }},
        {"async_compact", [](Db db) { return outcome(wait_for(async_compact(db))); }},
    };
}

// What a handle has that does nothing with the tenant's database.
const std::set<std::string> no_operations{"id",      "get_executor", "incarnation", "stats",
                                          "opening", "limited",      "unlimited"};

struct OneTenant {
    explicit OneTenant(bool sole_owner = false)
        : fleet(must(test::open_notes(directory.path() / "root", {.sole_owner = sole_owner, .threads = 2})))
    {
        must(wait_for(fleet.async_create("a")));
        db = must(wait_for(fleet.async_tenant("a")));
    }

    test::TempDir directory;
    Fleet<Notes> fleet;
    TenantDb<Notes> db;
};

void check_timeout(const Operation& operation, const Outcome& outcome)
{
    INFO(operation.name);
    REQUIRE(outcome);
    CHECK(*outcome == errc::timeout);
    CHECK(outcome->tenant() == "a");
}

// ---- what operations there are, by the library's text

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Names that stand before a parenthesis in the public part of a class, outside of what they do.
std::set<std::string> members_of(const std::string& text, const std::string& head)
{
    std::set<std::string> names;
    const auto begin = text.find(head);
    REQUIRE(begin != std::string::npos);
    const auto end = text.find("\nprivate:", begin);
    REQUIRE(end != std::string::npos);
    std::string name;
    int braces = 0;
    int parentheses = 0;
    for (std::size_t at = text.find('{', begin) + 1; at < end; ++at) {
        if (text.compare(at, 2, "//") == 0) at = text.find('\n', at);
        const char c = text[at];
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
            name += c;
            continue;
        }
        if (c == '(' && braces == 0 && parentheses == 0 && !name.empty()) names.insert(name);
        if (c == '(') ++parentheses;
        if (c == ')') --parentheses;
        if (c == '{') ++braces;
        if (c == '}') --braces;
        name.clear();
    }
    for (const char* other : {"TenantDb", "requires", "static_assert"}) names.erase(other);
    return names;
}

// Functions that take a handle first.
std::set<std::string> functions_of_handles()
{
    std::set<std::string> names;
    const std::string_view taking = "(const TenantDb<T>& ";
    const std::filesystem::path include = std::filesystem::path(test::source_directory) / "include";
    for (const auto& file : std::filesystem::recursive_directory_iterator(include)) {
        if (!file.is_regular_file()) continue;
        const std::string text = text_of(file.path());
        for (auto at = text.find(taking); at != std::string::npos; at = text.find(taking, at + 1)) {
            const auto before = text.find_last_of(" \n:", at);
            names.insert(text.substr(before + 1, at - before - 1));
        }
    }
    for (const char* inside : {"begin", "write_and_wait", "read_now"}) names.erase(inside); // HandleAccess
    return names;
}

} // namespace

TEST_CASE("no operation of a handle is missing here")
{
    std::set<std::string> known = no_operations;
    for (const auto& operation : every_operation()) known.insert(operation.name);
    auto there = members_of(
        text_of(std::filesystem::path(test::source_directory) / "include/tenantry/tenant/tenant_db.hpp"),
        "class TenantDb {");
    const auto functions = functions_of_handles();
    there.insert(functions.begin(), functions.end());
    CHECK(there == known);
}

TEST_CASE("no operation begins after its limit, and each is done within it")
{
    const bool sole_owner = GENERATE(false, true);
    CAPTURE(sole_owner);
    OneTenant one(sole_owner);
    for (const Limits& limits :
         {Limits{.deadline = Limits::Clock::now()}, Limits{.deadline = Limits::Clock::time_point::min()},
          within(-1ms), within(std::chrono::milliseconds::min()), Limits{.time_limit = -1ms},
          Limits{.deadline = Limits::Clock::now(), .time_limit = 1h}})
        for (const auto& operation : every_operation())
            check_timeout(operation, operation.brief(one.db.limited(limits)));
    CHECK(must(test::count_notes(one.db)) == 0);

    for (const Limits& limits : {within(1h), Limits{.time_limit = 1h}})
        for (const auto& operation : every_operation()) {
            INFO(operation.name);
            CHECK_FALSE(operation.brief(one.db.limited(limits)));
        }
}

TEST_CASE("each operation that runs for too long is ended, by either limit")
{
    const bool sole_owner = GENERATE(false, true);
    CAPTURE(sole_owner);
    OneTenant one(sole_owner);
    const std::vector<Note> many(300, note("one of many"));
    must(wait_for(one.db.async_write(insert(many))));
    for (const auto& operation : every_operation())
        for (const auto& run : operation.endless) {
            check_timeout(operation, run(one.db.limited({.time_limit = 5ms})));
            check_timeout(operation, run(one.db.limited(within(5ms))));
        }
    CHECK(must(test::count_notes(one.db)) == 300);
}

TEST_CASE("each operation that waits for a turn for too long is answered, by its deadline")
{
    const bool sole_owner = GENERATE(false, true);
    CAPTURE(sole_owner);
    FleetOptions options;
    options.threads = 4; // two of them are held
    options.sole_owner = sole_owner;
    if (!sole_owner) options.tenant.readers = 1;
    test::TempDir directory;
    auto fleet = must(test::open_notes(directory.path() / "root", options));
    must(wait_for(fleet.async_create("a")));
    const auto db = must(wait_for(fleet.async_tenant("a")));
    // One writes and one reads all the time.
    Door writing;
    Door reading;
    struct Opening {
        Door door;
        ~Opening() { door.open(); }
    } leaving;
    Door& leave = leaving.door;
    auto hold = [&](Door& inside) {
        return [&](auto&) -> Result<void> {
            inside.open();
            return leave.wait() ? Result<void>() : fail(errc::timeout);
        };
    };
    test::Arrival<Result<void>> wrote;
    test::Arrival<Result<void>> read;
    auto written = wrote.promise->get_future();
    auto was_read = read.promise->get_future();
    db.async_write(hold(writing), wrote);
    if (!sole_owner) db.async_snapshot(hold(reading), read);
    CHECK(writing.wait());
    if (!sole_owner) CHECK(reading.wait());
    for (const auto& operation : every_operation())
        check_timeout(operation, operation.brief(db.limited(within(5ms))));
    leave.open();
    must(written.get());
    if (!sole_owner) must(was_read.get());
    CHECK(must(test::count_notes(db)) == 0);
}

TEST_CASE("what has limits harms nobody who has none")
{
    OneTenant one;
    must(wait_for(test::add_note(one.db.limited({.time_limit = 1h}), "kept")));
    CHECK(one.db.limited({.time_limit = 5ms}).read(endless_sum).error() == errc::timeout);
    const auto long_one = sql<"with recursive c(n) as (select 1 union all select n + 1 from c limit 2000000) "
                              "select max(n) from c",
                              std::int64_t>();
    CHECK(must(one.db.read(tenantry::one(long_one))) == 2000000);
    CHECK(must(test::count_notes(one.db)) == 1);
}
