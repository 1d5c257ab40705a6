// order_list(): orders that are chosen at run time.
#include "query/company.hpp"

#include <array>
#include <vector>

using namespace company;

namespace {

enum class By { salary, name, department };

using Wanted = std::vector<Sort<By>>;

auto ordered(const Wanted& wanted)
{
    return select(col<&Employee::name>)
        .order_by(order_list(wanted, sortable<By::salary>(col<&Employee::salary>),
                             sortable<By::name>(col<&Employee::name>),
                             sortable<By::department>(col<&Employee::department>)),
                  col<&Employee::id>);
}

template <class Q>
std::string order_of(Staff& db, const Q& query)
{
    auto statement = test::must(detail::borrow_statement<Company>(db.connection, query));
    const std::string text(statement.sql());
    const std::size_t at = text.find(" ORDER BY ");
    return at == std::string::npos ? std::string() : text.substr(at + 10);
}

} // namespace

TEST_CASE("orders come as they are wanted, each once")
{
    Staff db;
    CHECK(order_of(db, ordered({})) == R"("id")");
    CHECK(order_of(db, ordered({{By::name, true}})) == R"("name" DESC, "id")");
    CHECK(order_of(db, ordered({{By::department}, {By::salary, true}, {By::department, true}, {By::name}})) ==
          R"("department", "salary" DESC, "name", "id")");
    CHECK(db.run(ordered({})) == Names{"ann", "bob", "cid", "dan", "eve"});
    CHECK(db.run(ordered({{By::salary}})) == Names{"eve", "dan", "cid", "bob", "ann"});
    CHECK(db.run(ordered({{By::department, true}, {By::name, true}})) ==
          Names{"dan", "cid", "bob", "ann", "eve"});
}

TEST_CASE("one order, an array, or none at all")
{
    Staff db;
    const auto query = [](const auto& wanted) {
        return select(col<&Employee::name>)
            .order_by(order_list(wanted, sortable<By::name>(col<&Employee::name>)));
    };
    CHECK(order_of(db, query(Sort{By::name, true})) == R"("name" DESC)");
    CHECK(order_of(db, query(std::array{Sort{By::name}})) == R"("name")");
    CHECK(order_of(db, query(Wanted{})).empty());
    CHECK(db.run(query(Wanted{})).size() == 5);
}

TEST_CASE("values in what is ordered by are bound in the order that was chosen")
{
    Staff db;
    const auto query = [](const Wanted& wanted) {
        return select(col<&Employee::name>)
            .order_by(order_list(wanted, sortable<By::salary>(col<&Employee::salary> % 20),
                                 sortable<By::name>(concat(col<&Employee::name>, "x"))),
                      col<&Employee::id> == key(Id<Employee>()), col<&Employee::id>);
    };
    CHECK(order_of(db, query({{By::name, true}, {By::salary}})) ==
          R"("name" || ? DESC, "salary" % ?, "id" = ?, "id")");
    CHECK(db.run(query({{By::name, true}, {By::salary}})) == Names{"eve", "dan", "cid", "bob", "ann"});
    CHECK(db.run(query({{By::salary}, {By::name, true}})) == Names{"dan", "bob", "eve", "cid", "ann"});
}

TEST_CASE("an order that is not in the list is refused, whatever it was cast from")
{
    Staff db;
    CHECK(db.fails(ordered({{static_cast<By>(99)}})) == errc::invalid_argument);
    CHECK(db.fails(ordered({{By::name}, {static_cast<By>(-1), true}})) == errc::invalid_argument);
}

TEST_CASE("it goes together with when(), limit() and own()")
{
    Staff db;
    const auto query = [](bool rich, const Wanted& wanted) {
        return own(ordered(wanted).where(when(rich, col<&Employee::salary> > 25)).limit(2));
    };
    CHECK(db.run(query(true, {{By::salary}})) == Names{"cid", "bob"});
    CHECK(db.run(query(false, {{By::salary}})) == Names{"eve", "dan"});
    CHECK(db.run(first(query(true, {}))) == "ann");
}
