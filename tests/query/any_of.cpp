// any_of and all_of: conditions of the values of a list
#include "query/company.hpp"

#include <array>
#include <list>
#include <utility>

using namespace company;

namespace {

const auto contains_word = [](const std::string& word) { return contains(col<&Employee::name>, word); };

auto named(const Names& words)
{
    return select(col<&Employee::name>).where(any_of(words, contains_word)).order_by(col<&Employee::name>);
}

template <class Q>
std::string ran(Staff& db, const Q& query)
{
    auto statement = test::must(detail::borrow_statement<Company>(db.connection, query));
    return std::string(statement.sql());
}

std::string repeated(const std::string& what, const std::string& between, int times)
{
    std::string all = what;
    for (int i = 1; i < times; ++i) all += between + what;
    return all;
}

} // namespace

TEST_CASE("a condition for each value, one of which holds, or all")
{
    Staff db;
    CHECK(db.run(named({"an", "v"})) == Names{"ann", "dan", "eve"});
    CHECK(db.run(named({"b"})) == Names{"bob"});
    CHECK(db.run(named({})).empty());
    CHECK(db.run(named({"x", "y", "z", "ci", "w"})) == Names{"cid"});
    const auto all = [](const Names& words) {
        return select(col<&Employee::name>)
            .where(all_of(words, contains_word))
            .order_by(col<&Employee::name>);
    };
    CHECK(db.run(all({"a", "n"})) == Names{"ann", "dan"});
    CHECK(db.run(all({"a", "n", "d"})) == Names{"dan"});
    CHECK(db.run(all({})).size() == 5);
    // from what no name says any more
    CHECK(db.run(own(named(Names{"an"}))) == Names{"ann", "dan"});
}

TEST_CASE("lists of different lengths share texts, and are told apart in them")
{
    Staff db;
    const auto salaries = [](const std::vector<int>& wanted) {
        return select(count()).from(table<Employee>).where(any_of(wanted, [](int salary) {
            return col<&Employee::salary> == salary;
        }));
    };
    const std::string begin = R"(SELECT count(*) FROM "employee" WHERE )";
    const std::string one_of_them = R"("salary" = ?)";
    CHECK(ran(db, salaries({})) == begin + "0");
    CHECK(text_of(salaries({})) == begin + one_of_them);
    const std::vector<std::pair<int, int>> sizes{{1, 1}, {2, 2},  {3, 3},   {4, 4},     {5, 6},    {6, 6},
                                                 {7, 8}, {9, 12}, {17, 24}, {500, 512}, {512, 512}};
    for (const auto& [count, conditions] : sizes) {
        std::vector<int> wanted;
        for (int i = 0; i < count; ++i) wanted.push_back(50 - i);
        CHECK(ran(db, salaries(wanted)) == begin + repeated(one_of_them, " OR ", conditions));
        CHECK(db.run(one(salaries(wanted))) == std::min(5, (count + 9) / 10));
    }
    const Error error = db.fails(salaries(std::vector<int>(513, 1)));
    CHECK(error == errc::invalid_argument);
    CHECK(std::string(error.message()).find("512") != std::string::npos);
}

TEST_CASE("they are conditions like others")
{
    Staff db;
    using Range = std::pair<int, int>;
    const auto between_two = [](const Range& range) {
        return col<&Employee::salary> > range.first && col<&Employee::salary> < range.second;
    };
    const std::list<Range> ranges{{15, 25}, {35, 45}};
    const auto query = [&](bool wanted) {
        return select(col<&Employee::name>)
            .where(when(wanted, any_of(ranges, between_two)) && !all_of(Names{"b", "o"}, contains_word))
            .order_by(col<&Employee::name>);
    };
    CHECK(
        ran(db,
            select(col<&Employee::id>).where(any_of(ranges, between_two) && col<&Employee::salary> > 1)) ==
        R"(SELECT "id" FROM "employee" WHERE ("salary" > ? AND "salary" < ? OR "salary" > ? AND "salary" < ?) )"
        R"(AND "salary" > ?)");
    CHECK(db.run(query(true)) == Names{"dan"});
    CHECK(db.run(query(false)) == Names{"ann", "cid", "dan", "eve"});
    CHECK(db.run(select(any_of(std::array{45, 15}, [](int least) {
                     return col<&Employee::salary> > least;
                 })).order_by(col<&Employee::salary>)) == std::vector<bool>{false, true, true, true, true});
    CHECK(db.run(update<Employee>()
                     .set(col<&Employee::salary> = 0)
                     .where(any_of(Names{"ann", "eve"},
                                   [](std::string name) { return col<&Employee::name> == name; }))) == 2);
    // a department that is not there
    const auto joined = select(col<&Employee::name>,
                               any_of(Names{"sales", "works"},
                                      [](const std::string& name) { return col<&Department::name> == name; }))
                            .left_join(table<Department>, col<&Employee::department> == col<&Department::id>)
                            .where(col<&Employee::name> == "eve");
    STATIC_REQUIRE(
        std::same_as<decltype(db.run(joined)), std::vector<std::tuple<std::string, std::optional<bool>>>>);
    CHECK(std::get<1>(db.run(joined).front()) == std::nullopt);
}

TEST_CASE("a list inside of a list")
{
    Staff db;
    const auto groups = [](const std::vector<Names>& wanted) {
        return select(col<&Employee::name>)
            .where(any_of(wanted, [](const Names& words) { return all_of(words, contains_word); }))
            .order_by(col<&Employee::name>);
    };
    CHECK(db.run(groups({{"a", "d"}, {"e", "v"}})) == Names{"dan", "eve"});
    CHECK(db.run(groups({{"a"}, {"e", "v"}, {"o", "b"}})) == Names{"ann", "bob", "dan", "eve"});
    CHECK(db.run(groups({{"x"}, {}})).size() == 5);
    CHECK(db.fails(groups(std::vector<Names>(40, Names{"x"}))) == errc::invalid_argument);
}

TEST_CASE("keys of another tenant are refused in a list of conditions")
{
    Staff db;
    const std::vector<Key<Employee, Scope>> keys{key(db.ann), detail::IdAccess::key<Employee, Scope>(2, 4)};
    const auto query =
        select<Employee>().where(any_of(keys, [](const auto& each) { return col<&Employee::id> == each; }));
    CHECK(db.fails(query) == errc::wrong_tenant);
}
