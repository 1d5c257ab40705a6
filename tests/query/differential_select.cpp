// Random filters, orders, joins and limits: as typed queries, as text, and in C++.
#include "query/differential.hpp"

#include <tuple>

using namespace differential;

namespace {

enum class By { a, b, c, e, kind, rank };

struct Plan {
    Filter filter{};
    bool left = false;
    std::vector<Sort<By>> order{};
    std::int64_t limit{};
    std::int64_t offset{};

    static Plan random(Random& random)
    {
        Plan plan{.filter = Filter::random(random)};
        plan.left = random.chance(60);
        for (std::int64_t i = random.between(0, 4); i > 0; --i)
            plan.order.push_back({static_cast<By>(random.between(0, 5)), random.chance(50)});
        plan.limit = random.chance(50) ? random.between(0, 8) : 1000;
        plan.offset = random.chance(30) ? random.between(0, 5) : 0;
        return plan;
    }
};

// What is common to the query with a left join and the one with an inner join.
template <class Query>
auto finished(const Query& query, const Plan& plan)
{
    return query.where(plan.filter.typed())
        .order_by(order_list(plan.order, sortable<By::a>(col<&Item::a>), sortable<By::b>(col<&Item::b>),
                             sortable<By::c>(col<&Item::c>), sortable<By::e>(col<&Item::e>),
                             sortable<By::kind>(col<&Item::kind>), sortable<By::rank>(col<&Owner::rank>)),
                  col<&Item::id>)
        .limit(plan.limit)
        .offset(plan.offset);
}

template <class Query>
std::vector<std::string> typed_rows(World& world, const Query& query)
{
    std::vector<std::string> rows;
    for (const auto& row : test::must(execute<Things>(world.connection, query)))
        rows.push_back(std::apply([](const auto&... value) { return shown_row(value...); }, row));
    return rows;
}

std::vector<std::string> by_query(World& world, const Plan& plan)
{
    const auto base = select(col<&Item::id>, col<&Item::a>, col<&Item::b>, col<&Item::c>, col<&Item::kind>,
                             col<&Owner::name>);
    return plan.left ? typed_rows(world, finished(base.left_join(table<Owner>), plan))
                     : typed_rows(world, finished(base.join(table<Owner>), plan));
}

std::vector<std::string> by_text(const World& world, const Plan& plan)
{
    static constexpr const char* names[] = {"i.a", "i.b", "i.c", "i.e", "i.kind", "o.rank"};
    std::string order;
    for (const Sort<By>& sort : plan.order)
        order += std::string(names[static_cast<int>(sort.by)]) + (sort.descending ? " desc, " : ", ");
    return world.rows_of("select i.id, i.a, i.b, i.c, i.kind, o.name from item i " +
                         std::string(plan.left ? "left " : "") + "join owner o on i.owner = o.id where " +
                         plan.filter.sql() + " order by " + order + "i.id limit " +
                         std::to_string(plan.limit) + " offset " + std::to_string(plan.offset));
}

template <class T>
int order_of(const T& x, const T& y)
{
    return x < y ? -1 : y < x ? 1 : 0; // an empty optional is before every value, as NULL is
}

std::vector<std::string> by_hand(const World& world, const Plan& plan)
{
    std::vector<Item> found;
    for (const Item& item : world.items)
        if ((plan.left || world.owner_of(item) != nullptr) && plan.filter.holds(world, item))
            found.push_back(item);
    const auto rank = [&](const Item& item) {
        const Owner* owner = world.owner_of(item);
        return owner != nullptr ? std::optional(owner->rank) : std::nullopt;
    };
    std::sort(found.begin(), found.end(), [&](const Item& x, const Item& y) {
        for (const Sort<By>& sort : plan.order) {
            const int way = sort.by == By::a      ? order_of(x.a, y.a)
                            : sort.by == By::b    ? order_of(x.b, y.b)
                            : sort.by == By::c    ? order_of(x.c, y.c)
                            : sort.by == By::e    ? order_of(x.e, y.e)
                            : sort.by == By::kind ? order_of(shown(x.kind), shown(y.kind))
                                                  : order_of(rank(x), rank(y));
            if (way != 0) return sort.descending ? way > 0 : way < 0;
        }
        return x.id.value() < y.id.value();
    });
    std::vector<std::string> rows;
    for (std::size_t i = static_cast<std::size_t>(plan.offset);
         i < found.size() && rows.size() < static_cast<std::size_t>(plan.limit); ++i) {
        const Item& item = found[i];
        const Owner* owner = world.owner_of(item);
        rows.push_back(shown_row(item.id, item.a, item.b, item.c, item.kind,
                                 owner != nullptr ? std::optional(owner->name) : std::nullopt));
    }
    return rows;
}

} // namespace

TEST_CASE("random selects find what the same text finds, and what C++ finds")
{
    std::size_t rows = 0;
    std::size_t empty = 0;
    for (const std::uint32_t seed : seeds()) {
        CAPTURE(seed); // TENANTRY_TEST_SEED=<seed> runs it again
        Random random(seed);
        for (int world_number = 0; world_number < 4; ++world_number) {
            World world(random);
            for (int query_number = 0; query_number < 60; ++query_number) {
                const Plan plan = Plan::random(random);
                CAPTURE(world_number, query_number, plan.filter.sql(), plan.left, plan.limit, plan.offset);
                const auto expected = by_hand(world, plan);
                REQUIRE(by_text(world, plan) == expected);
                REQUIRE(by_query(world, plan) == expected);
                rows += expected.size();
                empty += expected.empty() ? 1 : 0;
            }
        }
    }
    // It was not all about nothing.
    if (std::getenv("TENANTRY_TEST_SEED") == nullptr) {
        CHECK(rows > 1000);
        CHECK(empty > 20);
    }
}
