// A value that does not fit is found in the database, whatever else a query selects: table, column and row are named.
#include <string>
#include <string_view>

#include <boost/uuid/uuid.hpp>

#include <tenantry/expr/id_uuid.hpp>

#include "query/database.hpp"

using namespace query_tests;

namespace {

// The tables as somebody else may have made them, without types, checks and NOT NULL; and some values that do not fit.
struct Damaged : Filled {
    Damaged()
    {
        test::must(connection.execute(
            "pragma foreign_keys = off;"
            "create table copy as select * from job; drop table job; alter table copy rename to job;"
            "create table copy as select * from user; drop table user; alter table copy rename to user;"
            "update job set cost = 'many' where id = 2; update user set name = null where id = 2"));
    }

    template <class Q>
    std::string said(const Q& query)
    {
        const Error error = fails(query);
        CHECK(error == errc::value_misfit);
        CHECK(std::string(error.sql()) == text_of(query));
        const std::string text(error.message());
        return text.substr(0, text.find(':'));
    }
};

struct Priced {
    std::string module{};
    std::int64_t price{};
};

struct PricedJob {
    std::int64_t price{};
    Id<Job> id{};
};

const std::string cost_of_two = "column 'cost' of table 'job', row 2";
const std::string cost_of_any = "column 'cost' of table 'job'";
const std::string name_of_two = "column 'name' of table 'user', row 2";
const std::string name_of_any = "column 'name' of table 'user'";

} // namespace

TEST_CASE("columns are named with their table, and with the row if its id is there")
{
    Damaged db;
    CHECK(db.said(select(col<&Job::cost>)) == cost_of_any);
    CHECK(db.said(select(col<&Job::module>, col<&Job::cost>)) == cost_of_any);
    CHECK(db.said(select(col<&Job::id>, col<&Job::cost>)) == cost_of_two);
    CHECK(db.said(select(col<&Job::module>, col<&Job::cost>, col<&Job::id>)) == cost_of_two);
    CHECK(db.said(first(
              select(col<&Job::cost>).where(col<&Job::module> == "mail").order_by(desc(col<&Job::id>)))) ==
          cost_of_any);
    CHECK(db.said(one(select(col<&Job::cost>, col<&Job::id>).where(col<&Job::note> == "two"))) ==
          cost_of_two);
    // the id of another table is not its row's
    CHECK(db.said(select(col<&Job::owner>, col<&Job::cost>)) == cost_of_any);
}

TEST_CASE("expressions belong to no table")
{
    Damaged db;
    CHECK(db.said(select(col<&Job::id>, max(col<&Job::cost>)).group_by(col<&Job::id>)) ==
          R"(column 'max("cost")')");
    CHECK(db.said(select(max(col<&Job::cost>).as("most"_n))) == "column 'most'");
    CHECK(db.said(select(count(), col<&Job::cost>, col<&Job::id>).group_by(col<&Job::cost>, col<&Job::id>)) ==
          cost_of_two);
}

TEST_CASE("a column that has another name in the result is named as it is in the table")
{
    Damaged db;
    CHECK(db.said(select(col<&Job::cost>.as("price"_n), col<&Job::id>)) == cost_of_two);
    CHECK(db.said(select(col<&Job::module>, col<&Job::cost>.as("price"_n)).into(table<Priced>)) ==
          cost_of_any);
    CHECK(db.said(select(col<&Job::id>, col<&Job::cost>.as("price"_n)).into(table<PricedJob>)) ==
          cost_of_two);
    CHECK(db.said(first(select(col<&Job::cost>.as("price"_n), col<&Job::id>)
                            .where(col<&Job::note> == "two")
                            .into(table<PricedJob>))) == cost_of_two);
}

TEST_CASE("each of the tables of a join has rows of its own")
{
    Damaged db;
    const auto on = col<&Job::owner> == col<&User::id>;
    CHECK(db.said(select(row<Job>, row<User>).join(table<User>, on)) == cost_of_two);
    CHECK(db.said(select(row<Job>, row<User>).join(table<User>, on).where(col<&Job::id> == key<Job>(4))) ==
          name_of_two);
    const auto fourth = col<&Job::id> == key<Job>(4);
    CHECK(db.said(select(col<&Job::id>, col<&User::name>).join(table<User>, on).where(fourth)) ==
          name_of_any);
    CHECK(db.said(
              select(col<&Job::id>, col<&User::name>, col<&User::id>).join(table<User>, on).where(fourth)) ==
          name_of_two);
    CHECK(db.said(select(col<&User::name>, row<Job>).join(table<User>, on).where(fourth)) == name_of_any);
    CHECK(db.said(select(col<&User::id>, row<Job>).join(table<User>, on)) == cost_of_two);
}

TEST_CASE("a row that a left join may leave out is a row like any")
{
    Damaged db;
    CHECK(db.said(select(col<&User::id>, row<Job>)
                      .from(table<User>)
                      .left_join(table<Job>, col<&Job::owner> == col<&User::id>)) == cost_of_two);
    CHECK(db.said(select(col<&User::id>, col<&Job::cost>)
                      .from(table<User>)
                      .left_join(table<Job>, col<&Job::owner> == col<&User::id>)) == cost_of_any);
}

