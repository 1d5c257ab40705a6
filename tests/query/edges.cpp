// Values at the edges of every type: they come back as they were, or are refused.
#include "query/every_type.hpp"

#include <cmath>
#include <limits>

using namespace every_type;
using namespace std::chrono;

TEST_CASE("every type comes back as it was")
{
    Database db;
    Every row;
    row.flag = true;
    row.i8 = -1;
    row.f = 0.1f;
    row.d = 0.1;
    row.text = "text";
    row.bytes = {std::byte{0}, std::byte{255}};
    row.three = {std::byte{1}, std::byte{2}, std::byte{3}};
    row.maybe = -7;
    row.named = Named::green;
    row.numbered = Numbered::high;
    row.at = sys_days{2024y / May / 1} + 13h + 7ms;
    row.day = sys_days{2024y / May / 1};
    row.wall = local_days{2024y / May / 1} + 8h;
    row.date = 2024y / February / 29;
    row.took = 1500ms;
    row.exactly = duration<double>(0.25);
    row.uuid.data[15] = 9;
    row.path = "/a/b";
    row.celsius = {-4.5};
    const Every back = db.there_and_back(row);
    CHECK(back.flag);
    CHECK(back.i8 == -1);
    CHECK(back.f == row.f);
    CHECK(back.d == row.d);
    CHECK(back.text == row.text);
    CHECK(back.bytes == row.bytes);
    CHECK(back.three == row.three);
    CHECK(back.maybe == row.maybe);
    CHECK(back.named == Named::green);
    CHECK(back.numbered == Numbered::high);
    CHECK(back.at == row.at);
    CHECK(back.day == row.day);
    CHECK((back.wall == row.wall));
    CHECK((back.date == row.date));
    CHECK(back.took == row.took);
    CHECK(back.exactly == row.exactly);
    CHECK(back.uuid == row.uuid);
    CHECK(back.path == row.path);
    CHECK(back.celsius.degrees == -4.5);
}

TEST_CASE("integers at their limits")
{
    Database db;
    const auto at_limits = [&]<class T>(T Every::* field) {
        for (const T value : {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()}) {
            Every row;
            row.*field = value;
            CHECK(db.there_and_back(row).*field == value);
        }
    };
    at_limits(&Every::i8);
    at_limits(&Every::u8);
    at_limits(&Every::i16);
    at_limits(&Every::u16);
    at_limits(&Every::i32);
    at_limits(&Every::u32);
    at_limits(&Every::i64);
    Every row;
    row.u64 = std::numeric_limits<std::int64_t>::max();
    CHECK(db.there_and_back(row).u64 == row.u64);
    ++row.u64;
    CHECK(db.fails(insert(row)) == errc::invalid_argument);
    CHECK(
        db.run(select<Every>().where(col<&Every::i64> == std::numeric_limits<std::int64_t>::min())).size() ==
        1);
}

TEST_CASE("reals at their limits, and what is no number")
{
    Database db;
    using Limits = std::numeric_limits<double>;
    for (const double value : {Limits::max(), Limits::lowest(), Limits::denorm_min(), Limits::infinity(),
                               -Limits::infinity(), -0.0}) {
        Every row;
        row.d = value;
        CHECK(db.there_and_back(row).d == value);
    }
    Every row;
    row.d = Limits::quiet_NaN();
    CHECK(db.fails(insert(row)) == errc::invalid_argument);
    row.d = 0;
    row.f = std::numeric_limits<float>::quiet_NaN();
    CHECK(db.fails(insert(row)) == errc::invalid_argument);
    row.f = 0;
    row.exactly = duration<double>(Limits::quiet_NaN());
    CHECK(db.fails(insert(row)) == errc::invalid_argument);
    row.exactly = {};
    row.celsius = {Limits::quiet_NaN()};
    CHECK(db.fails(insert(row)) == errc::invalid_argument);
    CHECK(db.fails(
              update<Every>().set(col<&Every::d> = Limits::quiet_NaN()).where(col<&Every::flag> == false)) ==
          errc::invalid_argument);
    CHECK(db.fails(select<Every>().where(col<&Every::d> == Limits::quiet_NaN())) == errc::invalid_argument);
    // SQLite computes NULL where C++ would have NaN, and the type says so.
    const auto differences =
        db.run(select(col<&Every::d> - col<&Every::d>).where(col<&Every::d> > Limits::max()));
    CHECK(differences == std::vector<std::optional<double>>{std::nullopt});
}

