// Expressions that are one text and differ in their values: where one has to be found among others, it is by both.
#include "query/database.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <tuple>

#include <tenantry/query/explain.hpp>

using namespace query_tests;

namespace {

constexpr auto cost = col<&Job::cost>;

struct Jobs : Database {
    Jobs()
    {
        const auto owner = run(insert(User{}));
        for (int i = 1; i < 4; ++i) {
            User made{};
            made.level = static_cast<std::int8_t>(i);
            run(insert(made));
        }
        for (int i = 0; i < 30; ++i) {
            Job made = job(i * 7 % 30, i % 3 == 0 ? "Mail" : i % 3 == 1 ? "disk" : "fax");
            made.owner = owner;
            run(insert(made));
        }
    }

    template <class Q>
    void differs(const Q& query)
    {
        CHECK(fails(query) == errc::invalid_argument);
    }

    /// The rows of a text, each as one line.
    std::vector<std::string> lines(const std::string& sql)
    {
        std::vector<std::string> all;
        auto statement = test::must(connection.prepare(sql));
        for (;;) {
            if (!test::must(statement.step())) return all;
            std::string line;
            for (int i = 0; i < statement.column_count(); ++i)
                line += std::to_string(statement.integer(i)) + ' ';
            all.push_back(std::move(line));
        }
    }
};

template <class T>
std::string shown(const T& value)
{
    return std::to_string(value) + ' ';
}
template <class T>
std::string shown(const std::optional<T>& value)
{
    return std::to_string(value.value_or(0)) + ' ';
}

template <class Rows>
std::vector<std::string> lines(const Rows& rows)
{
    std::vector<std::string> all;
    for (const auto& row : rows)
        all.push_back(std::apply([](const auto&... value) { return (shown(value) + ...); }, row));
    return all;
}

struct Parity {
    std::optional<std::int64_t> rest{};
    std::int64_t jobs{};
};

} // namespace

TEST_CASE("a set operation is ordered by the column with the order's values")
{
    Jobs db;
    const auto both = select(cost % 3, cost % 10).union_(select(cost % 3, cost % 10));
    const auto by_ten = db.run(both.order_by(desc(cost % 10), cost % 3));
    REQUIRE(by_ten.size() == 30);
    CHECK(std::get<1>(by_ten.front()) == 9);
    CHECK(std::get<0>(by_ten.front()) == 0);
    const auto by_three = db.run(both.order_by(desc(cost % 3), cost % 10));
    CHECK(std::get<0>(by_three.front()) == 2);
    CHECK(std::get<1>(by_three.front()) == 0);
    db.differs(both.order_by(cost % 7));
    const auto one = select(cost % 3, cost).union_all(select(cost % 3, cost));
    CHECK(text_of(one.order_by(cost % 3)).ends_with(" ORDER BY 1"));
    CHECK(db.run(one.order_by(cost % 3)).size() == 60);
    db.differs(one.order_by(cost % 4));
    // with names, in a struct, and owning what is borrowed
    const std::string x = "x";
    const auto names =
        select(concat(col<&Job::module>, x).as("a"_n), concat(col<&Job::module>, "y").as("b"_n))
            .union_(select(col<&Job::module>, col<&Job::module>));
    const auto sorted = db.run(own(names.order_by(desc(concat(col<&Job::module>, "y")))));
    CHECK(std::get<1>(sorted.front()) == "faxy");
    db.differs(names.order_by(concat(col<&Job::module>, "z")));
}

TEST_CASE("a page goes on after the value of the row with the order's values")
{
    Jobs db;
    const auto pages = [&](const auto& query) {
        const auto all = db.run(query);
        std::decay_t<decltype(all)> seen;
        for (auto page = db.run(query.limit(4)); !page.empty() && seen.size() <= all.size();
             page = db.run(page_after(query, page.back()).limit(4)))
            seen.insert(seen.end(), page.begin(), page.end());
        CHECK(seen == all);
    };
    const auto by = coalesce(nullif(cost % 10, 5), 5);
    pages(select(cost, coalesce(cost % 3, 0), coalesce(cost % 10, 0), col<&Job::id>)
              .order_by(coalesce(cost % 10, 0), col<&Job::id>));
    pages(select(coalesce(cost % 10, 0), coalesce(cost % 3, 0), col<&Job::id>)
              .order_by(desc(coalesce(cost % 10, 0)), col<&Job::id>));
    pages(select(by, col<&Job::id>).order_by(by, col<&Job::id>));
    const auto other =
        select(coalesce(cost % 10, 0), col<&Job::id>).order_by(coalesce(cost % 3, 0), col<&Job::id>);
    const auto rows = db.run(other);
    db.differs(page_after(other, rows.front()));
    CHECK(db.run(page_after_keys(other, 1, key(std::get<1>(rows.front())))).size() > 5);
}

