// Window functions, as text and computed
#include "query/database.hpp"

#include <chrono>
#include <tuple>

using namespace query_tests;

namespace {

const auto cost = col<&Job::cost>;
const auto module = col<&Job::module>;

// The values of an expression in the order of costs 1 to 4, of which mail has two and disk two.
struct Ranked : Filled {
    template <class E>
    auto all(const E& expression)
    {
        return run(select(expression).order_by(cost));
    }
};

using Numbers = std::vector<std::int64_t>;
using Maybe = std::vector<std::optional<std::int64_t>>;
constexpr std::nullopt_t none = std::nullopt;

} // namespace

TEST_CASE("window functions read as they are written")
{
    const auto by = order_by(cost);
    CHECK(selected(row_number().over(by)) == R"(row_number() OVER (ORDER BY "cost"))");
    CHECK(selected(ntile(4).over(by)) == R"(ntile(?) OVER (ORDER BY "cost"))");
    CHECK(selected(lag(cost).over(by)) == R"(lag("cost") OVER (ORDER BY "cost"))");
    CHECK(selected(lead(cost, 2).over(by)) == R"(lead("cost", ?) OVER (ORDER BY "cost"))");
    CHECK(selected(lag(cost, 1, 0).over(by)) == R"(lag("cost", ?, ?) OVER (ORDER BY "cost"))");
    CHECK(selected(nth_value(cost, 2).over(by)) == R"(nth_value("cost", ?) OVER (ORDER BY "cost"))");
    CHECK(selected(sum(cost).filter(cost > 1).over(by)) ==
          R"(sum("cost") FILTER (WHERE "cost" > ?) OVER (ORDER BY "cost"))");
    CHECK(selected(sum(cost).over(by) * 2) == R"(sum("cost") OVER (ORDER BY "cost") * ?)");
}

TEST_CASE("rows are numbered and ranked")
{
    Ranked db;
    CHECK(db.all(row_number().over(order_by(desc(cost)))) == Numbers{4, 3, 2, 1});
    CHECK(db.all(row_number().over(partition_by(module).order_by(cost))) == Numbers{1, 2, 1, 2});
    CHECK(db.all(rank().over(order_by(module))) == Numbers{3, 3, 1, 1});
    CHECK(db.all(dense_rank().over(order_by(module))) == Numbers{2, 2, 1, 1});
    CHECK(db.all(ntile(3).over(order_by(cost))) == Numbers{1, 1, 2, 3});
    CHECK(db.all(percent_rank().over(order_by(cost))) == std::vector<double>{0.0, 1.0 / 3, 2.0 / 3, 1.0});
    CHECK(db.all(cume_dist().over(order_by(cost))) == std::vector<double>{0.25, 0.5, 0.75, 1.0});
}

TEST_CASE("neighbours and ends of the frame")
{
    Ranked db;
    const auto by = order_by(cost);
    CHECK(db.all(lag(cost).over(by)) == Maybe{none, 1, 2, 3});
    CHECK(db.all(lead(cost, 2).over(by)) == Maybe{3, 4, none, none});
    CHECK(db.all(lag(cost, 1, -1).over(by)) == Numbers{-1, 1, 2, 3});
    CHECK(db.all(lead(module, 1, "end").over(by)) == std::vector<std::string>{"mail", "disk", "disk", "end"});
    CHECK(db.all(first_value(cost).over(by)) == Numbers{1, 1, 1, 1});
    CHECK(db.all(last_value(cost).over(by)) == Numbers{1, 2, 3, 4});
    CHECK(db.all(last_value(cost).over(by.rows(current_row, unbounded_following))) == Numbers{4, 4, 4, 4});
    CHECK(db.all(nth_value(cost, 2).over(by)) == Maybe{none, 2, 2, 2});
    CHECK(db.all(first_value(col<&Job::owner>).over(by)) == std::vector(4, db.ann));
}

