// What the same numbers mean is part of a declaration: a change of it converts them, or is refused.
#include <tenantry/migrate/detail/meaning.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/migrate/compare.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/generated.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/table.hpp>
#include <tenantry/sqlite/codecs.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace changed_meaning {

enum class Old { low, middle, high };
enum class New { high, middle, low }; // turned round
enum class Longer { low, middle, high, top };
enum class Renamed { low, mean, high };
enum class Shorter { low, high };

template <class T>
struct Row {
    Id<Row> id{};
    T value{};
};

template <class T>
struct One : Schema<Table<"row", Row<T>, Index<"by_value", &Row<T>::value>>> {};

} // namespace changed_meaning

template <>
inline constexpr EnumStorage tenantry::enum_storage<changed_meaning::Old> = EnumStorage::integer;
template <>
inline constexpr EnumStorage tenantry::enum_storage<changed_meaning::New> = EnumStorage::integer;
template <>
inline constexpr EnumStorage tenantry::enum_storage<changed_meaning::Longer> = EnumStorage::integer;
template <>
inline constexpr EnumStorage tenantry::enum_storage<changed_meaning::Renamed> = EnumStorage::integer;
template <>
inline constexpr EnumStorage tenantry::enum_storage<changed_meaning::Shorter> = EnumStorage::integer;

namespace {

using namespace changed_meaning;
using namespace std::chrono;

// The values after a change of the declaration from T to U, or "refused"; what is foretold is what comes.
std::string changed(const SchemaInfo& from, const SchemaInfo& to, const std::string& values)
{
    Connection db = must(Connection::open_memory());
    must(ensure_schema(db, from));
    if (!values.empty()) must(db.execute("INSERT INTO row(value) VALUES " + values));
    const auto told = must(migrate::forecast(db, to, nullptr, true));
    auto done = ensure_schema(db, to);
    CHECK((told.standing == migrate::Standing::refused) == !done);
    if (!done) {
        CHECK(done.error() == errc::destructive_migration);
        if (done.error() != errc::destructive_migration) return std::string(done.error().message());
        return "refused";
    }
    CHECK(must(ensure_schema(db, to)).was_current);
    CHECK(must(compare(db, to)).same());
    std::string all;
    auto rows =
        must(db.prepare("SELECT group_concat(quote(value)) FROM (SELECT value FROM row ORDER BY id)"));
    must(rows.step());
    return std::string(rows.text(0));
}

template <class T, class U>
std::string changed(const std::string& values)
{
    return changed(schema_info<One<T>>(), schema_info<One<U>>(), values);
}

} // namespace

TEST_CASE("a change of a time's unit converts the numbers, and refuses those that do not divide")
{
    CHECK(schema_info<One<Timestamp>>().fingerprint != schema_info<One<sys_seconds>>().fingerprint);
    CHECK(changed<Timestamp, sys_seconds>("(5000), (-7000), (0)") == "5,-7,0");
    CHECK(changed<Timestamp, sys_seconds>("(5000), (7001)") == "refused");
    CHECK(changed<sys_seconds, Timestamp>("(5), (-7)") == "5000,-7000");
    CHECK(changed<sys_seconds, Timestamp>("(9223372036854775807)") == "refused");
    CHECK(changed<Timestamp, sys_seconds>("") == "");
    CHECK(changed<std::optional<Timestamp>, std::optional<sys_seconds>>("(NULL), (1000)") == "NULL,1");
    CHECK(changed<hours, minutes>("(2)") == "120");
    CHECK(changed<seconds, duration<std::int64_t, std::ratio<7, 3>>>("(14)") == "6");
    CHECK(changed<seconds, duration<std::int64_t, std::ratio<7, 3>>>("(15)") == "refused");
    CHECK(changed<sys_days, year_month_day>("(20000)") == "20000");
    CHECK(changed<year_month_day, Timestamp>("(1), (-1)") == "86400000,-86400000");
    CHECK(changed<seconds, duration<double>>("(14)") == "14.0");
    CHECK(changed<duration<double>, milliseconds>("(0.25), (3.0)") == "250,3000");
    CHECK(changed<duration<double>, milliseconds>("(0.00025)") == "refused");
    CHECK(changed<milliseconds, duration<double>>("(250), (1)") == "0.25,0.001");
}

