// Random set operations and groups: as typed queries, as text, and in C++.
#include "query/differential.hpp"

#include <map>
#include <tuple>

using namespace differential;

namespace {

using Pair = std::pair<std::int64_t, std::string>;
using Pairs = std::vector<Pair>;

enum class Operation { union_, union_all, intersect, except };

std::vector<std::string> shown_pairs(const auto& pairs)
{
    std::vector<std::string> rows;
    for (const auto& pair : pairs) rows.push_back(shown_row(std::get<0>(pair), std::get<1>(pair)));
    return rows;
}

auto side(const Filter& filter)
{
    return select(col<&Item::a>, col<&Item::c>).left_join(table<Owner>).where(filter.typed());
}

template <class Query>
std::vector<std::string> ordered_rows(World& world, const Query& query, std::int64_t limit)
{
    return shown_pairs(test::must(
        execute<Things>(world.connection, query.order_by(desc(col<&Item::a>), col<&Item::c>).limit(limit))));
}

std::vector<std::string> by_query(World& world, Operation operation, const Filter& left, const Filter& right,
                                  std::int64_t limit)
{
    switch (operation) {
    case Operation::union_: return ordered_rows(world, side(left).union_(side(right)), limit);
    case Operation::union_all: return ordered_rows(world, side(left).union_all(side(right)), limit);
    case Operation::intersect: return ordered_rows(world, side(left).intersect(side(right)), limit);
    case Operation::except: break;
    }
    return ordered_rows(world, side(left).except(side(right)), limit);
}

std::vector<std::string> by_text(const World& world, Operation operation, const Filter& left,
                                 const Filter& right, std::int64_t limit)
{
    static constexpr const char* words[] = {" union ", " union all ", " intersect ", " except "};
    const std::string from = "select i.a, i.c from item i left join owner o on i.owner = o.id where ";
    return world.rows_of(from + left.sql() + words[static_cast<int>(operation)] + from + right.sql() +
                         " order by 1 desc, 2 limit " + std::to_string(limit));
}

std::vector<std::string> by_hand(const World& world, Operation operation, const Filter& left,
                                 const Filter& right, std::int64_t limit)
{
    const auto found = [&](const Filter& filter) {
        Pairs pairs;
        for (const Item& item : world.items)
            if (filter.holds(world, item)) pairs.emplace_back(item.a, item.c);
        return pairs;
    };
    const auto has = [](const Pairs& pairs, const Pair& pair) {
        return std::find(pairs.begin(), pairs.end(), pair) != pairs.end();
    };
    const Pairs a = found(left);
    const Pairs b = found(right);
    Pairs all;
    for (const Pair& pair : a)
        if ((operation == Operation::intersect && has(b, pair)) ||
            (operation == Operation::except && !has(b, pair)) || operation == Operation::union_ ||
            operation == Operation::union_all)
            if (operation == Operation::union_all || !has(all, pair)) all.push_back(pair);
    if (operation == Operation::union_ || operation == Operation::union_all)
        for (const Pair& pair : b)
            if (operation == Operation::union_all || !has(all, pair)) all.push_back(pair);
    std::sort(all.begin(), all.end(), [](const Pair& x, const Pair& y) {
        return x.first != y.first ? x.first > y.first : x.second < y.second;
    });
    if (all.size() > static_cast<std::size_t>(limit)) all.resize(static_cast<std::size_t>(limit));
    return shown_pairs(all);
}

struct Group {
    std::int64_t count = 0;
    std::optional<std::int64_t> sum{};
    std::optional<std::int64_t> greatest{};
};

} // namespace

TEST_CASE("random set operations find what the same text finds, and what C++ finds")
{
    std::size_t rows = 0;
    for (const std::uint32_t seed : seeds()) {
        CAPTURE(seed);
        Random random(seed);
        for (int world_number = 0; world_number < 4; ++world_number) {
            World world(random);
            for (int query_number = 0; query_number < 40; ++query_number) {
                const auto operation = static_cast<Operation>(random.between(0, 3));
                const Filter left = Filter::random(random);
                const Filter right = Filter::random(random);
                const std::int64_t limit = random.chance(30) ? random.between(0, 5) : 1000;
                CAPTURE(world_number, query_number, static_cast<int>(operation), left.sql(), right.sql(),
                        limit);
                const auto expected = by_hand(world, operation, left, right, limit);
                REQUIRE(by_text(world, operation, left, right, limit) == expected);
                REQUIRE(by_query(world, operation, left, right, limit) == expected);
                rows += expected.size();
            }
        }
    }
    if (std::getenv("TENANTRY_TEST_SEED") == nullptr) CHECK(rows > 500);
}

TEST_CASE("random groups are what the same text gives, and what C++ counts")
{
    std::size_t rows = 0;
    for (const std::uint32_t seed : seeds()) {
        CAPTURE(seed);
        Random random(seed);
        for (int world_number = 0; world_number < 4; ++world_number) {
            World world(random);
            for (int query_number = 0; query_number < 20; ++query_number) {
                const Filter filter = Filter::random(random);
                const std::int64_t least = random.between(0, 3);
                CAPTURE(world_number, query_number, filter.sql(), least);
                std::map<std::string, Group> groups;
                for (const Item& item : world.items) {
                    if (!filter.holds(world, item)) continue;
                    Group& group = groups[shown(item.kind)];
                    ++group.count;
                    if (!item.b) continue;
                    group.sum = group.sum.value_or(0) + *item.b;
                    group.greatest = std::max(group.greatest.value_or(*item.b), *item.b);
                }
                std::vector<std::string> expected;
                for (const auto& [kind, group] : groups)
                    if (group.count > least)
                        expected.push_back(shown_row(kind, group.count, group.sum, group.greatest));
                REQUIRE(world.rows_of(
                            "select i.kind, count(*), sum(i.b), max(i.b) from item i left join owner o on "
                            "i.owner = o.id where " +
                            filter.sql() + " group by i.kind having count(*) > " + std::to_string(least) +
                            " order by i.kind") == expected);
                std::vector<std::string> found;
                for (const auto& row : test::must(
                         execute<Things>(world.connection, select(col<&Item::kind>, count(),
                                                                  sum(col<&Item::b>), max(col<&Item::b>))
                                                               .left_join(table<Owner>)
                                                               .where(filter.typed())
                                                               .group_by(col<&Item::kind>)
                                                               .having(count() > least)
                                                               .order_by(col<&Item::kind>))))
                    found.push_back(
                        std::apply([](const auto&... value) { return shown_row(value...); }, row));
                REQUIRE(found == expected);
                rows += expected.size();
            }
        }
    }
    if (std::getenv("TENANTRY_TEST_SEED") == nullptr) CHECK(rows > 100);
}
