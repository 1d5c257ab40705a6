#include <tenantry/sqlite/codec_json.hpp>

#include <limits>
#include <string>

#include <tenantry/sqlite/codec_optional.hpp>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using boost::json::value;
using sqlite::Misfit;
using test::ValueProbe;

TEST_CASE("JSON comes back as it was")
{
    ValueProbe probe;
    const value document = {{"name", "it's"},
                            {"big", std::numeric_limits<std::int64_t>::min()},
                            {"list", {1, 2.5, nullptr, true}},
                            {"text", std::string("a\0b\n", 4)}};
    CHECK((probe.there_and_back(document) == document));
    CHECK((probe.there_and_back(value(std::string(1'000'000, 'x'))) == value(std::string(1'000'000, 'x'))));
    CHECK(probe.stored(value({{"a", {1, "b"}}})) == R"(text '{"a":[1,"b"]}')");
}

TEST_CASE("JSON's null is not NULL")
{
    ValueProbe probe;
    CHECK(probe.stored(value(nullptr)) == "text 'null'");
    CHECK(probe.there_and_back(value(nullptr)).is_null());
    CHECK(probe.stored(std::optional<value>()) == "null NULL");
    CHECK_FALSE(probe.there_and_back(std::optional<value>()).has_value());
    CHECK(probe.misfit<value>("NULL") == Misfit::null);
}

TEST_CASE("what is not JSON does not fit")
{
    ValueProbe probe;
    CHECK(probe.misfit<value>("'{'") == Misfit::malformed);
    CHECK(probe.misfit<value>("''") == Misfit::malformed);
    CHECK(probe.misfit<value>("'1 2'") == Misfit::malformed);
    CHECK(probe.misfit<value>("1") == Misfit::wrong_storage);
    CHECK(probe.misfit<value>("x'31'") == Misfit::wrong_storage);
    value untouched = "kept";
    CHECK(probe.read("'{'", untouched) == Misfit::malformed);
    CHECK((untouched == "kept"));
}
