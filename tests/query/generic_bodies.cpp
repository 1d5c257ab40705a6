// Bodies that know neither the type of what they run on nor that of the queries and rows they are given: no clause asks
// them for the keyword `template`.
#include "query/company.hpp"

#include <tenantry/schema/default.hpp>
#include <tenantry/schema/index.hpp>

#include <tuple>

using namespace company;

namespace {

struct Tree {
    Id<Employee> id{};
    std::string name{};
    std::int64_t depth{};
};

struct Total {
    std::string name{};
    std::optional<std::int64_t> total{};
    std::int64_t place{};

    friend bool operator==(const Total&, const Total&) = default;
};

// Everybody below somebody, with the number of steps between.
constexpr auto everybody_below = [](auto& tx, const auto& top) {
    auto first = select(col<&Employee::id>, col<&Employee::name>, constant<0>.as("depth"_n)).where(top);
    auto next = select(col<&Employee::id>, col<&Employee::name>, (col<&Tree::depth> + 1).as("depth"_n))
                    .from(table<Employee>)
                    .join(table<Tree>, col<&Employee::boss> == col<&Tree::id>);
    return tx.run(select(col<&Tree::name>, col<&Tree::depth>)
                      .with_recursive(cte<"tree">(first.union_all(next).into(table<Tree>)))
                      .order_by(col<&Tree::depth>, col<&Tree::name>));
};

// Each of a group with the sum of those that come before it there, and its place.
template <class Row, auto Group, auto Of>
auto running_totals(auto& tx)
{
    auto window = partition_by(col<Group>).order_by(desc(col<Of>));
    auto query = select(col<&Row::name>, sum(col<Of>).over(window).as("total"_n),
                        row_number().over(window).as("place"_n))
                     .from(table<Row>)
                     .into(table<Total>);
    return tx.run(query.order_by(col<&Row::name>));
}

// Names and those of bosses; whoever has none comes alone.
template <class Row, class Boss = Alias<"above", Row>>
auto with_bosses(auto& tx)
{
    auto above = alias<"above">;
    auto query = select(col<&Row::name>, above[col<&Row::name>].as("boss_name"_n))
                     .from(table<Row>)
                     .left_join(table<Boss>, above[col<&Row::id>] == col<&Row::boss>)
                     .order_by(col<&Row::name>);
    return tx.run(query.limit(constant<3>).offset(constant<1>));
}

// Every employee of a department is lent to all others for so many hours, but for whoever is lent already.
auto lend(auto& tx, std::int64_t hours, auto... targets)
{
    auto rows = select(col<&Employee::id>, col<&Department::id>, col<&Department::id>,
                       col<&Employee::salary> * 0 + hours)
                    .from(table<Employee>)
                    .cross_join(table<Department>);
    return tx.run(insert<Loan>()
                      .columns(col<&Loan::employee>, col<&Loan::from>, col<&Loan::to>, col<&Loan::hours>)
                      .from(rows.where(col<&Employee::department> != col<&Department::id>))
                      .on_conflict(targets...)
                      .do_nothing());
}

// A row without the columns that the database fills.
auto add(auto& tx, const auto& row, auto... columns) { return tx.run(insert(row).defaults(columns...)); }

struct Note {
    Id<Note> id{};
    std::string title{};
    std::int64_t stars{};
};
struct Notebook
    : Schema<Table<"note", Note, Default<&Note::stars, 3>, UniqueIndex<"one_title", &Note::title>>> {};
struct Notes {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());
    Notes()
    {
        for (const SchemaObject& object : schema_info<Notebook>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
    }
    auto run(const auto& query) { return test::must(execute<Notebook>(connection, query)); }
};

// How many rows there are of a table; any statement will do that takes from().
template <class Row>
std::int64_t count_of(auto& tx)
{
    auto counted = [](const auto& query) { return query.from(table<Row>); };
    return tx.run(one(counted(select(count().as("rows"_n)))));
}

} // namespace

TEST_CASE("a generic body walks a tree")
{
    Staff db;
    using Row = std::tuple<std::string, std::int64_t>;
    CHECK(everybody_below(db, col<&Employee::id> == key(db.bob)) == std::vector<Row>{{"bob", 0}, {"dan", 1}});
    CHECK(everybody_below(db, col<&Employee::name> == "eve") == std::vector<Row>{{"eve", 0}});
}

TEST_CASE("a generic body has windows")
{
    Staff db;
    const std::vector<Total> totals = running_totals<Employee, &Employee::department, &Employee::salary>(db);
    CHECK(totals ==
          std::vector<Total>{{"ann", 50, 1}, {"bob", 90, 2}, {"cid", 30, 1}, {"dan", 50, 2}, {"eve", 10, 1}});
}

TEST_CASE("a generic body joins a table to itself")
{
    Staff db;
    using Row = std::tuple<std::string, std::optional<std::string>>;
    CHECK(with_bosses<Employee>(db) == std::vector<Row>{{"bob", "ann"}, {"cid", "ann"}, {"dan", "bob"}});
}

TEST_CASE("a generic body inserts the rows of a query")
{
    Staff db;
    CHECK(lend(db, 8, col<&Loan::employee>, col<&Loan::to>) == 8);
    CHECK(lend(db, 9) == 0);
    CHECK(db.run(select(max(col<&Loan::hours>))) == std::vector<std::optional<std::int64_t>>{8});
    CHECK(count_of<Loan>(db) == 8);
}

TEST_CASE("a generic body inserts rows without columns, and names an index that they meet")
{
    Notes db;
    const Note first{.id = {}, .title = "one", .stars = 5};
    add(db, first, col<&Note::stars>);
    const auto rate = [](auto& tx, const auto& note) {
        tx.run(insert(note)
                   .on_conflict("one_title"_n)
                   .do_update(col<&Note::stars> = excluded(col<&Note::stars>)));
    };
    CHECK(db.run(select(col<&Note::stars>)) == std::vector<std::int64_t>{3});
    rate(db, first);
    CHECK(db.run(select(col<&Note::stars>)) == std::vector<std::int64_t>{5});
    CHECK(count_of<Note>(db) == 1);
}
