#include <tenantry/schema/check.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/expr/expr.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::is_refused;

namespace check_tests {

enum class Kind { small, large };

struct Job {
    Id<Job> id{};
    std::string module{};
    std::optional<std::string> note{};
    Kind kind{};
    bool urgent{};
    std::int64_t cost{};
    double share{};
    Timestamp at{};
};

inline constexpr auto positive = col<&Job::cost> >= 0;
inline constexpr auto proper =
    col<&Job::module> != std::string_view("it's") && is_not_null(col<&Job::module>);
inline constexpr auto consistent =
    (col<&Job::kind> == Kind::large || col<&Job::cost> < 1000) && col<&Job::share> <= 0.25;
inline constexpr auto recent = col<&Job::at> > Timestamp(std::chrono::milliseconds(-5)) && !col<&Job::urgent>;

struct Slot : Schema<Table<"queue", Job, Check<"cost_positive", positive>, Check<"a \"proper\" one", proper>,
                           Check<"consistent", consistent>, Check<"recent", recent>>> {};

} // namespace check_tests

using check_tests::Slot;

TEST_CASE("a check is a named constraint with its values as literals")
{
    CHECK(test::sql_of<Slot>("queue") == R"(CREATE TABLE "queue" (
    "id" INTEGER PRIMARY KEY,
    "module" TEXT NOT NULL,
    "note" TEXT,
    "kind" TEXT NOT NULL CHECK ("kind" = 'small' OR "kind" = 'large'),
    "urgent" INTEGER NOT NULL CHECK ("urgent" IN (0, 1)),
    "cost" INTEGER NOT NULL,
    "share" REAL NOT NULL,
    "at" INTEGER /* tenantry: time in 1/1000 s */ NOT NULL,
    CONSTRAINT "cost_positive" CHECK ("cost" >= 0),
    CONSTRAINT "a ""proper"" one" CHECK ("module" <> 'it''s' AND "module" IS NOT NULL),
    CONSTRAINT "consistent" CHECK (("kind" = 'large' OR "cost" < 1000) AND "share" <= 0.25),
    CONSTRAINT "recent" CHECK ("at" > -5 AND NOT "urgent")
) STRICT)");
}

TEST_CASE("SQLite refuses rows that do not fulfil it, and names it")
{
    auto db = test::create<Slot>();
    const auto row = [](const char* module, const char* kind, int urgent, int cost, const char* share,
                        int at) {
        return std::string("INSERT INTO queue (module, kind, urgent, cost, share, at) VALUES (") + module +
               ", '" + kind + "', " + std::to_string(urgent) + ", " + std::to_string(cost) + ", " + share +
               ", " + std::to_string(at) + ")";
    };
    CHECK_FALSE(is_refused(db, row("'a'", "small", 0, 0, "0.25", -4)));
    CHECK_FALSE(is_refused(db, row("'a'", "large", 0, 5000, "0", 0)));
    CHECK(is_refused(db, row("'a'", "small", 0, -1, "0", 0)));
    CHECK(is_refused(db, row("'it''s'", "small", 0, 0, "0", 0)));
    CHECK(is_refused(db, row("'a'", "small", 0, 1000, "0", 0)));
    CHECK(is_refused(db, row("'a'", "large", 0, 1000, "0.26", 0)));
    CHECK(is_refused(db, row("'a'", "small", 1, 0, "0", 0)));
    const auto error = db.execute(row("'a'", "small", 0, -1, "0", 0).c_str());
    REQUIRE_FALSE(error);
    CHECK_THAT(std::string(error.error().message()), ContainsSubstring("cost_positive"));
}
