// Rows as JSON and back.
#include <tenantry/json.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/opened_tenant.hpp"

using namespace tenantry;
using test::must;

namespace {

enum class State { open, closed, gone };

struct Celsius {
    double degrees = 0;
    friend bool operator==(const Celsius&, const Celsius&) = default;
};

struct User {
    Id<User> id{};
    std::string name{};
};
struct Ticket {
    Id<Ticket> id{};
    Id<User> reporter{};
    std::optional<Id<User>> assignee{};
    std::string title{};
    State state{};
    std::optional<std::string> note{};
};
struct Sample {
    Id<Sample> id{};
    std::string text{};
    bool flag{};
    std::int8_t small{};
    std::int64_t large{};
    std::uint32_t natural{};
    double real{};
    float single{};
    State state{};
    Timestamp at{};
    std::chrono::sys_time<std::chrono::nanoseconds> exact{};
    std::chrono::local_seconds local{};
    std::chrono::sys_days day{};
    std::chrono::year_month_day date{};
    std::chrono::minutes duration{};
    std::filesystem::path file{};
    std::vector<std::byte> bytes{};
    std::array<std::byte, 3> three{};
    std::optional<std::int64_t> maybe{};
    Celsius outside{};
};

struct Total {
    std::string name{};
    std::int64_t tickets{};
    std::optional<double> mean{};
};

struct Preferences {
    std::optional<int> page_size{50};
    std::optional<int> columns{};
};

} // namespace

template <>
struct tenantry::JsonForm<Celsius> {
    static constexpr std::string_view expected = "a temperature";
    static boost::json::value write(const Celsius& value) { return {{"celsius", value.degrees}}; }
    static bool read(const boost::json::value& from, Celsius& out)
    {
        const auto* object = from.if_object();
        const auto* degrees = object == nullptr ? nullptr : object->if_contains("celsius");
        if (degrees == nullptr || !degrees->is_number()) return false;
        out.degrees = degrees->to_number<double>();
        return true;
    }
};
template <>
struct tenantry::sqlite::Codec<Celsius> : tenantry::sqlite::Codec<double> {
    template <ParameterBinder B>
    static void bind(B& to, int index, const Celsius& value)
    {
        Codec<double>::bind(to, index, value.degrees);
    }
    template <RowReader R>
    static Misfit read(R& from, int column, Celsius& out)
    {
        return Codec<double>::read(from, column, out.degrees);
    }
};

namespace {

struct Desk : Schema<Table<"user", User>, Table<"ticket", Ticket>, Table<"sample", Sample>> {};

using TicketPatch = Patch<&Ticket::title, &Ticket::state, &Ticket::assignee, &Ticket::note>;

template <class T>
std::string text_of(const Result<T>& json)
{
    return boost::json::serialize(must(json));
}

template <class T, class In>
std::string refused(const In& in, const JsonOptions& options = {})
{
    const auto read = from_json<T>(in, options);
    if (read) return "it was read";
    CHECK(read.error() == errc::invalid_json);
    return std::string(read.error().message());
}

template <class Row>
bool same(const Row& a, const Row& b)
{
    bool all = true;
    for_each_field(a, [&]<std::size_t I>(const auto& field, std::integral_constant<std::size_t, I>) {
        all = all && field == get_field<I>(b);
    });
    return all;
}

class RandomRows {
public:
    explicit RandomRows(unsigned seed) : random_(seed) {}

