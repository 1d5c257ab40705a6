// in(column, container)
#include "query/database.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <span>

using namespace query_tests;

namespace {

using Numbers = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

// Which of some texts are found by a list of them.
struct Notes : Database {
    explicit Notes(const Texts& texts)
    {
        for (const std::string& text : texts) {
            Job made = job(static_cast<std::int64_t>(cost_++));
            made.note = text;
            made.owner = run(insert(User{}));
            run(insert(made));
        }
    }

    Numbers found(const Texts& texts)
    {
        return run(select(col<&Job::cost>).where(in(col<&Job::note>, texts)).order_by(col<&Job::cost>));
    }

private:
    int cost_ = 0;
};

} // namespace

TEST_CASE("a list has one text, whatever its size")
{
    const std::string integers = R"("cost" IN (SELECT value FROM json_each(?)))";
    CHECK(condition(in(col<&Job::cost>, Numbers{})) == integers);
    CHECK(condition(in(col<&Job::cost>, Numbers{1, 2, 3})) == integers);
    CHECK(condition(in(col<&Job::cost>, std::set<short>{1})) == integers);
    CHECK(condition(in(col<&Job::level>, std::array{Level::low})) ==
          R"("level" IN (SELECT value FROM json_each(?)))");
    const std::string texts = R"("module" IN (SELECT CAST(substr(?, key, value) AS TEXT) FROM json_each(?)))";
    CHECK(condition(in(col<&Job::module>, Texts{"a"})) == texts);
    CHECK(condition(in(col<&Job::module>, std::set<std::string_view>{})) == texts);
    CHECK(condition(in(col<&Job::module>, std::vector<const char*>{})) == texts);
    CHECK(condition(!in(col<&Job::cost> + 1, Numbers{}) || col<&Job::cost> == 1) ==
          R"(NOT "cost" + ? IN (SELECT value FROM json_each(?)) OR "cost" = ?)");
    CHECK(text_of(select<User>().where(in(col<&User::score>, std::vector<double>{}))).find("RECURSIVE") !=
          std::string::npos);
    CHECK(text_of(select<User>().where(in(col<&User::picture>, std::vector<std::vector<std::byte>>{})))
              .find("IN (SELECT substr(?, key, value) FROM json_each(?))") != std::string::npos);
    CHECK(condition(in(col<&Job::module>, std::string("one"))) == R"("module" IN (?))");
}

TEST_CASE("a list chooses rows")
{
    Filled db;
    const auto cost = col<&Job::cost>;
    CHECK(db.costs(in(cost, Numbers{1, 3, 7})) == 13);
    CHECK(db.costs(in(cost, Numbers{})) == 0);
    CHECK(db.costs(!in(cost, Numbers{})) == 1234);
    CHECK(db.costs(!in(cost, std::set<int>{1, 2})) == 34);
    CHECK(db.costs(in(cost + 1, std::array<unsigned char, 2>{2, 3})) == 12);
    CHECK(db.costs(in(cost == 1, std::vector<bool>{true})) == 1);
    CHECK(db.costs(in(cost == 1, std::vector<bool>{true, false})) == 1234);
    CHECK(db.costs(in(col<&Job::module>, Texts{"disk", "x"})) == 34);
    CHECK(db.costs(in(col<&Job::note>, std::vector<std::string_view>{"two"})) == 2);
    CHECK(db.costs(in(col<&Job::status>, std::vector{JobStatus::done, JobStatus::failed})) == 4);
    CHECK(db.costs(in(col<&Job::level>, std::vector{Level::low, Level::middle})) == 12);
    CHECK(db.costs(in(col<&Job::created_at>, std::vector{Timestamp(std::chrono::seconds(2))})) == 2);
    const int raw[] = {2, 4};
    CHECK(db.costs(in(cost, raw)) == 24);
    CHECK(db.costs(in(cost, std::span(raw))) == 24);
    Numbers many(5000);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int64_t>(i) * 2;
    CHECK(db.costs(in(cost, many)) == 24);
}

TEST_CASE("integers keep their limits")
{
    Filled db;
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
    test::must(db.connection.execute("update job set cost = -9223372036854775808 where cost = 1;"
                                     "update job set cost = 9223372036854775807 where cost = 2;"
                                     "update job set cost = 9223372036854775806 where cost = 3"));
    const auto found = [&](const auto& list) {
        return db.run(select(col<&Job::cost>).where(in(col<&Job::cost>, list)).order_by(col<&Job::cost>));
    };
    CHECK(found(Numbers{least, greatest}) == Numbers{least, greatest});
    CHECK(db.fails(
              select<Job>().where(in(col<&Job::cost>, std::vector<std::uint64_t>{std::uint64_t{1} << 63}))) ==
          errc::invalid_argument);
}

