// when(): conditions that may be left out, each combination a statement of its own.
#include "query/company.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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
        return select(count())
            .from(table<Employee>)
            .where(when(has(0), col<&Employee::salary> > 10) && when(has(1), col<&Employee::salary> > 20) &&
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

TEST_CASE("what is left out of an || is not chosen by")
{
    Staff db;
    const auto query = [](bool a, bool b, bool c) {
        return select(col<&Employee::name>)
            .where((when(a, col<&Employee::name> == "ann") || when(b, col<&Employee::salary> < 15)) &&
                   when(c, col<&Employee::salary> > 5))
            .order_by(col<&Employee::name>);
    };
    const std::string begin = R"(SELECT "name" FROM "employee")";
    const std::string end = R"( ORDER BY "name")";
    CHECK(ran(db, query(true, true, true)) ==
          begin + R"( WHERE ("name" = ? OR "salary" < ?) AND "salary" > ?)" + end);
    CHECK(ran(db, query(false, true, true)) == begin + R"( WHERE ("salary" < ?) AND "salary" > ?)" + end);
    CHECK(ran(db, query(false, false, true)) == begin + R"( WHERE "salary" > ?)" + end);
    CHECK(ran(db, query(false, false, false)) == begin + end);
    CHECK(db.run(query(true, true, true)) == Names{"ann", "eve"});
    CHECK(db.run(query(true, false, true)) == Names{"ann"});
    CHECK(db.run(query(false, true, false)) == Names{"eve"});
    CHECK(db.run(query(false, false, true)).size() == 5);
    CHECK(db.run(query(false, false, false)).size() == 5);
    CHECK(text_of(query(false, false, false)) == ran(db, query(true, true, true)));
}

TEST_CASE("every tree of conditions that come and go is the one of those that are there")
{
    Staff db;
    for (unsigned bits = 0; bits < 64; ++bits) {
        const auto has = [bits](unsigned i) { return (bits >> i & 1) != 0; };
        const auto query =
            select(col<&Employee::name>)
                .where((when(has(0), col<&Employee::salary> > 15) &&
                        when(has(1), col<&Employee::salary> < 45)) ||
                       !(when(has(2), col<&Employee::name> == "bob") ||
                         when(has(3), col<&Employee::name> == "cid") ||
                         when(has(4), col<&Employee::salary> > 35 || col<&Employee::name> == "dan")) ||
                       !when(has(5), is_not_null(col<&Employee::department>)))
                .order_by(col<&Employee::name>);
        // The same, worked out here: nothing is what nothing is left of.
        using Choice = std::optional<bool>;
        const auto both = [](Choice a, Choice b) { return a && b ? Choice(*a && *b) : a ? a : b; };
        const auto either = [](Choice a, Choice b) { return a && b ? Choice(*a || *b) : a ? a : b; };
        const auto negated = [](Choice a) { return a ? Choice(!*a) : a; };
        const auto when_there = [&](unsigned i, bool holds) { return has(i) ? Choice(holds) : Choice(); };
        Names expected;
        const std::vector<std::pair<std::string, int>> all{
            {"ann", 50}, {"bob", 40}, {"cid", 30}, {"dan", 20}, {"eve", 10}};
        for (const auto& [name, salary] : all) {
            const Choice chosen = either(
                either(both(when_there(0, salary > 15), when_there(1, salary < 45)),
                       negated(either(either(when_there(2, name == "bob"), when_there(3, name == "cid")),
                                      when_there(4, salary > 35 || name == "dan")))),
                negated(when_there(5, name != "eve")));
            if (chosen.value_or(true)) expected.push_back(name);
        }
        INFO(ran(db, query));
        CHECK(db.run(query) == expected);
        CHECK(db.run(own(query)) == expected);
    }
}

TEST_CASE("a condition that always holds is beside || and !, and inside of when()")
{
    Staff db;
    const auto removed = [](bool more) {
        return remove<Employee>().where(col<&Employee::name> == "eve" ||
                                        when(more, col<&Employee::name> == "dan"));
    };
    CHECK(ran(db, removed(false)) == R"(DELETE FROM "employee" WHERE ("name" = ?))");
    CHECK(db.run(removed(true)) == 2);
    const auto nested = [](bool outer, bool inner) {
        return select(count())
            .from(table<Employee>)
            .where(when(outer, when(inner, col<&Employee::name> == "ann") || col<&Employee::name> == "bob"));
    };
    CHECK(db.run(one(nested(true, true))) == 2);
    CHECK(db.run(one(nested(true, false))) == 1);
    CHECK(db.run(one(nested(false, true))) == 3);
}

TEST_CASE("assignments that are left out")
{
    Staff db;
    struct Patch {
        std::optional<std::string> name{};
        std::optional<std::optional<std::string>> floor{};
    };
    const auto patched = [&](const Patch& patch) {
        return update<Department>(key(db.sales))
            .set(when(patch.name, col<&Department::name>),
                 when(patch.floor, [](const auto& floor) { return col<&Department::floor> = floor; }));
    };
    const auto now = [&] {
        return db.run(one(select<Department>().where(col<&Department::id> == key(db.sales))));
    };
    CHECK(ran(db, patched({.name = "shop", .floor = std::optional<std::string>("second")})) ==
          R"(UPDATE "department" SET "name" = ?, "floor" = ? WHERE "id" = ?)");
    CHECK(ran(db, patched({.name = {}, .floor = std::optional<std::string>()})) ==
          R"(UPDATE "department" SET "floor" = ? WHERE "id" = ?)");
    CHECK(ran(db, patched({})) == R"(UPDATE "department" SET "name" = "name" WHERE "id" = ?)");

    const Patch shop{.name = "shop"};
    CHECK(db.run(patched(shop)) == 1);
    CHECK(now().name == "shop");
    CHECK(now().floor == "first");
    const Patch nowhere{.name = {}, .floor = std::optional<std::string>()};
    CHECK(db.run(patched(nowhere)) == 1);
    CHECK(now().name == "shop");
    CHECK(now().floor == std::nullopt);
    const Patch none;
    CHECK(db.run(patched(none)) == 1); // found, and left as it is
    CHECK(now().name == "shop");
    CHECK(db.run(own(patched(none).returning())).front().name == "shop");
    CHECK(db.run(update<Department>()
                     .set(when(false, col<&Department::name> = "x"))
                     .where(col<&Department::name> == "nobody's")) == 0);

    const auto raised = [&](bool all) {
        return update<Employee>()
            .set(col<&Employee::salary> = col<&Employee::salary> + 1, when(all, col<&Employee::name> = "one"),
                 when(!all, col<&Employee::boss> = std::nullopt))
            .where(col<&Employee::name> == "bob" || col<&Employee::name> == "cid");
    };
    CHECK(ran(db, raised(true)) == R"(UPDATE "employee" SET "salary" = "salary" + ?, "name" = ? )"
                                   R"(WHERE "name" = ? OR "name" = ?)");
    CHECK(db.run(raised(false)) == 2);
    CHECK(db.run(one(select(count()).from(table<Employee>).where(is_null(col<&Employee::boss>)))) == 4);
    CHECK(db.run(raised(true)) == 2);
    CHECK(db.run(one(select(count()).from(table<Employee>).where(col<&Employee::name> == "one"))) == 2);
}

TEST_CASE("groups are chosen by conditions that come and go")
{
    Staff db;
    const auto query = [](bool many, std::optional<std::int64_t> most) {
        return select(col<&Employee::boss>)
            .group_by(col<&Employee::boss>)
            .having(when(many, count() > 1) ||
                    when(most.has_value(), max(col<&Employee::salary>) < most.value_or(0)))
            .order_by(col<&Employee::boss>);
    };
    const std::string begin = R"(SELECT "boss" FROM "employee" GROUP BY "boss")";
    const std::string end = R"( ORDER BY "boss")";
    CHECK(ran(db, query(true, 30)) == begin + R"( HAVING (count(*) > ? OR max("salary") < ?))" + end);
    CHECK(ran(db, query(false, {})) == begin + end);
    using Bosses = std::vector<std::optional<Id<Employee>>>;
    CHECK(db.run(query(true, 30)) == Bosses{std::nullopt, db.ann, db.bob});
    CHECK(db.run(query(true, {})) == Bosses{std::nullopt, db.ann});
    CHECK(db.run(query(false, 30)) == Bosses{db.bob});
    CHECK(db.run(own(query(false, {}))).size() == 3);
}
