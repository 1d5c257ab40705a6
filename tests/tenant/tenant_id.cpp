#include <tenantry/tenant/tenant_id.hpp>

#include <algorithm>
#include <string>
#include <unordered_set>

#include "support/bad_ids.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using namespace std::string_literals;

TEST_CASE("names of lower case letters, digits, '_' and '-' are tenant ids")
{
    const std::string longest(63, 'z');
    for (const std::string& text : {"a"s, "0"s, "acme"s, "a-"s, "a_"s, "0-9_z"s, "a--b"s, longest}) {
        INFO(text);
        const auto id = TenantId::parse(text);
        REQUIRE(id);
        CHECK(id->string() == text);
        CHECK(id->view() == text);
    }
}

TEST_CASE("anything else is refused, with a reason that can be printed")
{
    for (const auto& text : test::bad_ids()) {
        INFO(text);
        const auto id = TenantId::parse(text);
        REQUIRE_FALSE(id);
        CHECK(id.error() == errc::invalid_tenant_id);
        const auto message = id.error().message();
        CHECK_THAT(std::string(message), ContainsSubstring("is not a tenant id: "));
        CHECK(std::ranges::all_of(message, [](char c) { return c >= ' ' && c <= '~'; }));
        CHECK(message.size() < 200);
    }
}

TEST_CASE("the reason names what is wrong")
{
    const auto reason = [](std::string_view text) {
        return std::string(TenantId::parse(text).error().message());
    };
    CHECK_THAT(reason(""), ContainsSubstring("empty"));
    CHECK_THAT(reason(std::string(64, 'a')), ContainsSubstring("longer than 63"));
    CHECK_THAT(reason("-a"), ContainsSubstring("must begin with one of a-z and 0-9"));
    CHECK_THAT(reason("Acme"), ContainsSubstring("must begin with one of a-z and 0-9"));
    CHECK_THAT(reason("a.b"), ContainsSubstring("only a-z, 0-9, '_' and '-'"));
    CHECK_THAT(reason("a\nb"), ContainsSubstring("'a?b'"));
}

TEST_CASE("ids are compared and hashed by their text")
{
    const auto a = *TenantId::parse("a");
    const auto b = *TenantId::parse("b");
    CHECK(a == *TenantId::parse("a"));
    CHECK(a != b);
    CHECK(a < b);
    const std::unordered_set<TenantId> ids{a, b, a};
    CHECK(ids.size() == 2);
}
