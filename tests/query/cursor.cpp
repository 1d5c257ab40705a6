// Cursors: pages that a caller brings back as a text.
#include <tenantry/query/cursor.hpp>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <tenantry/tenant/cursor.hpp>

#include "query/company.hpp"

using namespace company;

namespace {

enum class Level { low, middle, high };

struct Sample {
    Id<Sample> id{};
    std::string name{};
    double weight{};
    std::vector<std::byte> bytes{};
    Level level{};
    Timestamp at{};
    std::chrono::year_month_day day{};
    bool done{};
    std::int64_t number{};
};

struct Lab : Schema<Table<"sample", Sample>> {};

// Pages of `query` by cursors alone, each made and read anew.
template <class S, class Q>
auto walk(sqlite::Connection& connection, const Q& query, std::uint64_t tenant)
{
    std::vector<typename decltype(test::must(execute<S>(connection, query)))::value_type> seen;
    Cursor at;
    for (;;) {
        const auto page = test::must(execute<S>(connection, page_after(query, at)));
        if (page.empty()) return seen;
        seen.insert(seen.end(), page.begin(), page.end());
        at = test::must(detail::make_cursor<S>(query, page.back(), tenant));
    }
}

template <class Q, class Row>
Cursor cursor_of(const Q& query, const Row& row, std::uint64_t tenant = here)
{
    return test::must(detail::make_cursor<Company>(query, row, tenant));
}

std::vector<std::int64_t> numbers(const std::vector<Sample>& rows)
{
    std::vector<std::int64_t> found;
    for (const Sample& row : rows) found.push_back(row.number);
    return found;
}

} // namespace

