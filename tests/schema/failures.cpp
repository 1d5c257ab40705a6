#include <cstdint>
#include <optional>

#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/deferred.hpp>
#include <tenantry/schema/foreign_key.hpp>
#include <tenantry/schema/on_delete.hpp>
#include <tenantry/schema/on_update.hpp>
#include <tenantry/schema/unique.hpp>

#include "support/catch.hpp"

using namespace tenantry;

namespace {

struct Line {
    Id<Line> id{};
    std::int64_t number{};
};
struct Stop {
    Id<Stop> id{};
    std::optional<Id<Line>> line{};
    std::int64_t number{};
};

template <class... Options>
struct S : Schema<Table<"line", Line, Unique<&Line::number>>, Table<"stop", Stop, Options...>> {};

template <class... Clauses>
using Numbered = ForeignKey<Columns<&Stop::number>, References<&Line::number>, Clauses...>;

template <class... Options>
constexpr bool leaves_part = schema_info<S<Options...>>().failures_leave_part;

} // namespace

TEST_CASE("a schema says whether a statement that fails may leave something of what it did")
{
    CHECK_FALSE(leaves_part<>);
    CHECK_FALSE(leaves_part<Unique<&Stop::line>>);
    CHECK_FALSE(leaves_part<Numbered<>>);

    CHECK(leaves_part<Deferred<&Stop::line>>);
    CHECK(leaves_part<OnDelete<&Stop::line, Action::cascade>>);
    CHECK(leaves_part<OnUpdate<&Stop::line, Action::set_null>>);
    CHECK(leaves_part<Numbered<InitiallyDeferred>>);
    CHECK(leaves_part<Numbered<WhenRemoved<Action::cascade>>>);
    CHECK(leaves_part<Numbered<WhenChanged<Action::cascade>>>);
    CHECK(leaves_part<Unique<&Stop::line>, Numbered<>, Deferred<&Stop::line>>);

    CHECK_FALSE(schema_info<S<OnDelete<&Stop::line, Action::cascade>>>().triggers_roll_back);
}
