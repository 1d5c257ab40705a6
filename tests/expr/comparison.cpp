// Comparisons: their text, what they choose, and what values may stand beside columns.
#include "query/database.hpp"

#include <limits>

using namespace query_tests;

TEST_CASE("comparisons read as they are written")
{
    CHECK(condition(col<&Job::cost> == 1) == R"("cost" = ?)");
    CHECK(condition(col<&Job::cost> != 1) == R"("cost" <> ?)");
    CHECK(condition(col<&Job::cost> < 1) == R"("cost" < ?)");
    CHECK(condition(col<&Job::cost> <= 1) == R"("cost" <= ?)");
    CHECK(condition(col<&Job::cost> > 1) == R"("cost" > ?)");
    CHECK(condition(col<&Job::cost> >= 1) == R"("cost" >= ?)");
    CHECK(condition(1 < col<&Job::cost>) == R"(? < "cost")");
    CHECK(condition(col<&Job::processed_at> > col<&Job::created_at>) == R"("processed_at" > "created_at")");
}

TEST_CASE("comparisons choose rows")
{
    Filled db;
    CHECK(db.costs(col<&Job::cost> == 2) == 2);
    CHECK(db.costs(col<&Job::cost> != 2) == 134);
    CHECK(db.costs(col<&Job::cost> < 3) == 12);
    CHECK(db.costs(col<&Job::cost> <= 3) == 123);
    CHECK(db.costs(col<&Job::cost> > 3) == 4);
    CHECK(db.costs(col<&Job::cost> >= 3) == 34);
    CHECK(db.costs(3 < col<&Job::cost>) == 4);
    CHECK(db.costs(col<&Job::module> != "mail") == 34);
    CHECK(db.costs(col<&Job::owner> == col<&Job::worker>) == 0);
}

TEST_CASE("integers compare by value, whatever their width and sign")
{
    Filled db;
    CHECK(db.costs(col<&Job::cost> == std::int8_t{2}) == 2);
    CHECK(db.costs(col<&Job::cost> < std::uint64_t{3}) == 12);
    CHECK(db.costs(col<&Job::cost> > std::int16_t{-1}) == 1234);
    CHECK(db.costs(col<&Job::cost> < std::numeric_limits<std::int64_t>::max()) == 1234);
    CHECK(db.run(select(col<&User::name>).where(col<&User::level> < 1000)).size() == 2);
    CHECK(db.fails(select<Job>().where(col<&Job::cost> < std::numeric_limits<std::uint64_t>::max())) ==
          errc::invalid_argument);
}

TEST_CASE("numbers with a fraction compare with any number")
{
    Filled db;
    CHECK(db.run(select(col<&User::name>).where(col<&User::score> > 1)) == std::vector<std::string>{"ann"});
    CHECK(db.run(select(col<&User::name>).where(col<&User::score> == 1.5f)) ==
          std::vector<std::string>{"ann"});
    CHECK(db.fails(select<User>().where(col<&User::score> > std::numeric_limits<double>::quiet_NaN())) ==
          errc::invalid_argument);
}

TEST_CASE("text compares with all that is text")
{
    Filled db;
    const std::string named = "mail";
    const std::string_view view = named;
    const char* const pointer = "mail";
    char buffer[16] = "mail";
    CHECK(db.costs(col<&Job::module> == named) == 12);
    CHECK(db.costs(col<&Job::module> == view) == 12);
    CHECK(db.costs(col<&Job::module> == pointer) == 12);
    CHECK(db.costs(col<&Job::module> == buffer) == 12);
    CHECK(db.costs(col<&Job::module> == std::string("mail")) == 12);
    CHECK(db.costs("mail" == col<&Job::module>) == 12);
    CHECK(db.costs(named == col<&Job::module>) == 12);
    CHECK(db.costs(col<&Job::module> == std::string_view()) == 0);
    CHECK(db.costs(col<&Job::module> > std::string_view()) == 1234);
}

TEST_CASE("columns that can be NULL compare with values")
{
    Filled db;
    CHECK(db.costs(col<&Job::note> == "two") == 2);
    CHECK(db.costs(col<&Job::note> != "two") == 0);
    CHECK(db.costs(col<&Job::worker> == key(db.bob)) == 3);
}

TEST_CASE("enums compare with their enumerators, in the way they are stored")
{
    Filled db;
    CHECK(db.costs(col<&Job::status> == JobStatus::done) == 4);
    CHECK(db.costs(col<&Job::level> >= Level::middle) == 234);
}

TEST_CASE("times compare with any time that fits without loss")
{
    Filled db;
    using std::chrono::seconds;
    CHECK(db.costs(col<&Job::created_at> == Timestamp(std::chrono::milliseconds(2000))) == 2);
    CHECK(db.costs(col<&Job::created_at> <= std::chrono::sys_seconds(seconds(2))) == 12);
    CHECK(db.costs(col<&Job::created_at> > std::chrono::sys_days()) == 1234);
}

TEST_CASE("flags are conditions, and compare with flags")
{
    Filled db;
    CHECK(db.run(select(col<&User::name>).where(col<&User::active>)) == std::vector<std::string>{"ann"});
    CHECK(db.run(select(col<&User::name>).where(col<&User::active> == false)) ==
          std::vector<std::string>{"bob"});
}

TEST_CASE("blobs compare with bytes")
{
    Filled db;
    User user;
    user.picture = {std::byte{1}, std::byte{2}};
    db.run(insert(user));
    const std::array<std::byte, 2> bytes{std::byte{1}, std::byte{2}};
    CHECK(db.run(select(count()).where(col<&User::picture> == user.picture)) == std::vector<std::int64_t>{1});
    CHECK(db.run(select(count()).where(col<&User::picture> == bytes)) == std::vector<std::int64_t>{1});
    CHECK(db.run(select(count()).where(col<&User::picture> == std::span<const std::byte>(bytes))) ==
          std::vector<std::int64_t>{1});
    CHECK(db.run(select(count()).where(col<&User::picture> == std::vector<std::byte>())) ==
          std::vector<std::int64_t>{2});
}

TEST_CASE("id columns compare with keys and with ids of the same table")
{
    Filled db;
    CHECK(db.costs(col<&Job::owner> == key(db.ann)) == 13);
    CHECK(db.costs(key(db.ann) != col<&Job::owner>) == 24);
    CHECK(db.costs(col<&Job::id> == key<Job>(2)) == 2);
    CHECK(db.costs(col<&Job::worker> != col<&Job::owner>) == 3);
}

TEST_CASE("a key of another tenant is refused")
{
    Filled db;
    CHECK(db.fails(select<Job>().where(col<&Job::owner> == key<User>(1, here + 1))) == errc::wrong_tenant);
}
