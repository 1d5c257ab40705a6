// docs/types.md
#include "docs/database.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/enum_names.hpp>
#include <tenantry/core/timestamp.hpp>

using namespace tenantry;

namespace {

// [row]
enum class Status { pending, running, done };
enum class Level { low, middle, high };

struct Job {
    Id<Job> id{};                           // INTEGER, the primary key
    std::string module{};                   // TEXT NOT NULL
    std::optional<std::string> note{};      // TEXT
    Status status{};                        // TEXT, CHECK (status = 'pending' OR status = 'running' ...)
    Level level{};                          // INTEGER, CHECK (level = 0 OR ...): see below
    bool urgent{};                          // INTEGER, CHECK (urgent IN (0, 1))
    std::int16_t tries{};                   // INTEGER; read only if an int16_t can hold it
    double score{};                         // REAL
    Timestamp created_at{};                 // INTEGER, milliseconds since 1970
    std::chrono::seconds patience{};        // INTEGER, seconds
    std::filesystem::path file{};           // TEXT
    std::array<std::byte, 4> fingerprint{}; // BLOB, CHECK (length(fingerprint) = 4)
    std::vector<std::byte> payload{};       // BLOB

    std::optional<std::chrono::year_month_day> due{}; // INTEGER, days since 1970
};
// [/row]

} // namespace

// [enum-storage]
template <>
inline constexpr EnumStorage tenantry::enum_storage<Level> = EnumStorage::integer;
// [/enum-storage]

// [codec]
struct Celsius {
    double degrees = 0;
};

template <>
struct tenantry::sqlite::Codec<Celsius> {
    static constexpr Storage storage = Storage::real;

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
// [/codec]

namespace {

struct Reading {
    Id<Reading> id{};
    Celsius outside{};
};

} // namespace

// [json]
#include <tenantry/sqlite/codec_json.hpp>

struct Message {
    Id<Message> id{};
    boost::json::value body{}; // TEXT NOT NULL
};
// [/json]

namespace {

// [fields]
// "id=7 name=ann", for a log: what can be printed of any row.
template <class Row>
std::string line_of(const Row& row)
{
    std::ostringstream line;
    for_each_field(row, [&](const auto& field, auto place) {
        constexpr std::string_view name = field_name<Row, decltype(place)::value>;
        if constexpr (requires { line << field; }) {
            line << name << '=' << field << ' ';
        } else if constexpr (requires { line << field.value(); }) { // an id, an optional
            if (field.has_value()) line << name << '=' << field.value() << ' ';
        }
    });
    return line.str();
}
// [/fields]

struct Plant : Schema<Table<"job", Job>, Table<"reading", Reading>, Table<"message", Message>> {};

} // namespace

TEST_CASE("a row of many types is kept")
{
    docs::Database<Plant> tx;
    Job job;
    job.module = "mail";
    job.level = Level::high;
    job.patience = std::chrono::seconds(90);
    job.payload = {std::byte{1}, std::byte{2}};
    job.due = std::chrono::year(2024) / 5 / 1;
    job.file = "/var/spool/1";
    REQUIRE(tx.write(insert(job)));
    const auto kept = tx.read(one(select<Job>()));
    REQUIRE(kept);
    CHECK(kept->level == Level::high);
    CHECK(kept->patience == std::chrono::seconds(90));
    CHECK(kept->payload == job.payload);
    CHECK((kept->due == job.due));
    CHECK(kept->file == job.file);
    CHECK(test::must(tx.connection().query_integer("SELECT level FROM job")) == 2);
}

TEST_CASE("a type of one's own is compared and bound as any other")
{
    docs::Database<Plant> tx;
    REQUIRE(tx.write(insert(Reading{.id = {}, .outside = {21.5}})));
    // [own-type]
    auto warm = tx.read(select<Reading>().where(col<&Reading::outside> > Celsius{20}));
    // [/own-type]
    REQUIRE(warm);
    CHECK(warm->size() == 1);
}

TEST_CASE("JSON is written, asked and read")
{
    docs::Database<Plant> tx;
    // [json-use]
    auto sent = tx.write(insert(Message{.id = {}, .body = {{"to", "ann"}, {"tries", 2}}}));
    auto tries = tx.read(one(select(json_extract<int>(col<&Message::body>, "$.tries"))));
    auto body = tx.read(one(select(col<&Message::body>)));
    // [/json-use]
    REQUIRE((sent && tries && body));
    CHECK(*tries == 2);
    CHECK(body->at("to").as_string() == "ann");
}

TEST_CASE("what does not fit names its place")
{
    docs::Database<Plant> tx;
    REQUIRE(tx.write(insert(Job{})));
    test::must(tx.connection().execute("UPDATE job SET tries = 40000"));
    const auto misfit = tx.read(one(select<Job>()));
    REQUIRE_FALSE(misfit);
    CHECK(misfit.error() == errc::value_misfit);
    CHECK(
        std::string(misfit.error().message()) ==
        "column 'tries' of table 'job', row 1: expected INTEGER, found INTEGER: a number that the type cannot "
        "hold");
}

TEST_CASE("a program has the names of enumerators and fields")
{
    std::vector<Status> choices;
    std::string header;
    // [enum-names]
    std::string_view shown = enum_name(Status::done);            // "done"; of a value without a name ""
    std::optional<Status> given = enum_value<Status>("running"); // nothing where no enumerator is called so
    for (const Status each : enum_values<Status>) choices.push_back(each); // all of them, by their numbers
    for (const std::string_view name : enum_names<Status>) header.append(name) += ' ';
    // [/enum-names]
    CHECK(shown == "done");
    CHECK((given == Status::running));
    CHECK(choices == std::vector{Status::pending, Status::running, Status::done});
    CHECK(header == "pending running done ");
    CHECK(enum_value<Status>("Running") == std::nullopt);

    docs::Database<Plant> tx;
    Job job;
    job.module = "mail";
    REQUIRE(tx.write(insert(job)));
    const Job kept = plain(test::must(tx.read(one(select<Job>()))));
    CHECK_THAT(line_of(kept), ContainsSubstring("id=1 module=mail "));
}
