// date_of, unix_seconds, date_bucket, strftime, current_timestamp, and arithmetic of times
#include "query/database.hpp"

#include <chrono>
#include <cstdio>

#include <tenantry/schema/ddl.hpp>

using namespace std::chrono_literals;
using namespace std::chrono;

namespace times {

using namespace tenantry;

struct Event {
    Id<Event> id{};
    Timestamp at{};
    std::optional<Timestamp> ended{};
    sys_seconds second{};
    sys_time<microseconds> fine{};
    sys_days day{};
    milliseconds took{};
    std::string text{};
};

struct Log : Schema<Table<"event", Event>> {};

struct Database {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());

    Database()
    {
        for (const SchemaObject& object : schema_info<Log>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
    }

    template <class Q>
    auto run(const Q& query)
    {
        return test::must(execute<Log>(connection, query));
    }

    void add(Timestamp at)
    {
        Event event;
        event.at = at;
        event.second = floor<seconds>(at);
        event.fine = at;
        event.day = floor<days>(at);
        run(insert(event));
    }

    template <class E>
    auto of(const E& expression)
    {
        return run(one(select(expression)));
    }
};

template <class E>
std::string text_of(const E& expression)
{
    const std::string text(sql_text<Log, shape_t<decltype(select(expression))>>);
    return text.substr(7, text.size() - 7 - std::string(R"( FROM "event")").size());
}

// Around which rounding may go wrong.
const Timestamp moments[] = {
    Timestamp(0ms),
    Timestamp(-1ms),
    Timestamp(999ms),
    Timestamp(-999ms),
    Timestamp(-1000ms),
    sys_days{2024y / February / 29} + 23h + 59min + 59s + 999ms,
    sys_days{1969y / July / 20} + 20h + 17min + 40s + 1ms,
    sys_days{1583y / January / 1} + 1ms,
    sys_days{9999y / December / 31} + 23h,
};

} // namespace times

using namespace times;

TEST_CASE("dates and times read as they are written, in the unit of their column")
{
    CHECK(text_of(date_of(col<&Event::at>)) == R"("at" / 86400000 - ("at" % 86400000 < 0))");
    CHECK(text_of(date_of(col<&Event::day>)) == R"("day")");
    CHECK(text_of(unix_seconds(col<&Event::at>)) == R"("at" / 1000 - ("at" % 1000 < 0))");
    CHECK(text_of(unix_seconds(col<&Event::second>)) == R"("second")");
    CHECK(text_of(unix_seconds(col<&Event::day>)) == R"("day" * 86400)");
    CHECK(text_of(date_bucket(col<&Event::at>, 1h)) == R"("at" - ("at" % ? + ?) % ?)");
    CHECK(text_of(strftime("%Y", col<&Event::at>)) == R"(strftime(?, "at" / 1000.0, 'unixepoch'))");
    CHECK(text_of(strftime("%Y", col<&Event::fine>)) == R"(strftime(?, "fine" / 1000000.0, 'unixepoch'))");
    CHECK(text_of(strftime("%Y", col<&Event::second>)) == R"(strftime(?, "second", 'unixepoch'))");
    CHECK(text_of(strftime(col<&Event::text>, col<&Event::day>)) ==
          R"(strftime("text", "day" * 86400, 'unixepoch'))");
    CHECK(text_of(date_of(col<&Event::at> + 1h)) == R"(("at" + ?) / 86400000 - (("at" + ?) % 86400000 < 0))");
    CHECK(text_of(unix_seconds(col<&Event::at>) * 2) == R"(("at" / 1000 - ("at" % 1000 < 0)) * ?)");
}

TEST_CASE("dates are exact, before 1970 too")
{
    for (const Timestamp at : moments) {
        CAPTURE(at.time_since_epoch().count());
        Database db;
        db.add(at);
        CHECK(db.of(date_of(col<&Event::at>)) == floor<days>(at));
        CHECK(db.of(date_of(col<&Event::second>)) == floor<days>(at));
        CHECK(db.of(date_of(col<&Event::fine>)) == floor<days>(at));
        CHECK(db.of(date_of(col<&Event::day>)) == floor<days>(at));
        CHECK(db.of(date_of(col<&Event::at> + 36h)) == floor<days>(at + 36h));
        CHECK(db.of(unix_seconds(col<&Event::at>)) == floor<seconds>(at).time_since_epoch().count());
        CHECK(db.of(unix_seconds(col<&Event::day>)) ==
              sys_seconds(floor<days>(at)).time_since_epoch().count());
        CHECK(db.of(date_bucket(col<&Event::at>, 1h)) == floor<hours>(at));
        CHECK(db.of(date_bucket(col<&Event::fine>, 24h)) == floor<days>(at));
        CHECK(db.of(date_bucket(col<&Event::second>, 60s)) == floor<minutes>(at));
        const year_month_day date(floor<days>(at));
        const auto written = db.of(strftime("%Y-%m-%d", col<&Event::at>));
        REQUIRE(written);
        char expected[16]{};
        std::snprintf(expected, sizeof expected, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()),
                      unsigned(date.day()));
        CHECK(*written == expected);
        CHECK(db.of(strftime("%Y-%m-%d", col<&Event::day>)) == expected);
        CHECK(db.of(strftime("%Y-%m-%d", col<&Event::fine>)) == expected);
        CHECK(db.of(strftime("%s", col<&Event::second>)) ==
              std::to_string(floor<seconds>(at).time_since_epoch().count()));
    }
}