TEST_CASE("texts and blobs are kept byte for byte")
{
    Database db;
    for (const std::string& text : {std::string(), std::string("\0", 1), std::string("a\0b\0", 4),
                                    std::string("\xff\xfe\xc3(\xed\xa0\x80"), std::string(10'000'000, 'x')}) {
        Every row;
        row.text = text;
        row.path = text;
        row.bytes.assign(reinterpret_cast<const std::byte*>(text.data()),
                         reinterpret_cast<const std::byte*>(text.data()) + text.size());
        const Every back = db.there_and_back(row);
        CHECK((back.text == text));
        CHECK((back.bytes == row.bytes));
        CHECK((back.path.native() == text));
        const auto found = db.run(select(col<&Every::id>).where(col<&Every::text> == text));
        CHECK(found == std::vector{back.id});
        CHECK(db.run(select(col<&Every::id>).where(col<&Every::bytes> == row.bytes)) == found);
    }
    CHECK(db.run(select(count()).where(col<&Every::text> == "")) == std::vector<std::int64_t>{1});
}

TEST_CASE("times before 1970 and at their limits")
{
    Database db;
    for (const Timestamp at :
         {Timestamp(-1ms), Timestamp(sys_days{1583y / January / 1}), Timestamp::min(), Timestamp::max()}) {
        Every row;
        row.at = at;
        CHECK(db.there_and_back(row).at == at);
        CHECK(db.run(select<Every>().where(col<&Every::at> == at)).size() == 1);
    }
    CHECK(db.run(select(count()).where(col<&Every::at> < Timestamp())) == std::vector<std::int64_t>{3});
    Every row;
    row.day = sys_days{1600y / February / 29};
    row.date = -400y / March / 1;
    row.took = milliseconds::min();
    const Every back = db.there_and_back(row);
    CHECK(back.day == row.day);
    CHECK((back.date == row.date));
    CHECK(back.took == row.took);
    row.date = 2023y / February / 29;
    CHECK(db.fails(insert(row)) == errc::invalid_argument);
    CHECK(db.run(select<Every>().where(col<&Every::date> < 1970y / January / 1)).size() == 1);
}

TEST_CASE("the types of others are compared and assigned as they are")
{
    Database db;
    Every row;
    row.path = "/a";
    row.uuid.data[0] = 1;
    row.exactly = 1.5s;
    db.run(insert(row));
    CHECK(db.run(select<Every>().where(col<&Every::path> == "/a")).size() == 1);
    CHECK(db.run(select<Every>().where(col<&Every::uuid> == row.uuid)).size() == 1);
    CHECK(db.run(select<Every>().where(in(col<&Every::uuid>, std::vector{row.uuid}))).size() == 1);
    CHECK(db.run(select<Every>().where(in(col<&Every::path>, std::vector<std::filesystem::path>{"/a", "/b"})))
              .size() == 1);
    CHECK(db.run(select<Every>().where(in(col<&Every::celsius>, std::vector{Celsius{0}}))).size() == 1);
    CHECK(db.run(select<Every>().where(col<&Every::exactly> > 1s)).size() == 1);
    CHECK(db.run(update<Every>()
                     .set(col<&Every::path> = "/b", col<&Every::celsius> = Celsius{7},
                          col<&Every::date> = sys_days{2000y / January / 1}, col<&Every::took> = 3s)
                     .where(col<&Every::path> == std::filesystem::path("/a"))) == 1);
    const Every back = db.run(one(select<Every>()));
    CHECK(back.path == "/b");
    CHECK(back.celsius.degrees == 7);
    CHECK((back.date == 2000y / January / 1));
    CHECK(back.took == 3s);
}
