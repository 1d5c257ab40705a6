// page_after(): keyset pagination.
#include "query/company.hpp"

#include <tuple>

using namespace company;

namespace {

struct Short {
    std::string name{};
    std::int64_t pay{};
};

} // namespace

TEST_CASE("the next page begins after the keys of the last row")
{
    Staff db;
    const auto query = select<Employee>().order_by(col<&Employee::salary>, col<&Employee::id>).limit(2);
    std::vector<Employee> page = db.run(query);
    CHECK(
        text_of(page_after(query, page.back())) ==
        R"(SELECT "id", "name", "boss", "department", "salary" FROM "employee" WHERE ("salary", "id") > (?, ?) )"
        R"(ORDER BY "salary", "id" LIMIT ?)");
    Names seen;
    while (!page.empty()) {
        for (const Employee& each : page) seen.push_back(each.name);
        page = db.run(page_after(query, page.back()));
    }
    CHECK(seen == Names{"eve", "dan", "cid", "bob", "ann"});
}

TEST_CASE("a single order, the greatest first, beside other conditions")
{
    Staff db;
    const auto query = select(col<&Employee::salary>, col<&Employee::name>)
                           .where(col<&Employee::name> != "cid" || col<&Employee::salary> > 100)
                           .order_by(desc(col<&Employee::salary>));
    const auto next =
        page_after(unique_by<&Employee::salary>(query), std::tuple(std::int64_t{40}, std::string("bob")));
    CHECK(text_of(next) ==
          R"(SELECT "salary", "name" FROM "employee" WHERE ("name" <> ? OR "salary" > ?) AND "salary" < ? )"
          R"(ORDER BY "salary" DESC)");
    using Row = std::tuple<std::int64_t, std::string>;
    CHECK(db.run(next) == std::vector<Row>{{20, "dan"}, {10, "eve"}});
}

TEST_CASE("orders of different directions")
{
    Staff db;
    db.hire("fay", {}, {}, 30);
    db.hire("gus", {}, {}, 30);
    const auto query = select(col<&Employee::salary>, col<&Employee::id>)
                           .order_by(desc(col<&Employee::salary>), col<&Employee::id>);
    CHECK(text_of(page_after_keys(query, 30, key(db.cid))) ==
          R"(SELECT "salary", "id" FROM "employee" WHERE "salary" < ? OR "salary" = ? AND "id" > ? )"
          R"(ORDER BY "salary" DESC, "id")");
    const auto all = db.run(query);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto rest = db.run(page_after(query, all[i]));
        CHECK(rest == decltype(all)(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end()));
    }
}

TEST_CASE("pages of structs, of single columns, of joins, and beside when()")
{
    Staff db;
    const auto structs = select(col<&Employee::salary>.as("pay"_n), col<&Employee::name>)
                             .order_by(col<&Employee::name>)
                             .into(table<Short>);
    CHECK(db.run(page_after(unique_by<&Employee::name>(structs), Short{.name = "cid", .pay = 0}))
              .front()
              .name == "dan");
    const auto names =
        unique_by<&Employee::name>(select(col<&Employee::name>).order_by(col<&Employee::name>));
    CHECK(db.run(page_after(names, std::string("dan"))) == Names{"eve"});
    const auto joined = select(col<&Department::name>, col<&Employee::name>)
                            .join(table<Department>)
                            .order_by(col<&Department::name>, col<&Employee::name>);
    const auto unique = unique_by<&Department::name, &Employee::name>(joined);
    CHECK(db.run(page_after_keys(unique, "sales", "bob")).size() == 2);
    for (const bool rich : {false, true}) {
        const auto some = names.where(when(rich, col<&Employee::salary> > 35));
        CHECK(db.run(page_after(some, std::string("ann"))).size() == (rich ? 1 : 4));
    }
}

TEST_CASE("keys are those of this tenant")
{
    Staff db;
    const auto query = select<Employee>().order_by(col<&Employee::id>);
    const auto stranger = detail::IdAccess::key<Employee, Scope>(1, 4);
    CHECK(db.fails(page_after_keys(query, stranger)) == errc::wrong_tenant);
    CHECK(db.run(page_after_keys(query, key(db.dan))).size() == 1);
    Employee unknown;
    CHECK(db.run(page_after(query, unknown)).empty()); // nothing is greater than NULL
}