TEST_CASE("the empty cursor is the query itself, another one what comes after its row")
{
    Staff db;
    const auto query = select<Employee>().order_by(desc(col<&Employee::salary>), col<&Employee::id>).limit(2);
    const auto first = db.run(page_after(query, Cursor{}));
    REQUIRE(first.size() == 2);
    CHECK(first.front().name == "ann");
    const Cursor cursor = cursor_of(query, first.back());
    CHECK(cursor.text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    CHECK(db.run(page_after(query, cursor)).front().name == "cid");
    // It outlives the text that it was made of, as all that is owned.
    auto owned = own(page_after(query, Cursor{std::string(cursor.text)}));
    CHECK(db.run(owned).front().name == "cid");
    CHECK(walk<Company>(db.connection, query, here).size() == 5);
}

TEST_CASE("beside conditions, chosen ones, joins, and names")
{
    Staff db;
    const auto rich =
        select<Employee>().where(col<&Employee::salary> > 15).order_by(col<&Employee::id>).limit(1);
    CHECK(walk<Company>(db.connection, rich, here).size() == 4);
    const auto some =
        select<Employee>()
            .where(when(true, col<&Employee::salary> > 15) && when(false, col<&Employee::name> == ""))
            .order_by(col<&Employee::id>)
            .limit(1);
    CHECK(walk<Company>(db.connection, some, here).size() == 4);
    const auto joined = select(row<Employee>, col<&Department::name>)
                            .join(table<Department>)
                            .order_by(col<&Employee::id>)
                            .limit(3);
    // A whole row is no single column: the id is selected for the pages' sake.
    const auto named = select(col<&Department::name>, col<&Employee::name>, col<&Employee::id>)
                           .join(table<Department>)
                           .order_by(col<&Department::name>, col<&Employee::id>)
                           .limit(3);
    CHECK(walk<Company>(db.connection, named, here).size() == 4);
    CHECK(db.run(joined).size() == 3);
    const auto rest = select((col<&Employee::salary> + 5).as("rest"_n), col<&Employee::id>)
                          .order_by(col<&Employee::salary> + 5, col<&Employee::id>)
                          .limit(2);
    CHECK(walk<Company>(db.connection, rest, here).size() == 5);
}

TEST_CASE("a cursor is of one query and one tenant")
{
    Staff db;
    const auto query = select<Employee>().order_by(col<&Employee::id>);
    const auto backwards = select<Employee>().order_by(desc(col<&Employee::id>));
    const auto filtered = query.where(col<&Employee::salary> > 10);
    const auto page = db.run(query);
    const Cursor cursor = cursor_of(query, page[1]);
    CHECK(db.run(page_after(query, cursor)).size() == 3);
    CHECK(db.run(page_after(query.limit(2), cursor_of(query.limit(7), page[1]))).size() ==
          2); // whatever its values
    CHECK(db.fails(page_after(backwards, cursor)) == errc::invalid_cursor);
    CHECK(db.fails(page_after(filtered, cursor)) == errc::invalid_cursor);
    CHECK(db.fails(page_after(select<Department>().order_by(col<&Department::id>), cursor)) ==
          errc::invalid_cursor);
    db.connection.set_incarnation(here + 1);
    CHECK(db.fails(page_after(query, cursor)) == errc::invalid_cursor);
}

TEST_CASE("a row of another tenant, or one without a place, has no cursor")
{
    Staff db;
    const auto query = select<Employee>().order_by(col<&Employee::id>);
    const auto strange = detail::make_cursor<Company>(query, db.run(query).front(), here + 1);
    REQUIRE_FALSE(strange);
    CHECK(strange.error() == errc::wrong_tenant);
}

TEST_CASE("a damaged cursor is refused, whatever was done to it")
{
    Staff db;
    const auto query = select<Employee>().order_by(col<&Employee::name>, col<&Employee::id>);
    const std::string text = cursor_of(query, db.run(query)[2]).text;
    for (const char* other : {"x", "AAAA", "AAAAAAAAAAAAAAAA", "not a cursor", "%00", "===="})
        CHECK(db.fails(page_after(query, Cursor{other})) == errc::invalid_cursor);
    for (std::size_t i = 0; i < text.size(); ++i) {
        CHECK(db.fails(page_after(query, Cursor{text.substr(0, i) + text.substr(i + 1)})) ==
              errc::invalid_cursor);
        if (i > 0) CHECK(db.fails(page_after(query, Cursor{text.substr(0, i)})) == errc::invalid_cursor);
        std::string changed = text;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(db.fails(page_after(query, Cursor{changed})) == errc::invalid_cursor);
    }
    CHECK(db.fails(page_after(query, Cursor{text + "A"})) == errc::invalid_cursor);
}

TEST_CASE("random rows: pages by cursors are the result, by whatever it is ordered")
{
    std::minstd_rand random(20240607);
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());
    connection.set_incarnation(here);
    for (const SchemaObject& object : schema_info<Lab>().objects)
        test::must(connection.execute(std::string(object.sql).c_str()));
    for (int i = 0; i < 60; ++i) {
        Sample sample;
        for (auto n = random() % 6; n > 0; --n) sample.name.push_back(static_cast<char>(random() % 256));
        for (auto n = random() % 4; n > 0; --n)
            sample.bytes.push_back(static_cast<std::byte>(random() % 256));
        sample.weight = std::ldexp(static_cast<double>(random()) - 1e9, static_cast<int>(random() % 80) - 40);
        sample.level = static_cast<Level>(random() % 3);
        sample.at = Timestamp(std::chrono::milliseconds(
            static_cast<std::int64_t>(random() % 4) * 1'000'000'007 - 2'000'000'000));
        sample.day = std::chrono::sys_days(std::chrono::days(static_cast<int>(random() % 40000) - 10000));
        sample.done = random() % 2 == 0;
        sample.number = static_cast<std::int64_t>(random() - 1000000000) << (random() % 30);
        test::must(execute<Lab>(connection, insert(sample)));
    }
    const auto check = [&](const auto& query) {
        CHECK(numbers(walk<Lab>(connection, query.limit(7), here)) ==
              numbers(test::must(execute<Lab>(connection, query))));
    };
    const auto all = select<Sample>();
    check(all.order_by(col<&Sample::name>, desc(col<&Sample::id>)));
    check(all.order_by(desc(col<&Sample::bytes>), desc(col<&Sample::id>)));
    check(all.order_by(col<&Sample::weight>, col<&Sample::id>));
    check(all.order_by(col<&Sample::level>, col<&Sample::day>, col<&Sample::id>));
    check(all.order_by(desc(col<&Sample::at>), col<&Sample::done>, col<&Sample::id>));
    check(all.order_by(desc(col<&Sample::number>), col<&Sample::id>));
}