TEST_CASE("an alias is a source of its own")
{
    Damaged db;
    constexpr auto other = alias<"other">;
    const auto same = other[col<&Job::id>] == col<&Job::id>;
    CHECK(db.said(select(row<Alias<"other", Job>>, col<&Job::id>)
                      .from(table<Job>)
                      .join(table<Alias<"other", Job>>, same)) == cost_of_two);
    CHECK(db.said(select(col<&Job::id>, other[col<&Job::cost>]).join(table<Alias<"other", Job>>, same)) ==
          cost_of_any);
    CHECK(db.said(select(other[col<&Job::id>], other[col<&Job::cost>]).from(table<Alias<"other", Job>>)) ==
          cost_of_two);
}

TEST_CASE("what a change returns is named as what is selected")
{
    Damaged db;
    CHECK(db.said(update<Job>().set(col<&Job::note> = "x").where(col<&Job::note> == "two").returning()) ==
          cost_of_two);
    CHECK(db.said(update<Job>()
                      .set(col<&Job::note> = "x")
                      .where(col<&Job::id> == key<Job>(2))
                      .returning(col<&Job::cost>, col<&Job::id>)) == cost_of_two);
    CHECK(db.said(first(remove<Job>().where(col<&Job::id> == key<Job>(2)).returning(col<&Job::cost>))) ==
          cost_of_any);
}

TEST_CASE("an upsert returns what others wrote")
{
    Filled db;
    test::must(
        db.connection.execute("drop table config; create table config (key primary key, value, updated_at)"));
    test::must(db.connection.execute("insert into config values ('a', 1, 1)"));
    const auto again = insert<Setting>()
                           .set(col<&Setting::key> = "a", col<&Setting::value> = "x")
                           .on_conflict(col<&Setting::key>);
    CHECK(db.fails(again.do_update(col<&Setting::updated_at> = Timestamp{}).returning(col<&Setting::value>))
              .message() ==
          "column 'value' of table 'config': expected TEXT, found INTEGER: a value of another storage class");
}

TEST_CASE("a set operation names what all of its sides agree on")
{
    Damaged db;
    const auto mail = select<Job>().where(col<&Job::module> == "mail");
    CHECK(db.said(mail.union_all(select<Job>().where(col<&Job::module> == "disk"))) == cost_of_two);
    const auto ids = select(col<&Job::id>, col<&Job::cost>);
    CHECK(db.said(ids.union_all(ids)) == cost_of_two);
    CHECK(db.said(select(col<&Job::cost>).union_all(select(length(col<&User::name>)))) == "column 'cost'");
    CHECK(db.said(select(col<&User::name>).union_all(select(col<&Job::module>))) == "column 'name'");
    // the ids are both tables'
    CHECK(db.said(select(col<&Job::module>, col<&Job::cost>)
                      .union_all(select(col<&User::name>, col<&Job::cost>)
                                     .join(table<User>, col<&Job::owner> == col<&User::id>))) == cost_of_any);
}

TEST_CASE("a query with a name: whole rows are the table's, a struct is of no table")
{
    Damaged db;
    CHECK(db.said(select<Alias<"mails", Job>>().with(
              cte<"mails">(select<Job>().where(col<&Job::module> == "mail")))) == cost_of_two);
    CHECK(db.said(select(col<&Priced::price>)
                      .from(subquery<"priced">(
                          select(col<&Job::module>, col<&Job::cost>.as("price"_n)).into(table<Priced>)))) ==
          "column 'price'");
}

TEST_CASE("a walk names it as well")
{
    Damaged db;
    const auto walk = for_each<Work>(db.connection, select(col<&Job::cost>, col<&Job::id>), [](auto&) {});
    REQUIRE(!walk);
    CHECK(std::string(walk.error().message()).substr(0, cost_of_two.size()) == cost_of_two);
}

TEST_CASE("raw SQL that is read into a table's rows")
{
    Damaged db;
    CHECK(db.said(sql<"select * from job order by id", Job>()) == cost_of_two);
    CHECK(db.said(sql<"select cost from job", std::int64_t>()) == "column 'cost'");
}

namespace {

struct Device {
    Id<Device, boost::uuids::uuid> id{};
    std::string name{};
};
struct Devices : Schema<Table<"device", Device>> {};

} // namespace

TEST_CASE("a row whose id is no number")
{
    auto connection = test::must(sqlite::Connection::open_memory());
    test::must(connection.execute("create table device (id, name);"
                                  "insert into device values (x'000102030405060708090a0b0c0d0eff', null)"));
    const auto found = execute<Devices>(connection, select<Device>());
    REQUIRE(!found);
    CHECK(
        found.error().message() ==
        "column 'name' of table 'device', row x'000102030405060708090a0b0c0d0eff': expected TEXT, found NULL");
    test::must(connection.execute("update device set id = 'seven'"));
    const auto text = execute<Devices>(connection, select(col<&Device::name>, col<&Device::id>));
    REQUIRE(!text);
    CHECK(text.error().message() ==
          "column 'name' of table 'device', row 'seven': expected TEXT, found NULL");
}
