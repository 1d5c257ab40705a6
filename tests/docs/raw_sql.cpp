// docs/raw_sql.md
#include <tenantry/query/verify.hpp>
#include <tenantry/tenant/options.hpp>

#include "docs/database.hpp"

#include <chrono>
#include <cmath>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/schema/index.hpp>

using namespace tenantry;

namespace {

struct Entry {
    Id<Entry> id{};
    std::string module{};
    std::int64_t duration_ms{};
    Timestamp at{};
};
struct Slot : Schema<Table<"audit_log", Entry, Index<"idx_audit_at", &Entry::at>>> {};

struct Filled : docs::Database<Slot> {
    explicit Filled(const sqlite::Profile& profile = {}) : Database(profile)
    {
        for (int i = 1; i <= 4; ++i)
            test::must(run(insert(Entry{.id = {},
                                        .module = i % 2 == 0 ? "auth" : "mail",
                                        .duration_ms = i * 10,
                                        .at = Timestamp(std::chrono::milliseconds(i))})));
    }
};

} // namespace

TEST_CASE("raw statements")
{
    Filled tx;
    {
        // [positional]
        auto counts = tx.read(
            sql<"select module, count(*) from audit_log group by 1 order by 1", std::string, std::int64_t>());
        auto slow = tx.read(sql<"select * from audit_log where duration_ms > ?", Entry>(20));
        auto changed = tx.write(sql<"update audit_log set module = ? where module = ?">("login", "auth"));
        // [/positional]
        REQUIRE(counts);
        CHECK(counts->front() == std::tuple<std::string, std::int64_t>("auth", 2));
        CHECK(slow->size() == 2);
        CHECK(changed == 2);
    }
    {
        const Timestamp since(std::chrono::milliseconds(2));
        // [named]
        auto total = tx.read(one(
            sql<"select total(duration_ms) from audit_log where at >= :since and module = :module", double>(
                arg<"module">("mail"), arg<"since">(since))));
        // [/named]
        CHECK(total == 30);
    }
}

TEST_CASE("all statements of a program are prepared by a test")
{
    // [verify]
    const auto slow = sql<"select * from audit_log where duration_ms > :ms", Entry>(arg<"ms">(0));
    const auto latest = select<Entry>().order_by(desc(col<&Entry::at>)).limit(100);
    CHECK(verify_statements<Slot>(slow, latest));
    // [/verify]
}

TEST_CASE("plans are data")
{
    Filled tx;
    {
        // [explain]
        const auto since = Timestamp(std::chrono::hours(24));
        const auto recent = select<Entry>().where(col<&Entry::at> >= since);
        auto plan = tx.read(explain(recent));
        if (plan) std::cout << *plan; // SEARCH audit_log USING INDEX idx_audit_at (at>?)

        CHECK(tx.read(uses_index<"idx_audit_at">(recent)) == true);
        // [/explain]
        CHECK(plan->scans().empty());
        CHECK(plan->to_string() == "SEARCH audit_log USING INDEX idx_audit_at (at>?)\n");
    }
}

namespace {

// [aggregate]
struct GeometricMean {
    double logarithms = 0;
    std::int64_t count = 0;

    void step(double value)
    {
        logarithms += std::log(value);
        ++count;
    }
    void inverse(double value) // for windows: takes back a step
    {
        logarithms -= std::log(value);
        --count;
    }
    std::optional<double> result() const
    {
        if (count == 0) return std::nullopt;
        return std::exp(logarithms / static_cast<double>(count));
    }
};
// [/aggregate]

} // namespace

TEST_CASE("functions of the program")
{
    // [functions]
    TenantOptions options;
    options.profile.functions
        .scalar("initial", [](std::string_view word) { return std::string(word.substr(0, 1)); },
                {.deterministic = true, .innocuous = true})
        .window<GeometricMean>("geometric_mean")
        .collation("by_size",
                   [](std::string_view a, std::string_view b) noexcept { return a.size() <=> b.size(); });
    // [/functions]

    Filled tx(options.profile);
    {
        // [call]
        auto initials = tx.read(select(call<"initial", std::string>(col<&Entry::module>)).distinct());
        auto mean = tx.read(one(sql<"select geometric_mean(duration_ms) from audit_log", double>()));
        // [/call]
        CHECK(initials->size() == 2);
        CHECK(std::abs(*mean - 22.133638394) < 1e-6);
    }
}