TEST_CASE("texts are found byte by byte")
{
    const Texts texts{"",
                      "plain",
                      "it's \"quoted\" \\ \n",
                      std::string("a\0b", 3),
                      std::string("a\0c", 3),
                      std::string("\0", 1),
                      "\xff\xfe not UTF-8 \xc3",
                      "gr\xc3\xbc\xc3\x9f \xf0\x9f\x8d\x8e",
                      "null",
                      "[1,2]"};
    Notes db(texts);
    Numbers all;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        CHECK(db.found({texts[i]}) == Numbers{static_cast<std::int64_t>(i)});
        all.push_back(static_cast<std::int64_t>(i));
    }
    CHECK(db.found(texts) == all);
    CHECK(db.found({"a", "plain ", "\xff", "NULL"}).empty());
}

TEST_CASE("reals are found bit by bit")
{
    using Limits = std::numeric_limits<double>;
    std::vector<double> values{0.0,
                               0.1,
                               -1.0 / 3,
                               1.5,
                               1e300,
                               1e-300,
                               -5e-324,
                               Limits::max(),
                               Limits::lowest(),
                               Limits::min(),
                               Limits::denorm_min(),
                               Limits::infinity(),
                               -Limits::infinity(),
                               9007199254740993.0,
                               4.35};
    double next = 0.7;
    for (int i = 0; i < 300; ++i) values.push_back(next = std::nextafter(next * 1.37 - 0.2, 1e9));
    for (int i = -1070; i < 1020; i += 19) values.push_back(std::ldexp(1.1, i));
    Database db;
    for (const double value : values) {
        User user;
        user.score = value;
        db.run(insert(user));
    }
    const auto score = col<&User::score>;
    const auto count_of = [&](const auto& list) {
        return db.run(one(select(count()).where(in(score, list))));
    };
    for (const double value : values) {
        CAPTURE(value);
        CHECK(count_of(std::array{value}) == db.run(one(select(count()).where(score == value))));
        CHECK(count_of(std::array{value}) > 0);
    }
    CHECK(count_of(values) == static_cast<std::int64_t>(values.size()));
    CHECK(count_of(std::vector<float>{1.5f}) == 1);
    CHECK(count_of(Numbers{0, 7}) == 1);
    CHECK(count_of(std::array{std::nextafter(0.1, 1.0)}) == 0);
    CHECK(db.fails(select<User>().where(in(score, std::array{Limits::quiet_NaN()}))) ==
          errc::invalid_argument);
}

TEST_CASE("blobs are found")
{
    using Bytes = std::vector<std::byte>;
    Database db;
    const Bytes empty;
    const Bytes zero{std::byte{0}};
    const Bytes some{std::byte{0xff}, std::byte{0}, std::byte{'a'}};
    for (const Bytes& bytes : {empty, zero, some}) {
        User user;
        user.picture = bytes;
        db.run(insert(user));
    }
    const auto count_of = [&](const auto& list) {
        return db.run(one(select(count()).where(in(col<&User::picture>, list))));
    };
    CHECK(count_of(std::vector{empty}) == 1);
    CHECK(count_of(std::vector{zero, some}) == 2);
    CHECK(count_of(std::array{std::array{std::byte{0xff}, std::byte{0}, std::byte{'a'}}}) == 1);
    CHECK(count_of(std::vector<Bytes>{{std::byte{'a'}}}) == 0);
}

TEST_CASE("each id in a list is of the tenant that is asked")
{
    Filled db;
    const auto owner = col<&Job::owner>;
    using Keys = std::vector<Key<User, ScopeA>>;
    CHECK(db.costs(in(owner, Keys{key(db.ann)})) == 13);
    CHECK(db.costs(in(owner, Keys{key(db.ann), key(db.bob)})) == 1234);
    CHECK(db.costs(in(owner, Keys{Key<User, ScopeA>(), key(db.bob)})) == 24);
    CHECK(db.costs(in(owner, Keys{Key<User, ScopeA>()})) == 0);
    CHECK(db.costs(in(col<&Job::worker>, Keys{key(db.bob)})) == 3);
    const auto stranger = key<User>(1, here + 1);
    CHECK(db.fails(select<Job>().where(in(owner, Keys{stranger}))) == errc::wrong_tenant);
    CHECK(db.fails(select<Job>().where(in(owner, Keys{key(db.ann), stranger}))) == errc::wrong_tenant);
    CHECK(db.fails(select<Job>().where(in(owner, Keys{stranger, key(db.ann)}))) == errc::wrong_tenant);
    CHECK(db.fails(select<Job>().where(in(owner, Keys{key(db.ann), stranger, key(db.bob)}))) ==
          errc::wrong_tenant);
}

TEST_CASE("a query owns its list, and keeps it")
{
    Filled db;
    const auto query = [] {
        const Texts list{"disk"};
        return select(col<&Job::cost>).where(in(col<&Job::module>, list)).order_by(col<&Job::cost>);
    }();
    for (int run = 0; run < 2; ++run) CHECK(db.run(query) == Numbers{3, 4});
    CHECK(db.run(own(query)) == Numbers{3, 4});
}