TEST_CASE("distinct rows are ordered by what is selected, with its values")
{
    Jobs db;
    CHECK(db.run(select(cost % 3).distinct().order_by(desc(cost % 3))) ==
          std::vector<std::optional<std::int64_t>>{2, 1, 0});
    db.differs(select(cost % 3).distinct().order_by(cost % 10));
    db.differs(
        select((cost % 3).as("rest"_n), col<&Job::module>).distinct().order_by(col<&Job::module>, cost % 4));
    db.differs(page_after_keys(select(coalesce(cost % 3, 0)).distinct().order_by(coalesce(cost % 10, 0)), 1));
    // what is made of selected columns has one value in each row
    CHECK(db.run(select(cost, cost % 3).distinct().order_by(cost % 4, cost)).size() == 30);
    CHECK(db.run(select<Job>().distinct().order_by(cost % 4, cost)).size() == 30);
    CHECK(db.run(select(col<&Job::id>, cost % 3).distinct().order_by(cost % 4, cost)).size() == 30);
    CHECK(db.run(select(row<Job>, cost % 3).distinct().order_by(cost % 4)).size() == 30);
    CHECK(db.run(select(col<&Job::module>).distinct().order_by(random_integer())).size() == 3);
    CHECK(db.run(page_after_keys(select(coalesce(cost % 3, 0)).distinct().order_by(coalesce(cost % 3, 0)),
                                 0)) == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("groups of queries inside are told apart by the same values as well")
{
    Jobs db;
    const auto groups = [](int selected, int grouped) {
        return select((cost % selected).as("rest"_n), count().as("jobs"_n))
            .group_by(cost % grouped)
            .into(table<Parity>);
    };
    CHECK(db.run(select<Parity>().with(cte<"p">(groups(3, 3)))).size() == 3);
    CHECK(db.run(select<Parity>().from(subquery<"p">(groups(3, 3)))).size() == 3);
    db.differs(select<Parity>().with(cte<"p">(groups(5, 3))));
    db.differs(select<Parity>().from(subquery<"p">(groups(5, 3))));
    db.differs(select(cost).where(exists(select(col<&Parity::jobs>).from(subquery<"p">(groups(5, 3))))));
    db.differs(select(cost).join(subquery<"p">(groups(5, 3)), col<&Parity::rest> == cost));
    db.differs(groups(3, 3).union_(groups(5, 3)));
    // two keys that differ in their values do not tell rows apart by one of them
    const auto two = [](int a, int b) {
        return select((cost % a).as("rest"_n), count().as("jobs"_n))
            .group_by(cost % a, cost % b)
            .into(table<Parity>);
    };
    CHECK(db.run(select<Parity>().from(subquery<"p">(two(3, 5)))).size() == 15);
}

TEST_CASE("a query inside names what groups around it have one value of")
{
    Jobs db;
    const auto level = col<&User::level>;
    const auto users = [&](const auto& of) {
        return scalar(select(count()).from(table<User>).where(level == of));
    };
    CHECK(db.run(select(cost, users(cost)).group_by(cost)).size() == 30);
    CHECK(db.run(select(cost % 3, users(cost % 3)).group_by(cost % 3).having(users(cost % 3) > 0)).size() ==
          3);
    db.differs(select(cost % 3, users(cost % 4)).group_by(cost % 3));
    db.differs(select(cost % 3).group_by(cost % 3).order_by(users(cost % 4)));
    db.differs(select(cost % 3).group_by(cost % 3).having(exists(select(level).where(level > cost % 4))));
    CHECK(db.run(select(count(), users(cost % 4)).group_by(cost % 3, cost)).size() == 30);
    // of what is grouped by itself
    CHECK(db.run(select(users(cost), count()).from(table<Job>).group_by(users(cost))).size() == 2);
    const auto above = [&](int least) {
        return scalar(select(count()).from(table<User>).where(level == cost && level > least));
    };
    CHECK(db.run(select(above(1), count()).from(table<Job>).group_by(above(1))).size() == 2);
    db.differs(select(above(2), count()).from(table<Job>).group_by(above(1)));
    // a table of its own hides that around it
    CHECK(db.run(select(cost % 3, scalar(select(max(cost % 4)))).group_by(cost % 3)).size() == 3);
    // in an aggregate function of the query around it there are no groups yet
    CHECK(db.run(select(cost % 3, max(users(cost))).group_by(cost % 3)).size() == 3);
}

TEST_CASE("a column is ordered by that has the name of something else in the result")
{
    Jobs db;
    const auto query = select((cost % 3).as("cost"_n), col<&Job::id>).order_by(cost);
    CHECK(text_of(query) ==
          R"(SELECT "job"."cost" % ? AS "cost", "job"."id" FROM "job" ORDER BY "job"."cost")");
    CHECK(std::get<0>(db.run(query.limit(4)).back()) == 0);
    CHECK(text_of(select(col<&Job::module>, (-cost).as("MODULE"_n)).order_by(desc(col<&Job::module>)))
              .ends_with(R"(ORDER BY "job"."module" DESC)"));
    CHECK(text_of(
              select(lower(col<&Job::module>).as("module"_n)).order_by(collate<"nocase">(col<&Job::module>)))
              .find(R"(ORDER BY "job"."module" COLLATE)") != std::string::npos);
    enum class By { cost };
    const std::vector<Sort<By>> by{{By::cost, true}};
    const auto chosen =
        select((cost % 3).as("cost"_n), cost + 1).order_by(order_list(by, sortable<By::cost>(cost)));
    CHECK(std::get<1>(db.run(chosen).front()) == 30);
    // the column itself, or another one
    CHECK(text_of(select(cost.as("cost"_n)).order_by(cost)) ==
          R"(SELECT "cost" AS "cost" FROM "job" ORDER BY "cost")");
    CHECK(text_of(select((cost % 3).as("rest"_n)).order_by(cost)) ==
          R"(SELECT "cost" % ? AS "rest" FROM "job" ORDER BY "cost")");
}

// What is said with values gives the rows of the same text with literals, or an error where that has no certain ones.
TEST_CASE("random values give what literals give")
{
    Jobs db;
    std::mt19937 random(std::random_device{}());
    if (const char* seed = std::getenv("TENANTRY_TEST_SEED"))
        random.seed(static_cast<unsigned>(std::atoi(seed)));
    const auto any = [&] { return static_cast<std::int64_t>(2 + random() % 3); };
    int found = 0;
    int refused = 0;
    for (int i = 0; i < 400; ++i) {
        const std::int64_t a = any();
        const std::int64_t b = any();
        const std::int64_t c = any();
        const std::int64_t d = any();
        CAPTURE(a, b, c, d);
        const auto n = [](std::int64_t value) { return "cost % " + std::to_string(value); };
        const auto compare = [&](const auto& query, bool certain, const std::string& sql) {
            auto rows = execute<Work>(db.connection, query);
            if (!certain) {
                REQUIRE_FALSE(rows);
                REQUIRE(rows.error() == errc::invalid_argument);
                ++refused;
            } else {
                REQUIRE(rows);
                REQUIRE(lines(*rows) == db.lines(sql));
                ++found;
            }
        };
        switch (random() % 6) {
        case 0:
            compare(
                select(cost % a, count()).group_by(cost % b, cost % c).order_by(cost % d, cost % b, cost % c),
                (a == b || a == c) && (d == b || d == c),
                "select " + n(a) + ", count(*) from job group by " + n(b) + ", " + n(c) + " order by " +
                    n(d) + ", " + n(b) + ", " + n(c));
            break;
        case 1:
            compare(select(cost % a, cost % b)
                        .union_all(select(cost % c, -cost))
                        .order_by(cost % d, cost % a, desc(cost % b)),
                    d == a || d == b,
                    "select " + n(a) + ", " + n(b) + " from job union all select " + n(c) +
                        ", -cost from job order by " + (d == a ? "1" : "2") + ", 1, " + (a == b ? "1" : "2") +
                        " desc");
            break;
        case 2:
            compare(select(cost % a, cost % b).distinct().order_by(cost % c, cost % a, cost % b),
                    c == a || c == b,
                    "select distinct " + n(a) + ", " + n(b) + " from job order by " + n(c) + ", 1, 2");
            break;
        case 3: {
            const auto inside =
                select((cost % a).as("rest"_n), count().as("jobs"_n)).group_by(cost % b).into(table<Parity>);
            compare(select(col<&Parity::rest> % c, col<&Parity::jobs>)
                        .from(subquery<"p">(inside))
                        .order_by(col<&Parity::rest>),
                    a == b,
                    "select rest % " + std::to_string(c) + ", jobs from (select " + n(a) +
                        " as rest, count(*) as jobs from job group by " + n(b) + ") order by rest");
            break;
        }
        case 4: {
            const auto users = scalar(select(count())
                                          .from(table<User>)
                                          .where(col<&User::level> == cost % a && col<&User::level> > b));
            compare(select(cost % c, users).group_by(cost % c).order_by(desc(cost % c)), a == c,
                    "select " + n(c) + ", (select count(*) from user where level = cost % " +
                        std::to_string(a) + " and level > " + std::to_string(b) +
                        ") from job group by 1 order by 1 desc");
            break;
        }
        default: {
            const auto query = select(coalesce(cost % a, 0), coalesce(cost % b, 0), cost)
                                   .order_by(coalesce(cost % c, 0), col<&Job::id>);
            const auto keyed = select(coalesce(cost % a, 0), coalesce(cost % b, 0), cost, col<&Job::id>)
                                   .order_by(coalesce(cost % c, 0), col<&Job::id>);
            const auto last = db.run(keyed.limit(static_cast<int>(1 + random() % 20))).back();
            const auto after = execute<Work>(db.connection, page_after(keyed, last));
            if (a != c && b != c) {
                REQUIRE_FALSE(after);
                REQUIRE(after.error() == errc::invalid_argument);
                ++refused;
            } else {
                const auto all = db.run(keyed);
                const auto at = std::find(all.begin(), all.end(), last);
                REQUIRE(*after == std::vector(at + 1, all.end()));
                REQUIRE(lines(db.run(query)) == db.lines("select " + n(a) + ", " + n(b) +
                                                         ", cost from job order by " + n(c) + ", id"));
                ++found;
            }
        }
        }
    }
    if (std::getenv("TENANTRY_TEST_SEED") == nullptr) {
        CHECK(found > 50);
        CHECK(refused > 50);
    }
}
