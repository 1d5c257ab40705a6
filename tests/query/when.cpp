// when(): conditions that may be left out, each combination a statement of its own.
#include "query/company.hpp"

#include <optional>
#include <set>

using namespace company;

namespace {

struct Filter {
    std::optional<std::string> name{};
    std::optional<std::int64_t> at_least{};
    bool with_department = false;
};

auto filtered(const Filter& filter)
{
    return select(col<&Employee::name>)
        .where(when(filter.name, [](const std::string& name) { return col<&Employee::name> == name; }) &&
               when(filter.at_least,
                    [](const std::int64_t& salary) { return col<&Employee::salary> >= salary; }) &&
               when(filter.with_department, is_not_null(col<&Employee::department>)))
        .order_by(col<&Employee::name>);
}

// The statement that a query runs as, in this connection.
template <class Q>
std::string ran(Staff& db, const Q& query)
{
    auto statement = test::must(detail::borrow_statement<Company>(db.connection, query));
    return std::string(statement.sql());
}

} // namespace

TEST_CASE("conditions that are not wanted are not in the text")
{
    Staff db;
    const std::string begin = R"(SELECT "name" FROM "employee")";
    const std::string end = R"( ORDER BY "name")";
    CHECK(ran(db, filtered({})) == begin + end);
    CHECK(ran(db, filtered({.name = "ann"})) == begin + R"( WHERE "name" = ?)" + end);
    CHECK(ran(db, filtered({.at_least = 5})) == begin + R"( WHERE "salary" >= ?)" + end);
    CHECK(ran(db, filtered({.name = "a", .at_least = 5, .with_department = true})) ==
          begin + R"( WHERE "name" = ? AND "salary" >= ? AND "department" IS NOT NULL)" + end);
    CHECK(text_of(filtered({})) ==
          begin + R"( WHERE "name" = ? AND "salary" >= ? AND "department" IS NOT NULL)" + end);
}

TEST_CASE("values are bound to the conditions that are there")
{
    Staff db;
    CHECK(db.run(filtered({})).size() == 5);
    CHECK(db.run(filtered({.name = "bob"})) == Names{"bob"});
    CHECK(db.run(filtered({.at_least = 30})) == Names{"ann", "bob", "cid"});
    CHECK(db.run(filtered({.at_least = 5, .with_department = true})) == Names{"ann", "bob", "cid", "dan"});
    CHECK(db.run(filtered({.name = "eve", .at_least = 5, .with_department = true})).empty());
    CHECK(db.run(first(filtered({.at_least = 45}))) == "ann");
}

TEST_CASE("a condition that always holds, and one with ||")
{
    Staff db;
    const auto query = [](bool wanted) {
        return select(col<&Employee::name>)
            .where(col<&Employee::salary> > 5 &&
                   when(wanted, col<&Employee::name> == "ann" || col<&Employee::name> == "bob"));
    };
    CHECK(ran(db, query(true)) ==
          R"(SELECT "name" FROM "employee" WHERE "salary" > ? AND ("name" = ? OR "name" = ?))");
    CHECK(ran(db, query(false)) == R"(SELECT "name" FROM "employee" WHERE "salary" > ?)");
    CHECK(db.run(query(true)).size() == 2);
    CHECK(db.run(query(false)).size() == 5);
}

TEST_CASE("a combination that came before is prepared already")
{
    Staff db;
    CHECK(ran(db, filtered({.name = "ann"})) == ran(db, filtered({.name = "bob"})));
    const auto handle = [&](const Filter& filter) {
        return test::must(detail::borrow_statement<Company>(db.connection, filtered(filter))).native_handle();
    };
    CHECK(handle({.name = "ann"}) == handle({.name = "bob"}));
    CHECK(handle({.name = "ann"}) != handle({.at_least = 3}));
}

TEST_CASE("whole conditions in queries inside others come and go as well")
{
    Staff db;
    const auto query = [](bool only_sales, bool only_rich) {
        return select(col<&Employee::name>)
            .where(
                when(only_rich, col<&Employee::salary> > 45) &&
                in(col<&Employee::department>,
                   select(col<&Department::id>).where(when(only_sales, col<&Department::name> == "sales"))))
            .order_by(col<&Employee::name>);
    };
    CHECK(db.run(query(false, false)) == Names{"ann", "bob", "cid", "dan"});
    CHECK(db.run(query(true, false)) == Names{"ann", "bob"});
    CHECK(db.run(query(true, true)) == Names{"ann"});
    CHECK(db.run(query(false, true)) == Names{"ann"});
    CHECK(
        ran(db, query(false, true)) ==
        R"(SELECT "employee"."name" FROM "employee" WHERE "employee"."salary" > ? AND "employee"."department" IN )"
        R"((SELECT "department"."id" FROM "department") ORDER BY "employee"."name")");
}

TEST_CASE("more combinations than are kept still run")
{
    Staff db;
    const auto query = [](unsigned bits) {
        const auto has = [bits](unsigned i) { return (bits >> i & 1) != 0; };
        return select(count()).from<Employee>().where(
            when(has(0), col<&Employee::salary> > 10) && when(has(1), col<&Employee::salary> > 20) &&
            when(has(2), col<&Employee::salary> > 30) && when(has(3), col<&Employee::salary> > 40) &&
            when(has(4), col<&Employee::salary> < 50) && when(has(5), col<&Employee::salary> < 40) &&
            when(has(6), col<&Employee::salary> < 30));
    };
    std::set<std::string> texts;
    for (unsigned round = 0; round < 2; ++round)
        for (unsigned bits = 0; bits < 128; ++bits) {
            std::int64_t expected = 0;
            for (const std::int64_t salary : {50, 40, 30, 20, 10}) {
                bool holds = true;
                for (unsigned i = 0; i < 4; ++i)
                    if ((bits >> i & 1) != 0 && !(salary > 10 * (i + 1))) holds = false;
                for (unsigned i = 4; i < 7; ++i)
                    if ((bits >> i & 1) != 0 && !(salary < 50 - 10 * (i - 4))) holds = false;
                expected += holds ? 1 : 0;
            }
            CHECK(db.run(one(query(bits))) == expected);
            texts.insert(ran(db, query(bits)));
        }
    CHECK(texts.size() == 5 * 4); // of 128 combinations, which read alike where as many are there
}

TEST_CASE("an update and a remove take them beside a condition that always holds")
{
    Staff db;
    const auto raise = [](bool all) {
        return update<Employee>()
            .set(col<&Employee::salary> = col<&Employee::salary> + 1)
            .where(col<&Employee::salary> > 15 && when(!all, col<&Employee::name> == "dan"));
    };
    CHECK(db.run(raise(false)) == 1);
    CHECK(db.run(raise(true)) == 4);
}

TEST_CASE("keys of another tenant are refused in a condition that is there")
{
    Staff db;
    const auto stranger = detail::IdAccess::key<Employee, Scope>(1, 4);
    const auto query = [&](bool wanted) {
        return select<Employee>().where(when(wanted, col<&Employee::id> == stranger));
    };
    CHECK(db.fails(query(true)) == errc::wrong_tenant);
    CHECK(db.run(query(false)).size() == 5);
    auto kept = own(query(false));
    CHECK(db.run(kept).size() == 5);
}