TEST_CASE("aggregates over windows and their frames")
{
    Ranked db;
    const auto by = order_by(cost);
    CHECK(db.all(sum(cost).over()) == Numbers{10, 10, 10, 10});
    CHECK(db.all(sum(cost).over(by)) == Numbers{1, 3, 6, 10});
    CHECK(db.all(sum(cost).over(partition_by(module))) == Numbers{3, 3, 7, 7});
    CHECK(db.all(sum(cost).over(by.rows(preceding(1), following(1)))) == Numbers{3, 6, 9, 7});
    CHECK(db.all(sum(cost).over(by.rows(preceding(1), following(1)).exclude_current_row())) ==
          Maybe{2, 4, 6, 3});
    CHECK(db.all(sum(cost).over(by.rows(following(1), following(9)))) == Maybe{9, 7, 4, none});
    CHECK(db.all(count().over(order_by(module).groups(preceding(1)))) == Numbers{4, 4, 2, 2});
    CHECK(db.all(sum(cost).over(by.range(preceding(1.5)))) == Numbers{1, 3, 5, 7});
    CHECK(db.all(count().filter(cost > 2).over(by)) == Numbers{0, 0, 1, 2});
    CHECK(db.all(group_concat(cost, "<").over(by)) ==
          std::vector<std::optional<std::string>>{"1", "1<2", "1<2<3", "1<2<3<4"});
}

TEST_CASE("a frame of time is measured in the unit of the column")
{
    Ranked db; // one job a second
    const auto by = order_by(col<&Job::created_at>);
    using namespace std::chrono_literals;
    CHECK(db.all(count().over(by.range(preceding(1s), current_row))) == Numbers{1, 2, 2, 2});
    CHECK(db.all(count().over(by.range(preceding(2500ms), following(1s)))) == Numbers{2, 3, 4, 3});
}

TEST_CASE("window functions see groups where rows are grouped")
{
    Filled db;
    const auto query = select(module, sum(cost), rank().over(order_by(desc(sum(cost)))),
                              sum(sum(cost)).over(), sum(count()).over(order_by(module)))
                           .group_by(module)
                           .order_by(module);
    using Row = std::tuple<std::string, std::optional<std::int64_t>, std::int64_t,
                           std::optional<std::int64_t>, std::int64_t>;
    CHECK(db.run(query) == std::vector<Row>{{"disk", 7, 1, 10, 2}, {"mail", 3, 2, 10, 4}});
}

TEST_CASE("rows are ordered by a window function, which keeps its parameters in place")
{
    Filled db;
    const std::string mail = "mail";
    const auto query = select(cost, lag(cost, 1, 100).over(partition_by(module == mail).order_by(cost + 1)))
                           .where(cost > 1)
                           .order_by(desc(row_number().over(order_by(cost % 3, cost))))
                           .limit(3);
    CHECK(text_of(query) ==
          R"(SELECT "cost", lag("cost", ?, ?) OVER (PARTITION BY "module" = ? ORDER BY "cost" + ?) )"
          R"(FROM "job" WHERE "cost" > ? ORDER BY row_number() OVER (ORDER BY "cost" % ?, "cost") )"
          R"(DESC LIMIT ?)");
    using Row = std::tuple<std::int64_t, std::int64_t>;
    const std::vector<Row> rows{{2, 100}, {4, 3}, {3, 100}};
    CHECK(db.run(query) == rows);
    CHECK(db.run(own(query)) == rows);
}

TEST_CASE("offsets and counts that mean nothing are refused before the query runs")
{
    Filled db;
    const auto by = order_by(cost);
    CHECK(db.fails(select(ntile(0).over(by))) == errc::invalid_argument);
    CHECK(db.fails(select(nth_value(cost, 0).over(by))) == errc::invalid_argument);
    CHECK(db.fails(select(lag(cost, -1).over(by))) == errc::invalid_argument);
    CHECK(db.fails(select(sum(cost).over(by.rows(preceding(-1))))) == errc::invalid_argument);
    CHECK(db.fails(select(sum(cost).over(by.range(preceding(-0.5))))) == errc::invalid_argument);
    CHECK(db.run(select(sum(cost).over(by.rows(preceding(std::uint64_t(-1)))))).size() == 4);
}
