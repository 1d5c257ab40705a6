#include <tenantry/core/must.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace tenantry;

namespace {

Result<std::vector<std::string>> names(bool found)
{
    if (!found) return fail(Error(errc::no_such_row, "nobody is there", 12).with_sql("SELECT 1"));
    return std::vector<std::string>{"ann", "bob"};
}

template <class R>
void check_thrown(R&& result)
{
    try {
        static_cast<void>(must(std::forward<R>(result)));
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error == errc::no_such_row);
        CHECK(error.message() == "nobody is there");
        CHECK(error.sqlite_code() == 12);
        CHECK(error.sql() == "SELECT 1");
    }
}

} // namespace

TEST_CASE("of a temporary result the value is given, of a named one a reference to it")
{
    STATIC_REQUIRE(std::is_same_v<decltype(must(names(true))), std::vector<std::string>>);
    std::size_t letters = 0;
    for (const std::string& name : must(names(true))) letters += name.size();
    CHECK(letters == 6);

    auto kept = names(true);
    STATIC_REQUIRE(std::is_same_v<decltype(must(kept)), std::vector<std::string>&>);
    must(kept).push_back("cid");
    CHECK(kept->size() == 3);
    const auto& constant = kept;
    STATIC_REQUIRE(std::is_same_v<decltype(must(constant)), const std::vector<std::string>&>);
    CHECK(&must(constant) == &*kept);

    const auto only_moved = must(Result<std::unique_ptr<int>>(std::make_unique<int>(7)));
    CHECK(*only_moved == 7);

    STATIC_REQUIRE(std::is_void_v<decltype(must(Result<void>()))>);
    must(Result<void>());
    const Result<void> done;
    must(done);
}

TEST_CASE("where there is no value, the error is thrown as itself, with all that it says")
{
    check_thrown(names(false));
    auto kept = names(false);
    check_thrown(kept);
    check_thrown(std::as_const(kept));
    check_thrown(Result<void>(fail(names(false).error())));
    // What is looked at afterwards is still there.
    CHECK(kept.error().message() == "nobody is there");
}