TEST_CASE("numbers that would mean another kind of thing are refused while there are any")
{
    CHECK(changed<Timestamp, milliseconds>("(5)") == "refused");
    CHECK(changed<Timestamp, milliseconds>("") == "");
    CHECK(changed<sys_seconds, local_seconds>("(5)") == "refused");
    CHECK(changed<std::optional<Timestamp>, std::optional<milliseconds>>("(NULL)") == "NULL");
    // A number of no unit is what the declaration says it is, and from then on it is known.
    CHECK(changed<std::int64_t, Timestamp>("(5)") == "5");
    CHECK(changed<Timestamp, std::int64_t>("(5)") == "5");
}

TEST_CASE("enums that are stored as numbers are compared by their names")
{
    CHECK(changed<Old, New>("(0), (1), (2)") == "2,1,0");
    CHECK(changed<Old, Longer>("(0), (2)") == "0,2");
    CHECK(changed<Old, Renamed>("(0), (1)") == "0,1");
    CHECK(changed<Old, Shorter>("(0), (2)") == "0,1");
    CHECK(changed<Old, Shorter>("(0), (1)") == "refused");
    CHECK(changed<Old, seconds>("(0), (1)") == "refused");
}

TEST_CASE("a narrowed number is checked against the rows")
{
    CHECK(changed<std::int64_t, std::int16_t>("(32767), (-32768)") == "32767,-32768");
    CHECK(changed<std::int64_t, std::int16_t>("(100000)") == "refused");
    CHECK(changed<std::int64_t, std::uint32_t>("(-1)") == "refused");
    CHECK(changed<std::int64_t, std::uint64_t>("(-1)") == "refused");
    CHECK(changed<std::int16_t, std::int64_t>("(5)") == "5");
    CHECK(changed<std::int16_t, std::uint16_t>("(5)") == "5");
    CHECK(changed<std::int16_t, std::uint16_t>("(-5)") == "refused");
    CHECK(changed<std::string, std::int16_t>("('70000')") == "refused");
    CHECK(changed<std::string, std::int16_t>("('700')") == "700");
    CHECK(changed<double, std::int8_t>("(3.0)") == "3");
    CHECK(changed<double, std::int8_t>("(300.0)") == "refused");
    CHECK(changed<double, float>("(0.5), (-16777216), (9e999)") == "0.5,-16777216.0,Inf");
    CHECK(changed<double, float>("(0.1)") == "refused");
    CHECK(changed<double, float>("(1e300)") == "refused");
    CHECK(changed<float, double>("(0.5)") == "0.5");
    CHECK(changed<std::int64_t, float>("(16777217)") == "refused");
    CHECK(changed<seconds, duration<std::int16_t>>("(40000)") == "refused");
    CHECK(changed<duration<std::int16_t>, duration<std::int16_t, std::milli>>("(40)") == "refused");
}

TEST_CASE("what numbers mean is kept when a column is added, and known in a chain of declarations")
{
    struct Bare {
        Id<Bare> id{};
    };
    struct Timed {
        Id<Timed> id{};
        std::optional<Timestamp> value{};
    };
    struct Coarse {
        Id<Coarse> id{};
        std::optional<sys_seconds> value{};
        std::optional<std::int32_t> more{};
    };
    struct First : Schema<Table<"row", Bare>> {};
    struct Second : Schema<Table<"row", Timed>> {};
    struct Third : Schema<Table<"row", Coarse>> {};
    Connection db = must(Connection::open_memory());
    must(ensure_schema(db, schema_info<First>()));
    CHECK(must(ensure_schema(db, schema_info<Second>())).done ==
          std::vector<std::string>{"add column row.value"});
    must(db.execute("INSERT INTO row(value) VALUES (3000)"));
    must(ensure_schema(db, schema_info<Third>()));
    CHECK(must(db.query_integer("SELECT value FROM row")) == 3);
    // The second would read seconds as milliseconds.
    auto older = ensure_schema(db, schema_info<Second>());
    REQUIRE_FALSE(older);
    CHECK(older.error() == errc::newer_schema);
    CHECK_THAT(std::string(older.error().message()), ContainsSubstring("time in 1 s"));
}
