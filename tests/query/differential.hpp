// Random small tables and random filters over them, each said three times: as a typed query, as SQL text, and as C++
// over the rows. What the three find must be the same.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

namespace differential {

using namespace tenantry;

// Their names are in another order than their numbers.
enum class Kind { zebra, ant, mole };

struct Owner {
    Id<Owner> id{};
    std::string name{};
    std::int64_t rank{};
};

struct Item {
    Id<Item> id{};
    std::int64_t a{};
    std::optional<std::int64_t> b{};
    std::string c{};
    double e{};
    bool f{};
    Kind kind{};
    std::optional<Id<Owner>> owner{};
};

struct Things : Schema<Table<"owner", Owner>, Table<"item", Item>> {};

/// Random numbers of a seed that a failure names.
class Random {
public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}

    std::int64_t between(std::int64_t low, std::int64_t high)
    {
        return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
    }
    bool chance(int percent) { return between(1, 100) <= percent; }
    std::string word()
    {
        static constexpr const char* words[] = {"",  "a",  "A", "ab",       "aB",   "b",
                                                "B", "ba", "c", "\xc3\xa4", "it's", "%"};
        return words[between(0, 11)];
    }
    Kind kind() { return static_cast<Kind>(between(0, 2)); }
    template <class Make>
    auto maybe(int percent, Make&& make) -> std::optional<decltype(make())>
    {
        if (!chance(percent)) return std::nullopt;
        return make();
    }

private:
    std::mt19937 engine_;
};

/// Some that are always the same, and one that never is, unless TENANTRY_TEST_SEED says which.
inline std::vector<std::uint32_t> seeds()
{
    if (const char* wanted = std::getenv("TENANTRY_TEST_SEED"))
        return {static_cast<std::uint32_t>(std::strtoul(wanted, nullptr, 10))};
    return {1, 2, 3, 4, 5, std::random_device()()};
}

/// A database of random rows, and the same rows in memory.
struct World {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());
    std::vector<Owner> owners;
    std::vector<Item> items;

    explicit World(Random& random)
    {
        for (const SchemaObject& object : schema_info<Things>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
        for (std::int64_t i = random.between(0, 4); i > 0; --i) {
            Owner owner{.id = {}, .name = random.word(), .rank = random.between(-2, 2)};
            owner.id = test::must(execute<Things>(connection, insert(owner)));
            owners.push_back(owner);
        }
        for (std::int64_t i = random.between(0, 30); i > 0; --i) {
            Item item;
            item.a = random.between(-3, 3);
            item.b = random.maybe(70, [&] { return random.between(-2, 2); });
            item.c = random.word();
            item.e = static_cast<double>(random.between(-4, 4)) / 4;
            item.f = random.chance(50);
            item.kind = random.kind();
            if (!owners.empty() && random.chance(70))
                item.owner = owners[static_cast<std::size_t>(
                                        random.between(0, static_cast<std::int64_t>(owners.size()) - 1))]
                                 .id;
            item.id = test::must(execute<Things>(connection, insert(item)));
            items.push_back(item);
        }
    }

    [[nodiscard]] const Owner* owner_of(const Item& item) const
    {
        for (const Owner& owner : owners)
            if (item.owner == owner.id) return &owner;
        return nullptr;
    }

    /// The rows of a text, through SQLite's own interface: each as its values with bars between.
    [[nodiscard]] std::vector<std::string> rows_of(const std::string& sql) const
    {
        sqlite3_stmt* statement = nullptr;
        REQUIRE(sqlite3_prepare_v2(connection.native_handle(), sql.c_str(), -1, &statement, nullptr) ==
                SQLITE_OK);
        std::vector<std::string> rows;
        while (sqlite3_step(statement) == SQLITE_ROW) {
            std::string row;
            for (int i = 0; i < sqlite3_column_count(statement); ++i) {
                const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
                row.append(text != nullptr ? text : "NULL").append("|");
            }
            rows.push_back(row);
        }
        CHECK(sqlite3_finalize(statement) == SQLITE_OK);
        return rows;
    }
};

// ---- values as rows_of shows them, and as SQL has them

inline std::string shown(std::int64_t value) { return std::to_string(value); }
inline std::string shown(const std::string& value) { return value; }
inline std::string shown(Kind kind)
{
    return kind == Kind::zebra ? "zebra" : kind == Kind::ant ? "ant" : "mole";
}
template <class Row>
std::string shown(const Id<Row>& id)
{
    return std::to_string(id.value());
}
template <class T>
std::string shown(const std::optional<T>& value)
{
    return value ? shown(*value) : "NULL";
}
template <class... T>
std::string shown_row(const T&... values)
{
    std::string row;
    (row.append(shown(values)).append("|"), ...);
    return row;
}

inline std::string literal(std::int64_t value) { return std::to_string(value); }
inline std::string literal(double quarters) { return std::to_string(quarters); }
inline std::string literal(std::string_view text)
{
    std::string quoted = "'";
    for (const char c : text) quoted.append(c == '\'' ? "''" : std::string(1, c));
    return quoted + "'";
}

// ---- SQL's logic: nothing is neither true nor false

using Truth = std::optional<bool>;

inline Truth both(Truth a, Truth b)
{
    if (a == false || b == false) return false;
    if (!a || !b) return {};
    return true;
}
inline Truth negation(Truth a) { return a ? Truth(!*a) : a; }
inline Truth either(Truth a, Truth b) { return negation(both(negation(a), negation(b))); }

template <class T, class Compare>
Truth compared(const std::optional<T>& value, Compare&& compare)
{
    return value ? Truth(compare(*value)) : Truth();
}

