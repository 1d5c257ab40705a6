// asc, desc, nulls_first, nulls_last
#include "query/database.hpp"

using namespace query_tests;

namespace {

template <class... By>
std::string order_of(const By&... by)
{
    const std::string text = text_of(select(col<&Job::cost>).order_by(by...));
    return text.substr(text.find("ORDER BY ") + 9);
}

} // namespace

TEST_CASE("orders read as they are written, in any composition")
{
    const auto worker = col<&Job::worker>;
    CHECK(order_of(worker, asc(worker), desc(worker)) == R"("worker", "worker", "worker" DESC)");
    CHECK(order_of(nulls_last(worker)) == R"("worker" NULLS LAST)");
    CHECK(order_of(nulls_first(desc(worker))) == R"("worker" DESC NULLS FIRST)");
    CHECK(order_of(desc(nulls_first(worker))) == R"("worker" DESC NULLS FIRST)");
    CHECK(order_of(asc(nulls_last(desc(worker)))) == R"("worker" NULLS LAST)");
}

TEST_CASE("NULL comes where it is wanted")
{
    Filled db;
    const auto costs = [&](const auto& by) {
        return db.run(select(col<&Job::cost>).order_by(by, col<&Job::cost>));
    };
    using Costs = std::vector<std::int64_t>;
    const auto note = col<&Job::note>;
    CHECK(costs(note) == Costs{1, 3, 4, 2});
    CHECK(costs(nulls_last(note)) == Costs{2, 1, 3, 4});
    CHECK(costs(desc(note)) == Costs{2, 1, 3, 4});
    CHECK(costs(nulls_first(desc(note))) == Costs{1, 3, 4, 2});
    const std::string two = "two";
    const auto query = select(col<&Job::cost>).order_by(nulls_last(desc(nullif(note, two))), col<&Job::cost>);
    CHECK(db.run(own(query)) == db.run(query));
}
