// for_each(): rows without keeping them.
#include "query/company.hpp"

#include <stdexcept>
#include <tuple>

using namespace company;

namespace {

auto by_name()
{
    return select(col<&Employee::name>, col<&Employee::department>).order_by(col<&Employee::name>);
}

using Row = std::tuple<std::string, std::optional<Id<Department>>>;

} // namespace

TEST_CASE("each row is seen once, in order")
{
    Staff db;
    Names seen;
    std::size_t without = 0;
    test::must(for_each<Company>(db.connection, by_name(), [&](Row& row) {
        seen.push_back(std::move(std::get<0>(row))); // it is ours until we return
        if (!std::get<1>(row)) ++without;
    }));
    CHECK(seen == Names{"ann", "bob", "cid", "dan", "eve"});
    CHECK(without == 1);
    std::int64_t sum = 0;
    test::must(for_each<Company>(db.connection, select<Employee>(),
                                 [&](const Employee& one) { sum += one.salary; }));
    CHECK(sum == 150);
}

TEST_CASE("it stops when it is told to")
{
    Staff db;
    int calls = 0;
    test::must(for_each<Company>(db.connection, by_name(), [&](const Row&) { return ++calls < 2; }));
    CHECK(calls == 2);
    const Result<void> failed =
        for_each<Company>(db.connection, by_name(), [&](const Row& row) -> Result<void> {
            if (std::get<0>(row) == "cid") return fail(errc::invalid_argument, "enough");
            return {};
        });
    REQUIRE_FALSE(failed);
    CHECK(failed.error() == errc::invalid_argument);
    CHECK_THROWS_AS(
        for_each<Company>(db.connection, by_name(), [](const Row&) { throw std::runtime_error("enough"); })
            .has_value(),
        std::runtime_error);
    // Nothing is left open.
    test::must(db.connection.execute("drop table loan"));
    test::must(db.connection.close());
}

TEST_CASE("errors of the query are its errors")
{
    Staff db;
    const auto stranger = detail::IdAccess::key<Employee, Scope>(1, 4);
    int calls = 0;
    const auto count_calls = [&](const Employee&) { ++calls; };
    const Result<void> refused = for_each<Company>(
        db.connection, select<Employee>().where(col<&Employee::id> == stranger), count_calls);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::wrong_tenant);
    test::must(
        db.connection.execute("pragma ignore_check_constraints = on; drop table employee;"
                              "create table employee(id integer primary key, name text, boss, department, "
                              "salary); insert into employee values (7, 'ann', null, null, 'much')"));
    const Result<void> misfit = for_each<Company>(db.connection, select<Employee>(), count_calls);
    REQUIRE_FALSE(misfit);
    CHECK(misfit.error() == errc::value_misfit);
    CHECK(std::string(misfit.error().message()).find("column 'salary' of table 'employee', row 7") !=
          std::string::npos);
    CHECK(calls == 0);
}

TEST_CASE("the body may run other statements, and the same one")
{
    Staff db;
    int pairs = 0;
    test::must(for_each<Company>(db.connection, by_name(), [&](const Row&) {
        return for_each<Company>(db.connection, by_name(), [&](const Row&) { ++pairs; });
    }));
    CHECK(pairs == 25);
}

TEST_CASE("raw queries, set operations and chosen conditions are walked too")
{
    Staff db;
    int rows = 0;
    const auto count_rows = [&](const auto&) { ++rows; };
    test::must(for_each<Company>(db.connection, sql<"select name from employee", std::string>(), count_rows));
    test::must(for_each<Company>(
        db.connection, select(col<&Employee::name>).union_(select(col<&Department::name>)), count_rows));
    test::must(for_each<Company>(
        db.connection, select<Employee>().where(when(true, col<&Employee::salary> > 45)), count_rows));
    CHECK(rows == 14);
}