/// What is wanted of the items, each perhaps.
struct Filter {
    std::optional<std::int64_t> a_from{};
    std::optional<std::int64_t> not_b_above{};
    bool b_is_null = false;
    std::optional<std::pair<std::int64_t, std::int64_t>> b_between{};
    std::optional<std::int64_t> a_or_b{};
    std::optional<std::string> c_is{};
    std::optional<std::string> c_begins{};
    std::optional<double> e_above{};
    bool f = false;
    std::optional<std::pair<Kind, Kind>> kinds{};
    std::optional<std::int64_t> rank_from{};
    bool has_twin = false; // another item has its a

    static Filter random(Random& random)
    {
        Filter filter;
        const int rare = 20;
        filter.a_from = random.maybe(rare, [&] { return random.between(-3, 2); });
        filter.not_b_above = random.maybe(rare, [&] { return random.between(-2, 1); });
        filter.b_is_null = random.chance(rare / 2);
        filter.b_between =
            random.maybe(rare, [&] { return std::pair(random.between(-2, 0), random.between(0, 2)); });
        filter.a_or_b = random.maybe(rare, [&] { return random.between(-2, 2); });
        filter.c_is = random.maybe(rare / 2, [&] { return random.word(); });
        filter.c_begins = random.maybe(rare, [&] { return std::string(random.chance(50) ? "a" : "B"); });
        filter.e_above = random.maybe(rare, [&] { return static_cast<double>(random.between(-4, 3)) / 4; });
        filter.f = random.chance(rare);
        filter.kinds = random.maybe(rare, [&] { return std::pair(random.kind(), random.kind()); });
        filter.rank_from = random.maybe(rare, [&] { return random.between(-2, 1); });
        filter.has_twin = random.chance(rare);
        return filter;
    }

    /// The typed condition. The owner is joined.
    [[nodiscard]] auto typed() const
    {
        using Number = std::int64_t;
        using Numbers = std::pair<std::int64_t, std::int64_t>;
        constexpr auto twin = alias<"twin">;
        return when(a_from, [](const Number& n) { return col<&Item::a> >= n; }) &&
               when(not_b_above, [](const Number& n) { return !(col<&Item::b> > n); }) &&
               when(b_is_null, is_null(col<&Item::b>)) &&
               when(b_between, [](const Numbers& n) { return between(col<&Item::b>, n.first, n.second); }) &&
               when(a_or_b, [](const Number& n) { return col<&Item::a> == n || col<&Item::b> == n; }) &&
               when(c_is, [](const std::string& c) { return col<&Item::c> == c; }) &&
               when(c_begins, [](const std::string& c) { return like(col<&Item::c>, c + "%"); }) &&
               when(e_above, [](const double& e) { return col<&Item::e> > e; }) && when(f, col<&Item::f>) &&
               when(kinds,
                    [](const std::pair<Kind, Kind>& k) { return in(col<&Item::kind>, k.first, k.second); }) &&
               when(rank_from, [](const Number& n) { return col<&Owner::rank> >= n; }) &&
               when(has_twin, exists(select(twin[col<&Item::id>])
                                         .where(twin[col<&Item::a>] == col<&Item::a> &&
                                                twin[col<&Item::id>] != col<&Item::id>)));
    }

    /// The same as text.
    [[nodiscard]] std::string sql() const
    {
        std::string text = "1";
        const auto add = [&](const std::string& condition) { text += " and (" + condition + ")"; };
        if (a_from) add("i.a >= " + literal(*a_from));
        if (not_b_above) add("not i.b > " + literal(*not_b_above));
        if (b_is_null) add("i.b is null");
        if (b_between) add("i.b between " + literal(b_between->first) + " and " + literal(b_between->second));
        if (a_or_b) add("i.a = " + literal(*a_or_b) + " or i.b = " + literal(*a_or_b));
        if (c_is) add("i.c = " + literal(*c_is));
        if (c_begins) add("i.c like " + literal(*c_begins + "%"));
        if (e_above) add("i.e > " + literal(*e_above));
        if (f) add("i.f");
        if (kinds)
            add("i.kind in (" + literal(shown(kinds->first)) + ", " + literal(shown(kinds->second)) + ")");
        if (rank_from) add("o.rank >= " + literal(*rank_from));
        if (has_twin) add("exists (select 1 from item t where t.a = i.a and t.id <> i.id)");
        return text;
    }

    /// The same in C++.
    [[nodiscard]] bool holds(const World& world, const Item& item) const
    {
        const Owner* owner = world.owner_of(item);
        Truth all = true;
        const auto add = [&](Truth condition) { all = both(all, condition); };
        if (a_from) add(item.a >= *a_from);
        if (not_b_above) add(negation(compared(item.b, [&](std::int64_t b) { return b > *not_b_above; })));
        if (b_is_null) add(!item.b);
        if (b_between)
            add(compared(item.b,
                         [&](std::int64_t b) { return b_between->first <= b && b <= b_between->second; }));
        if (a_or_b)
            add(either(item.a == *a_or_b, compared(item.b, [&](std::int64_t b) { return b == *a_or_b; })));
        if (c_is) add(item.c == *c_is);
        if (c_begins)
            add(!item.c.empty() && std::tolower(static_cast<unsigned char>(item.c.front())) ==
                                       std::tolower(static_cast<unsigned char>(c_begins->front())));
        if (e_above) add(item.e > *e_above);
        if (f) add(item.f);
        if (kinds) add(item.kind == kinds->first || item.kind == kinds->second);
        if (rank_from) add(owner == nullptr ? Truth() : Truth(owner->rank >= *rank_from));
        if (has_twin)
            add(std::any_of(world.items.begin(), world.items.end(),
                            [&](const Item& other) { return other.a == item.a && other.id != item.id; }));
        return all == true;
    }
};

} // namespace differential
