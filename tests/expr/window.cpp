// partition_by, order_by and frames, as text
#include "query/database.hpp"

#include <chrono>

using namespace query_tests;

namespace {

// What stands behind OVER.
template <class Window>
std::string window_text(const Window& window)
{
    const std::string text = selected(count().over(window));
    const std::string before = "count(*) OVER ";
    REQUIRE(text.substr(0, before.size()) == before);
    return text.substr(before.size());
}

} // namespace

TEST_CASE("a window reads as it is written")
{
    const auto cost = col<&Job::cost>;
    const auto module = col<&Job::module>;
    CHECK(selected(count().over()) == "count(*) OVER ()");
    CHECK(window_text(order_by(cost)) == R"((ORDER BY "cost"))");
    CHECK(window_text(order_by(desc(cost), nulls_last(module))) ==
          R"((ORDER BY "cost" DESC, "module" NULLS LAST))");
    CHECK(window_text(partition_by(module, cost % 2)) == R"((PARTITION BY "module", "cost" % ?))");
    CHECK(window_text(partition_by(module).order_by(cost)) == R"((PARTITION BY "module" ORDER BY "cost"))");
    CHECK(window_text(order_by(cost).partition_by(module)) == R"((PARTITION BY "module" ORDER BY "cost"))");
}

TEST_CASE("frames read as they are written")
{
    const auto by = order_by(col<&Job::cost>);
    const auto frame = [](const auto& window) {
        const std::string text = window_text(window);
        return text.substr(17, text.size() - 18);
    };
    CHECK(frame(by.rows(preceding(2), current_row)) == "ROWS BETWEEN ? PRECEDING AND CURRENT ROW");
    CHECK(frame(by.rows(unbounded_preceding)) == "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW");
    CHECK(frame(by.rows(following(1), unbounded_following)) ==
          "ROWS BETWEEN ? FOLLOWING AND UNBOUNDED FOLLOWING");
    CHECK(frame(by.groups(preceding(1), following(1))) == "GROUPS BETWEEN ? PRECEDING AND ? FOLLOWING");
    CHECK(frame(by.range(current_row, current_row)) == "RANGE BETWEEN CURRENT ROW AND CURRENT ROW");
    CHECK(frame(by.range(preceding(5), following(2.5))) == "RANGE BETWEEN ? PRECEDING AND ? FOLLOWING");
    CHECK(frame(by.rows(preceding(2)).exclude_current_row()) ==
          "ROWS BETWEEN ? PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW");
    CHECK(frame(by.rows(preceding(2)).exclude_group()) ==
          "ROWS BETWEEN ? PRECEDING AND CURRENT ROW EXCLUDE GROUP");
    CHECK(frame(by.rows(preceding(2)).exclude_ties()) ==
          "ROWS BETWEEN ? PRECEDING AND CURRENT ROW EXCLUDE TIES");
    CHECK(window_text(partition_by(col<&Job::module>).rows(unbounded_preceding, unbounded_following)) ==
          R"((PARTITION BY "module" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))");
    CHECK(window_text(detail::WholeWindow{}.rows(preceding(1))) ==
          "(ROWS BETWEEN ? PRECEDING AND CURRENT ROW)");
}

TEST_CASE("an aggregate over a window is NULL only if its argument is, or the frame is empty")
{
    const auto cost = col<&Job::cost>;
    const auto by = order_by(cost);
    using Maybe = std::optional<std::int64_t>;
    const auto gives = []<class T>(std::type_identity<T>, const auto& node) {
        return std::same_as<typename std::remove_cvref_t<decltype(node)>::value_type, T>;
    };
    constexpr std::type_identity<std::int64_t> always;
    constexpr std::type_identity<Maybe> maybe;
    CHECK(gives(always, sum(cost).over()));
    CHECK(gives(always, sum(cost).over(by)));
    CHECK(gives(always, sum(cost).over(by.rows(preceding(1), following(1)))));
    CHECK(gives(always, sum(cost).over(by.rows(preceding(1), following(1)).exclude_ties())));
    CHECK(gives(maybe, sum(cost).over(by.rows(preceding(1), following(1)).exclude_current_row())));
    CHECK(gives(maybe, sum(cost).over(by.rows(preceding(1), following(1)).exclude_group())));
    CHECK(gives(maybe, sum(cost).over(by.rows(following(1), following(2)))));
    CHECK(gives(maybe, sum(cost).over(by.rows(unbounded_preceding, preceding(1)))));
    CHECK(gives(maybe, sum(cost).filter(cost > 1).over(by)));
    CHECK(gives(maybe, max(nullif(cost, 1)).over(by)));
    CHECK(gives(always, count(col<&Job::note>).over(by.rows(following(1), following(2)))));
    CHECK(gives(always, first_value(cost).over(by)));
    CHECK(gives(maybe, first_value(cost).over(by.rows(following(1), following(2)))));
    CHECK(gives(maybe, last_value(nullif(cost, 1)).over(by)));
    CHECK(gives(maybe, nth_value(cost, 2).over(by)));
    CHECK(gives(maybe, lag(cost).over(by)));
    CHECK(gives(maybe, lead(cost, 2).over(by)));
    CHECK(gives(always, lag(cost, 1, 0).over(by)));
    CHECK(gives(maybe, lag(cost, 1, nullif(cost, 2)).over(by)));
    CHECK(gives(always, row_number().over(by)));
    CHECK(gives(std::type_identity<double>(), percent_rank().over(by)));
}