TEST_CASE("milliseconds are not lost in text, and what has no text is NULL")
{
    Database db;
    db.add(sys_days{2024y / May / 1} + 13h + 45min + 6s + 7ms);
    CHECK(db.of(strftime("%H:%M:%f", col<&Event::at>)) == "13:45:06.007");
    CHECK(db.of(strftime("%Q", col<&Event::at>)) == std::nullopt);
    db.run(update<Event>().set(col<&Event::at> = Timestamp::max()).where(col<&Event::took> == 0ms));
    CHECK(db.of(strftime("%Y", col<&Event::at>)) == std::nullopt);
    CHECK(db.of(date_of(col<&Event::at>)) == floor<days>(Timestamp::max()));
    CHECK(execute<Log>(db.connection, select(date_bucket(col<&Event::at>, 0s))).error() ==
          errc::invalid_argument);
    static_assert(std::same_as<decltype(date_of(col<&Event::at>))::value_type, sys_days>);
    static_assert(std::same_as<decltype(date_of(col<&Event::ended>))::value_type, std::optional<sys_days>>);
    static_assert(
        std::same_as<decltype(date_bucket(col<&Event::ended>, 1h))::value_type, std::optional<Timestamp>>);
    static_assert(std::same_as<decltype(unix_seconds(col<&Event::fine>))::value_type, std::int64_t>);
}

TEST_CASE("events are counted by day")
{
    Database db;
    for (const Timestamp at :
         {sys_days{2024y / May / 1} + 1h, sys_days{2024y / May / 1} + 23h, sys_days{2024y / May / 2} + 0h})
        db.add(at);
    const auto by_day = select(date_of(col<&Event::at>), count())
                            .group_by(date_of(col<&Event::at>))
                            .order_by(date_of(col<&Event::at>));
    CHECK(db.run(by_day) == std::vector{std::tuple(sys_days{2024y / May / 1}, std::int64_t{2}),
                                        std::tuple(sys_days{2024y / May / 2}, std::int64_t{1})});
}

TEST_CASE("times and durations are added to as in std::chrono")
{
    const auto at = col<&Event::at>;
    const auto ended = col<&Event::ended>;
    const auto took = col<&Event::took>;
    CHECK(text_of(at + 1s) == R"("at" + ?)");
    CHECK(text_of(ended - at) == R"("ended" - "at")");
    static_assert(std::same_as<decltype(at + 1s)::value_type, Timestamp>);
    static_assert(std::same_as<decltype(1h + at)::value_type, Timestamp>);
    static_assert(std::same_as<decltype(at - took)::value_type, Timestamp>);
    static_assert(std::same_as<decltype(ended - at)::value_type, std::optional<milliseconds>>);
    static_assert(std::same_as<decltype(at - sys_days())::value_type, milliseconds>);
    static_assert(std::same_as<decltype(sys_days() - at)::value_type, milliseconds>);
    static_assert(std::same_as<decltype(took + took - 1s)::value_type, milliseconds>);
    static_assert(
        std::same_as<decltype(avg(ended - at))::value_type, std::optional<duration<double, std::milli>>>);
    static_assert(std::same_as<decltype(sum(took))::value_type, std::optional<milliseconds>>);
    Database db;
    Event event;
    event.at = Timestamp(5s);
    event.ended = Timestamp(7500ms);
    event.took = 250ms;
    db.run(insert(event));
    CHECK(db.of(at + 1min) == Timestamp(65s));
    CHECK(db.of(1h + at) == Timestamp(3605s));
    CHECK(db.of(at - took) == Timestamp(4750ms));
    CHECK(db.of(ended - at) == 2500ms);
    CHECK(db.of(at - Timestamp(1s)) == 4s);
    CHECK(db.of(took + 1s) == 1250ms);
    CHECK(db.of(sum(took)) == 250ms);
    CHECK(db.of(avg(ended - at)) == duration<double, std::milli>(2500));
    CHECK(db.run(select<Event>().where(ended - at > 2s && at + took < ended)).size() == 1);
}

TEST_CASE("the time of the statement is compared and assigned in the unit of the column")
{
    Database db;
    db.add(Timestamp(0ms));
    const Timestamp before = now();
    db.run(update<Event>()
               .set(col<&Event::at> = current_timestamp, col<&Event::ended> = current_timestamp,
                    col<&Event::second> = current_timestamp, col<&Event::fine> = current_timestamp,
                    col<&Event::text> = current_timestamp)
               .where(col<&Event::at> < current_timestamp));
    const Timestamp after = now();
    const Event event = db.run(one(select<Event>()));
    CHECK((before <= event.at && event.at <= after));
    CHECK(event.ended == event.at);
    CHECK(event.second == floor<seconds>(event.at));
    CHECK(event.fine == event.at);
    CHECK(event.text.size() == 19);
    CHECK(db.run(select<Event>().where(col<&Event::at> <= current_timestamp)).size() == 1);
    CHECK(db.run(select<Event>().where(current_timestamp - col<&Event::at> < 1h)).size() == 1);
    CHECK(db.run(select<Event>().where(between(col<&Event::at>, Timestamp(), current_timestamp))).size() ==
          1);
    CHECK(db.of(coalesce(nullif(col<&Event::at>, event.at), current_timestamp)) >= event.at);
    CHECK(db.run(one(select(statement_time()).from(table<Event>))) >= event.at);
    CHECK(db.run(one(select(statement_time<sys_seconds>()).from(table<Event>))) >= event.second);
}