    std::uint64_t bits() { return random_(); }
    std::int64_t between(std::int64_t least, std::int64_t most)
    {
        return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
    }
    std::string text()
    {
        // Characters of one to four bytes, of both ends of each.
        constexpr std::array<std::string_view, 12> characters{std::string_view("\0", 1),
                                                              "\"",
                                                              "\\",
                                                              "\x1f",
                                                              "~",
                                                              "\xC2\x80",
                                                              "\xDF\xBF",
                                                              "\xE0\xA0\x80",
                                                              "\xED\x9F\xBF",
                                                              "\xEF\xBF\xBF",
                                                              "\xF0\x90\x80\x80",
                                                              "\xF4\x8F\xBF\xBF"};
        std::string made;
        for (auto n = between(0, 8); n > 0; --n) made += characters[bits() % characters.size()];
        return made;
    }
    double real()
    {
        for (;;)
            if (const double made = std::bit_cast<double>(bits()); std::isfinite(made)) return made;
    }
    float single()
    {
        for (;;)
            if (const float made = std::bit_cast<float>(static_cast<std::uint32_t>(bits()));
                std::isfinite(made))
                return made;
    }
    Sample sample()
    {
        Sample row;
        row.text = text();
        row.flag = bits() % 2 == 0;
        row.small = static_cast<std::int8_t>(bits());
        row.large = static_cast<std::int64_t>(bits()) >> (bits() % 64);
        row.natural = static_cast<std::uint32_t>(bits());
        row.real = real();
        row.single = single();
        row.state = static_cast<State>(bits() % 3);
        constexpr std::int64_t first = detail::first_iso_day * 86'400;
        constexpr std::int64_t last = detail::last_iso_day * 86'400 + 86'399;
        row.at = Timestamp(std::chrono::milliseconds(between(first * 1000, last * 1000 + 999)));
        row.exact =
            decltype(row.exact)(std::chrono::nanoseconds(between(INT64_MIN + 1'000'000'000, INT64_MAX)));
        row.local = std::chrono::local_seconds(std::chrono::seconds(between(first, last)));
        row.day =
            std::chrono::sys_days(std::chrono::days(between(detail::first_iso_day, detail::last_iso_day)));
        row.date =
            std::chrono::sys_days(std::chrono::days(between(detail::first_iso_day, detail::last_iso_day)));
        row.duration = std::chrono::minutes(between(-1'000'000, 1'000'000));
        row.file = text();
        for (auto n = between(0, 7); n > 0; --n) row.bytes.push_back(static_cast<std::byte>(bits()));
        for (std::byte& byte : row.three) byte = static_cast<std::byte>(bits());
        if (bits() % 2 == 0) row.maybe = static_cast<std::int64_t>(bits());
        row.outside.degrees = static_cast<double>(between(-100, 100)) / 8;
        return row;
    }

private:
    std::mt19937_64 random_;
};

} // namespace

TEST_CASE("random rows come back as they were, through texts, in every choice of options")
{
    test::OpenedOf<Desk> desk;
    RandomRows random(20240501);
    std::vector<Sample> rows;
    for (std::int64_t i = 1; i <= 200; ++i) {
        Sample row = random.sample();
        row.id = key_for<Sample>(desk.db, i);
        rows.push_back(std::move(row));
    }
    for (const JsonOptions options :
         {JsonOptions{}, JsonOptions{.leave_out_null = true, .ids = JsonIds::external},
          JsonOptions{.big_integers_as_text = false, .ignore_unknown = true}}) {
        const std::string text = text_of(to_json(rows, options));
        const auto again = must(from_json<std::vector<Sample>>(desk.db, text, options));
        REQUIRE(again.size() == rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) CHECK(same(again[i], rows[i]));
        CHECK(text_of(to_json(again, options)) == text);
        // Boost's own reader takes the same text.
        const auto value = boost::json::parse(text);
        CHECK(value.as_array().size() == rows.size());
    }
}

TEST_CASE("each kind of value has its form")
{
    Sample row;
    row.text = "a \"b\"";
    row.small = -5;
    row.large = 9007199254740991;
    row.real = 0.1;
    row.single = 0.5F;
    row.state = State::closed;
    row.at = Timestamp(std::chrono::milliseconds(1'714'566'600'250));
    row.exact = decltype(row.exact)(std::chrono::nanoseconds(-1));
    row.local = std::chrono::local_seconds(std::chrono::seconds(59));
    row.day = std::chrono::sys_days(std::chrono::days(-1));
    row.date = std::chrono::year(2024) / 2 / 29;
    row.duration = std::chrono::minutes(90);
    row.file = "/var/x";
    row.bytes = {std::byte{0xfb}, std::byte{0xff}};
    CHECK(
        text_of(to_json(row)) ==
        R"({"id":null,"text":"a \"b\"","flag":false,"small":-5,"large":9007199254740991,"natural":0,"real":1E-1,)"
        R"("single":5E-1,"state":"closed","at":"2024-05-01T12:30:00.250Z","exact":"1969-12-31T23:59:59.999999999Z",)"
        R"("local":"1970-01-01T00:00:59","day":"1969-12-31","date":"2024-02-29","duration":90,"file":"/var/x",)"
        R"("bytes":"+/8=","three":"AAAA","maybe":null,"outside":{"celsius":0E0}})");
    row.large = 9007199254740992;
    CHECK(must(to_json(row)).at("large") == "9007199254740992");
    CHECK(must(to_json(row, {.big_integers_as_text = false})).at("large") == 9007199254740992);
    CHECK_FALSE(must(to_json(row, {.leave_out_null = true})).as_object().contains("maybe"));
    CHECK(must(to_json(std::optional<int>())).is_null());
    CHECK(must(to_json(std::string_view("x"))) == "x");
}

TEST_CASE("results of joins, tuples and aggregates; ids of a tenant")
{
    test::OpenedOf<Desk> desk;
    auto& db = desk.db;
    const User ann{.id = {}, .name = "ann"};
    const auto ann_key = must(db.write(insert(ann)));
    const Ticket made{
        .id = {}, .reporter = ann_key, .assignee = {}, .title = "broken", .state = {}, .note = {}};
    const auto key = must(db.write(insert(made)));

    const auto record = must(db.read(one(select<Ticket>())));
    CHECK(text_of(to_json(record)) ==
          R"({"id":1,"reporter":1,"assignee":null,"title":"broken","state":"open","note":null})");
    const auto external = must(to_json(record, {.ids = JsonIds::external}));
    CHECK(external.at("id") == boost::json::string_view(external_id(key)));
    CHECK(external.at("reporter") == boost::json::string_view(external_id(ann_key)));

    const auto joined = must(db.read(select(row<Ticket>, row<User>, col<&User::id>)
                                         .join(table<User>, col<&Ticket::reporter> == col<&User::id>)));
    CHECK(
        text_of(to_json(joined)) ==
        R"([[{"id":1,"reporter":1,"assignee":null,"title":"broken","state":"open","note":null},{"id":1,"name":"ann"},1]])");
    CHECK(
        text_of(to_json(joined, parts("ticket"_n, "by"_n, "key"_n), {.leave_out_null = true})) ==
        R"([{"ticket":{"id":1,"reporter":1,"title":"broken","state":"open"},"by":{"id":1,"name":"ann"},"key":1}])");
    const auto nobody = must(db.read(
        select(row<User>, row<Ticket>).left_join(table<Ticket>, col<&Ticket::assignee> == col<&User::id>)));
    CHECK(text_of(to_json(nobody)) == R"([[{"id":1,"name":"ann"},null]])");
    const auto totals = must(db.read(
        select(col<&User::name>, count().as("tickets"_n), avg(length(col<&Ticket::title>)).as("mean"_n))
            .from(table<Ticket>)
            .join(table<User>, col<&Ticket::reporter> == col<&User::id>)
            .group_by(col<&User::name>)
            .into(table<Total>)));
    CHECK(text_of(to_json(totals)) == R"([{"name":"ann","tickets":1,"mean":6E0}])");

    // And back: the ids are the tenant's.
    const auto again = must(from_json<Ticket>(db, must(to_json(record))));
    CHECK(again.id == key.id());
    CHECK(again.reporter == ann_key.id());
    CHECK(must(db.write(update(again))) == 1);
    const auto from_external = must(from_json<Ticket>(db, external, {.ids = JsonIds::external}));
    CHECK(from_external.reporter == ann_key.id());

    test::OpenedOf<Desk> other("other");
    const auto strange = from_json<Ticket>(other.db, external, {.ids = JsonIds::external});
    REQUIRE_FALSE(strange);
    CHECK(strange.error() == errc::wrong_tenant);
    CHECK(strange.error().message().substr(0, 4) == "id: ");
    CHECK(must(other.db.read(select<Ticket>())).empty());
    CHECK(from_json<Ticket>(db, must(to_json(record)), {.ids = JsonIds::external}).error() ==
          errc::invalid_json);
    // A row of another tenant, by whatever way, is refused where it is written.
    CHECK(other.db.write(update(again)).error() == errc::wrong_tenant);
}

TEST_CASE("a patch is of the fields that were there, and of no others")
{
    test::OpenedOf<Desk> desk;
    auto& db = desk.db;
    const User ann{.id = {}, .name = "ann"};
    const auto ann_key = must(db.write(insert(ann)));
    const Ticket made{
        .id = {}, .reporter = ann_key, .assignee = ann_key, .title = "broken", .state = {}, .note = "n"};
    const auto key = must(db.write(insert(made)));

    const auto patch = must(from_json<TicketPatch>(db, R"({"state": "closed", "assignee": null})"));
    CHECK(patch[col<&Ticket::state>] == State::closed);
    CHECK(patch[col<&Ticket::assignee>].has_value());
    CHECK_FALSE(patch[col<&Ticket::title>]);
    CHECK(text_of(to_json(patch)) == R"({"state":"closed","assignee":null})");
    auto changed = must(db.write(one(update<Ticket>(key).set(patch).returning())));
    CHECK(changed.state == State::closed);
    CHECK_FALSE(changed.assignee);
    CHECK(changed.title == "broken");
    CHECK(changed.note == "n");

    // Beside assignments of the program's own, owned by the statement.
    auto statement = own(update<Ticket>(key).set(
        must(from_json<TicketPatch>(db, R"({"title":"a title that is long enough"})")),
        col<&Ticket::reporter> = ann_key));
    CHECK(must(db.write(statement)) == 1);
    CHECK(must(db.read(one(select<Ticket>()))).title == "a title that is long enough");

    const auto nothing = must(from_json<TicketPatch>(db, "{}"));
    CHECK(nothing.empty());
    CHECK(must(db.write(update<Ticket>(key).set(nothing))) == 1);

    Ticket row = must(db.read(one(select<Ticket>())));
    must(from_json<TicketPatch>(db, R"({"note":null,"assignee":1})")).apply_to(row);
    CHECK_FALSE(row.note);
    CHECK(row.assignee == ann_key.id());
    CHECK(must(db.write(update(row))) == 1);

    const auto id = from_json<TicketPatch>(db, R"({"id": 7})");
    CHECK(id.error() == errc::invalid_json);
    CHECK(id.error().message() ==
          "id: is not among the fields that can be changed: 'title', 'state', 'assignee', 'note'");
    CHECK(from_json<TicketPatch>(db, R"({"state": null})").error().message() ==
          "state: expected one of 'open', 'closed', 'gone', found null");

    // The ids in it are a tenant's.
    test::OpenedOf<Desk> other("other");
    const auto strange = must(from_json<TicketPatch>(other.db, R"({"assignee": 1})"));
    CHECK(db.write(update<Ticket>(key).set(strange)).error() == errc::wrong_tenant);
}

TEST_CASE("errors name the field, what was expected, and what came")
{
    CHECK(refused<Total>(R"({"name": "a"})") == "tickets: is missing: expected an integer");
    CHECK(refused<Total>(R"({"name": 3, "tickets": 1})") == "name: expected a text, found 3");
    CHECK(refused<std::vector<Total>>(R"([{"name": "a", "tickets": 1}, {"name": "b", "tickets": 1.5}])") ==
          "[1].tickets: expected an integer, found 1.5E0");
    CHECK(refused<Total>(R"({"name": "a", "tickets": 1, "size": 2})") == "size: there is no such field");
    CHECK(refused<Total>("[]") == "expected an object, found an array");
    CHECK(refused<Total>(R"({"name": "a", "tickets": 1, "mean": "x"})") ==
          R"(mean: expected a number, found "x")");
    CHECK(refused<User>(R"({"id": 1, "name": "a"})") ==
          "id: expected nothing: an id belongs to a tenant, and this is read for none");
    CHECK(refused<std::int8_t>("128") == "expected an integer from -128 to 127, found 128");
    CHECK(refused<Timestamp>(R"("yesterday")") ==
          R"(expected a time such as 2024-05-01T12:30:00.250Z, found "yesterday")");
    CHECK(refused<std::string>(std::string(200, '1')).size() < 90);

    // What need not be there, and what may be too much.
    CHECK(must(from_json<Total>(R"({"name": "a", "tickets": 1})")).tickets == 1);
    CHECK(must(from_json<User>(R"({"name": "a", "id": null})")).name == "a");
    CHECK(must(from_json<Total>(R"({"size": 2})", {.ignore_unknown = true, .keep_defaults = true}))
              .name.empty());
}

TEST_CASE("null and what is not there are the same, whatever a new row has")
{
    CHECK_FALSE(must(from_json<Preferences>(R"({"page_size": null})")).page_size);
    CHECK_FALSE(must(from_json<Preferences>("{}")).page_size);
    CHECK(text_of(to_json(Preferences{.page_size = {}}, {.leave_out_null = true})) == "{}");
    // Where it keeps what a new row has, null has to be said.
    constexpr JsonOptions defaults{.leave_out_null = true, .keep_defaults = true};
    CHECK(must(from_json<Preferences>("{}", defaults)).page_size == 50);
    CHECK(text_of(to_json(Preferences{.page_size = {}}, defaults)) == R"({"page_size":null})");
    CHECK_FALSE(must(from_json<Preferences>(R"({"page_size":null})", defaults)).page_size);
}

TEST_CASE("messages that show a text have whole characters of it")
{
    const std::string cut = std::string(99, 'x') + "\xC3\xA4";
    CHECK(parse_json("{\"" + cut + "\":1,\"" + cut + "\":2}").error().message() ==
          "the member '" + std::string(99, 'x') + "' is there twice");
}

TEST_CASE("texts that are no JSON, or twice")
{
    for (const char* text : {"", "{", "{}{}", "[1,]", "nul", "'a'", "\"\xff\"",
                             "{\"a\":1,\"b\":{\"a\":1,\"a\":2}}", "1e999", "-", "[1 2]", "\"\\ud800\""}) {
        const auto value = parse_json(text);
        REQUIRE_FALSE(value);
        CHECK(value.error() == errc::invalid_json);
    }
    CHECK(parse_json(R"({"a":1,"b":2,"a":3})").error().message() == "the member 'a' is there twice");
    CHECK(parse_json(std::string(100, '[')).error() == errc::invalid_json);
    CHECK(must(parse_json(R"([{"a":1},{"a":1,"b":{"a":2}}])")) ==
          boost::json::parse(R"([{"a":1},{"a":1,"b":{"a":2}}])"));
    CHECK(must(parse_json(R"("\u00e4\ud83d\ude00")")) == "\xC3\xA4\xF0\x9F\x98\x80");
    CHECK(must(parse_json(" 18446744073709551615 ")) == UINT64_MAX);
}

TEST_CASE("numbers are taken if they are exact")
{
    CHECK(must(from_json<std::int64_t>("42.0")) == 42);
    CHECK(must(from_json<std::int64_t>("-1e3")) == -1000);
    CHECK(must(from_json<std::int64_t>("9223372036854775807")) == INT64_MAX);
    CHECK(must(from_json<std::int64_t>(R"("-9223372036854775808")")) == INT64_MIN);
    CHECK(must(from_json<double>("3")) == 3.0);
    for (const char* text :
         {"9223372036854775808", "1e17", R"("42")", R"("9007199254740991")", R"("+9223372036854775807")",
          R"(" 9223372036854775807")", R"("9223372036854775808")", "true", "0.5"})
        CHECK(refused<std::int64_t>(text).substr(0, 20) == "expected an integer,");
    CHECK(must(from_json<double>("18446744073709551615")) ==
          18446744073709551616.0); // the nearest, as of 0.1
    CHECK(refused<double>("null").substr(0, 17) == "expected a number");
    CHECK(refused<float>("1e300").substr(0, 17) == "expected a number");
    RandomRows random(7);
    for (int i = 0; i < 2000; ++i) {
        const double value = random.real();
        std::array<char, 40> text{};
        const int size = std::snprintf(text.data(), text.size(), "%.17g", value);
        CHECK(must(from_json<double>(std::string_view(text.data(), static_cast<std::size_t>(size)))) ==
              value);
    }
}

TEST_CASE("times with offsets are the same moment, and nothing finer is cut off")
{
    const auto time = [](const char* text) { return must(from_json<Timestamp>(boost::json::value(text))); };
    CHECK(time("2024-05-01T12:30:00Z") == time("2024-05-01T14:30:00.000+02:00"));
    CHECK(time("2024-05-01T00:00:00+00:30") == time("2024-04-30T23:30:00.0000000000000Z"));
    CHECK(time("2024-12-31T23:30:00-01:00") == time("2025-01-01t00:30:00z"));
    for (const char* text :
         {"2024-05-01T12:30:00.2505Z", "2024-05-01T12:30:00", "2024-05-01", "2024-05-01 12:30:00Z",
          "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-05-01T24:00:00Z", "2024-05-01T12:60:00Z",
          "2024-05-01T12:30:60Z", "2024-05-01T12:30:00.Z", "2024-05-01T12:30:00+2:00",
          "2024-05-01T12:30:00+24:00", "2024-05-01T12:30:00Zx", "02024-05-01T12:30:00Z",
          "-024-05-01T12:30:00Z", "2024-5-01T12:30:00Z", "0000-01-01T00:00:00+00:01",
          "9999-12-31T23:59:59-00:01", ""})
        CHECK(refused<Timestamp>(boost::json::value(text)).substr(0, 15) == "expected a time");
    CHECK(refused<std::chrono::local_seconds>(boost::json::value("2024-05-01T12:30:00Z")).substr(0, 15) ==
          "expected a time");
    CHECK(refused<std::chrono::year_month_day>(boost::json::value("2023-02-29")).substr(0, 15) ==
          "expected a date");
    using Nano = std::chrono::sys_time<std::chrono::nanoseconds>;
    CHECK(refused<Nano>(boost::json::value("2300-01-01T00:00:00Z")).substr(0, 15) == "expected a time");
}

TEST_CASE("what JSON does not have is an error that names the place")
{
    Sample row;
    row.date = std::chrono::year(2024) / 1 / 1;
    const Sample sound = row;
    row.text = "ab\xC3";
    const auto text = to_json(std::vector<Sample>{sound, row});
    REQUIRE_FALSE(text);
    CHECK(text.error() == errc::value_misfit);
    CHECK(text.error().message() == "no JSON: [1].text: a text that is not UTF-8, from byte 2 on");
    for (const char* other : {"\xff", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE0\x9F\xBF",
                              "\xF0\x8F\xBF\xBF", "\x80", "\xE2\x82", "\xF5\x80\x80\x80"})
        CHECK_FALSE(to_json(std::string(other)));
    row.text.clear();
    row.real = std::numeric_limits<double>::infinity();
    CHECK(to_json(row).error().message() ==
          "no JSON: real: a number that JSON does not have: infinite, or none");
    row.real = 0;
    row.at = Timestamp(std::chrono::milliseconds(std::numeric_limits<std::int64_t>::max()));
    CHECK(to_json(row).error().message() == "no JSON: at: a time that is not of the years 0000 to 9999");
    CHECK(to_json(Sample{}).error().message() == "no JSON: date: a date that is not in the calendar");
    CHECK(to_json(static_cast<State>(9)).error() == errc::value_misfit);
}
