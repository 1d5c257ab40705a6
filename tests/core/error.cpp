#include <tenantry/core/error.hpp>

#include <sstream>

#include "support/catch.hpp"

using namespace tenantry;

TEST_CASE("an error says what its code says, unless it was told more")
{
    CHECK(Error(errc::no_such_tenant).message() == "no such tenant");
    CHECK(Error(errc::no_such_tenant, "there is no tenant 'nobody'").message() ==
          "there is no tenant 'nobody'");
    CHECK(Error(errc::busy, "", 261).sqlite_code() == 261);
}

TEST_CASE("copies of an error do not share what is added later")
{
    Error first(errc::constraint, "UNIQUE failed");
    Error second = first;
    second.with_tenant("acme").with_sql("insert").with_plan("1. nothing").in("importing line 7");

    CHECK(first.message() == "UNIQUE failed");
    CHECK(first.tenant().empty());
    CHECK(second.message() == "importing line 7: UNIQUE failed");
    CHECK(second.tenant() == "acme");
    CHECK(second.sql() == "insert");
    CHECK(second.plan() == "1. nothing");
    CHECK(first.plan().empty());
}

TEST_CASE("who is nearest to the failure names tenant and statement")
{
    Error error(errc::busy);
    error.with_tenant("inner").with_tenant("outer").with_sql("select 1").with_sql("select 2");
    CHECK(error.tenant() == "inner");
    CHECK(error.sql() == "select 1");
}

TEST_CASE("every code has a name and a text of its own")
{
    // internal is the last one
    for (int i = 1; i <= static_cast<int>(errc::internal); ++i) {
        const auto code = static_cast<errc>(i);
        INFO("code " << i);
        CHECK(to_string(code) != "unknown");
        CHECK_FALSE(Error(code).message().empty());
        for (int j = 1; j < i; ++j) {
            CHECK(to_string(code) != to_string(static_cast<errc>(j)));
            CHECK(Error(code).message() != Error(static_cast<errc>(j)).message());
        }
    }
    CHECK(to_string(static_cast<errc>(static_cast<int>(errc::internal) + 1)) == "unknown");
}

TEST_CASE("an error is switched on, and a code printed by its name")
{
    const Error error(errc::busy);
    switch (error.errc()) {
    case errc::busy: break;
    default: FAIL("another code");
    }
    std::ostringstream out;
    out << error.errc() << ' ' << errc::timeout;
    CHECK(out.str() == "busy timeout");
}

TEST_CASE("what is known of a constraint goes along with its error")
{
    CHECK(Error(errc::constraint).constraint().kind == ConstraintKind::none);
    Error first(errc::constraint, "UNIQUE failed");
    first.with_constraint({.kind = ConstraintKind::unique, .table = "users", .columns = {"name"}});
    Error second = first;
    second.in("importing line 7");
    const Error third = std::move(first);
    CHECK(second.constraint().kind == ConstraintKind::unique);
    CHECK(second.constraint().is_on("users", {"name"}));
    CHECK(third.constraint().is_on("users", {"name"}));
    for (int i = 0; i <= static_cast<int>(ConstraintKind::other); ++i) {
        const auto kind = static_cast<ConstraintKind>(i);
        CHECK(to_string(kind) != "unknown");
        CHECK(detail::bare_constraint(kind).kind == kind);
    }
}

TEST_CASE("codes take part in std::error_code")
{
    const std::error_code code = errc::timeout;
    CHECK(code == make_error_code(errc::timeout));
    CHECK(code.category() == error_category());
    CHECK(code.message() == "the deadline passed");
    CHECK(code == std::errc::timed_out);
    CHECK(make_error_code(errc::cancelled) == std::errc::operation_canceled);
    CHECK(make_error_code(errc::disk_full) == std::errc::no_space_on_device);
    CHECK_FALSE(make_error_code(errc::busy) == std::errc::timed_out);
}

TEST_CASE("an error is printed with all it knows, on one line")
{
    std::ostringstream out;
    out << Error(errc::constraint, "UNIQUE failed", 2067)
               .with_tenant("acme")
               .with_plan("1. rebuild table t\n") // a member of its own
               .with_sql("insert into t values (?)");
    CHECK(out.str() ==
          "constraint: UNIQUE failed [tenant acme] [sql insert into t values (?)] [sqlite 2067]");
}

TEST_CASE("fail leaves a function that returns any Result")
{
    const Result<int> number = fail(errc::overloaded, "64 writes are waiting");
    const Result<void> nothing = fail(number.error());
    REQUIRE_FALSE(number);
    REQUIRE_FALSE(nothing);
    CHECK(number.error() == errc::overloaded);
    CHECK(nothing.error().message() == "64 writes are waiting");
}

TEST_CASE("a result stays small where nothing fails")
{
    STATIC_REQUIRE(sizeof(Error) <= 3 * sizeof(void*));
    STATIC_REQUIRE(detail::is_result<Result<int>>::value);
    STATIC_REQUIRE_FALSE(detail::is_result<int>::value);
}
