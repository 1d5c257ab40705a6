// Everything that can be declared, changed in a second release: brought there by itself and by a history.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/migrate/compare.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/migrate/next_revision.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/autoincrement.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/collate.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/foreign_key.hpp>
#include <tenantry/schema/generated.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/without_rowid.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using test::must;

namespace declared_migration {

namespace first {

struct Line {
    std::string name{};
    std::int64_t number{};
};
struct Stop {
    Id<Stop> id{};
    std::string line{};
    std::int64_t number{};
    std::string label{};
};
struct StopText {
    Id<Stop> stop{};
    std::string label{};
};
struct Count {
    std::string line{};
    std::int64_t stops{};
};
inline constexpr auto labelled = col<&Stop::label> != "";
inline constexpr auto counts = select(col<&Stop::line>, count().as("stops"_n)).group_by(col<&Stop::line>);
inline constexpr auto is_first = col<&Stop::number> == 1;
struct Net
    : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>>,
             Table<"stop", Stop, Check<"labelled", labelled>, Index<"firsts", &Stop::line, Where<is_first>>,
                   ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>>>,
             View<"count", Count, counts>, FullText<"stop_text", StopText, ContentOf<Stop>>> {};

} // namespace first

namespace second {

struct Line {
    std::string name{};
    std::int64_t number{};
    std::string title{};
};
struct Stop {
    Id<Stop> id{};
    std::string line{};
    std::int64_t number{};
    std::string label{};
    std::string full{};
};
struct StopText {
    Id<Stop> stop{};
    std::string label{};
    std::string line{};
};
struct Count {
    std::string line{};
    std::int64_t stops{};
};
inline constexpr auto labelled = length(col<&Stop::label>) > 1;
inline constexpr auto full = concat(col<&Stop::line>, " ", col<&Stop::label>);
inline constexpr auto counts =
    select(col<&Stop::line>, count().as("stops"_n)).where(col<&Stop::number> > 0).group_by(col<&Stop::line>);
inline constexpr auto is_second = col<&Stop::number> == 2;
inline constexpr auto renumbered = new_<&Stop::number> != old_<&Stop::number>;
struct Net
    : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>, WithoutRowid,
                   Default<&Line::title, "?">, Collate<&Line::title, "nocase">>,
             Table<"stop", Stop, Autoincrement, Check<"labelled", labelled>,
                   Generated<&Stop::full, full, Stored>, Index<"firsts", &Stop::line, Where<is_second>>,
                   ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>,
                              WhenRemoved<Action::cascade>, InitiallyDeferred>>,
             View<"count", Count, counts>,
             FullText<"stop_text", StopText, ContentOf<Stop>, Tokenize<"porter">>,
             Trigger<"stays", BeforeUpdate<Stop>, When<renumbered>, Refuse<"a stop keeps its number">>> {};

} // namespace second

} // namespace declared_migration

using namespace declared_migration;

namespace {

sqlite::Connection memory()
{
    sqlite::Profile profile;
    profile.trusted_schema = true; // as a fleet with full-text triggers has it
    return must(sqlite::Connection::open_memory(profile));
}

} // namespace

TEST_CASE("a release that changes everything keeps the rows")
{
    auto db = memory();
    must(ensure_schema(db, schema_info<first::Net>()));
    must(db.execute("INSERT INTO line VALUES ('u', 1), ('u', 2);"
                    "INSERT INTO stop VALUES (5, 'u', 1, 'the parks'), (9, 'u', 2, 'a tower')"));
    const Migrated migrated = must(ensure_schema(db, schema_info<second::Net>()));
    CHECK(migrated.tolerated.empty());
    CHECK(must(compare(db, schema_info<second::Net>())).same());
    CHECK(must(db.query_integer("SELECT count(*) FROM line WHERE title = '?'")) == 2);
    CHECK(must(db.query_integer("SELECT id FROM stop WHERE \"full\" = 'u the parks'")) == 5);
    // Stemmed now, and of both columns.
    const auto found = must(execute<second::Net>(
        db, select<second::StopText>().where(match<second::StopText>("park AND line : u"))));
    REQUIRE(found.size() == 1);
    CHECK(found[0].stop.value() == 5);
    CHECK_FALSE(db.execute("UPDATE stop SET number = 2 WHERE id = 5"));
    CHECK(must(ensure_schema(db, schema_info<second::Net>())).was_current);
}

TEST_CASE("a history is written for it, and leads to the same")
{
    const Draft one = must(next_revision<first::Net>(history(), "begin"));
    const History begun = history(revision(1, "begin", one.to_sql()));
    CHECK(must(history_difference<first::Net>(begun)).empty());
    const Draft two = must(next_revision<second::Net>(begun, "second"));
    CHECK_FALSE(two.empty());
    const History all = history(revision(1, "begin", one.to_sql()), revision(2, "second", two.to_sql()));
    CHECK(must(history_difference<second::Net>(all)).empty());
}
