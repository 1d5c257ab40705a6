#include "slots/event.hpp"

#include <chrono>
#include <string>
#include <vector>

#include "slots/fingerprint.hpp"
#include "slots/text.hpp"
#include "support/must.hpp"

using namespace slots;
using tenantry::test::must;

namespace {

using Fields = std::vector<std::string>;

std::string refusal(const Fields& fields)
{
    const auto event = parse_event(fields);
    REQUIRE_FALSE(event);
    return std::string(event.error().message());
}

} // namespace

TEST_CASE("a record becomes an event")
{
    const auto event = must(parse_event({"acme", "1700000000", "mira", "auth", "login", "a, b"}));
    CHECK(event.tenant == "acme");
    CHECK(event.row.timestamp == Timestamp(std::chrono::seconds(1700000000)));
    CHECK(event.row.actor == "mira");
    CHECK(event.row.module == "auth");
    CHECK(event.row.action == "login");
    CHECK(event.row.target == "a, b");
    CHECK_FALSE(event.row.id.has_value());

    const auto bare = must(parse_event({"acme", "-1", "", "auth", "login", ""}));
    CHECK(bare.row.timestamp == Timestamp(std::chrono::seconds(-1)));
    CHECK_FALSE(bare.row.actor.has_value());
    CHECK_FALSE(bare.row.target.has_value());
}

TEST_CASE("a record that is no event is refused with the reason")
{
    CHECK(refusal({"acme", "1"}) == "6 fields are expected, there are 2");
    CHECK(refusal({"acme", "1", "", "m", "a", "t", ""}) == "6 fields are expected, there are 7");
    CHECK(refusal({"acme", "", "", "m", "a", "t"}) == "'at' is not a number of seconds since 1970: ''");
    CHECK(refusal({"acme", "12x", "", "m", "a", "t"}) == "'at' is not a number of seconds since 1970: '12x'");
    CHECK(refusal({"acme", "1.5", "", "m", "a", "t"}) == "'at' is not a number of seconds since 1970: '1.5'");
    CHECK(refusal({"acme", "99999999999999999999", "", "m", "a", "t"}) ==
          "'at' is beyond the years 0 to 9999: '99999999999999999999'");
    CHECK(refusal({"acme", "253402300800", "", "m", "a", "t"}) ==
          "'at' is beyond the years 0 to 9999: '253402300800'");
    CHECK(must(parse_event({"acme", "253402300799", "", "m", "a", "t"}))
              .row.timestamp.time_since_epoch()
              .count() == 253402300799000);
    CHECK(refusal({"acme", "1", "", "", "a", "t"}) == "'module' is empty");
    CHECK(refusal({"acme", "1", "", "m", "", "t"}) == "'action' is empty");
    CHECK(refusal({"acme", "1", "", "m", "a", std::string("t\0u", 3)}) == "a field holds a NUL byte");
    for (const auto* tenant : {"", "..", "Acme", "a/b", "-a"})
        CHECK(parse_event({tenant, "1", "", "m", "a", "t"}).error() == errc::invalid_tenant_id);
}

TEST_CASE("the header names the columns in their order")
{
    CHECK(check_header({"tenant", "at", "actor", "module", "action", "target"}));
    CHECK_FALSE(check_header({"tenant", "at", "actor", "module", "action"}));
    CHECK_FALSE(check_header({"at", "tenant", "actor", "module", "action", "target"}));
    CHECK_FALSE(check_header({"acme", "1", "", "m", "a", "t"}));
}

TEST_CASE("fingerprints tell where one text ends and the next begins")
{
    const auto of = [](std::initializer_list<std::string_view> texts) {
        Fingerprint all;
        for (const auto text : texts) all.add(text);
        return all.hex();
    };
    CHECK(of({}) == "cbf29ce484222325");
    CHECK(of({"ab", "c"}) == of({"ab", "c"}));
    CHECK(of({"ab", "c"}) != of({"a", "bc"}));
    CHECK(of({"a"}) != of({"a", ""}));
}

TEST_CASE("numbers, sizes and times are written for people")
{
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(-1234567) == "-1,234,567");
    CHECK(counted(1, "job") == "1 job");
    CHECK(counted(2000, "job") == "2,000 jobs");
    CHECK(human_size(1023) == "1023 B");
    CHECK(human_size(1024) == "1.0 KiB");
    CHECK(human_size(1536) == "1.5 KiB");
    CHECK(human_size((std::uintmax_t{1} << 20) - 1) == "1.0 MiB");
    CHECK(human_size(std::uintmax_t{5} << 40) == "5.0 TiB");
    CHECK(percent(1, 8) == "12.5%");
    CHECK(percent(0, 0) == "-");
    CHECK(date_and_time(Timestamp(std::chrono::seconds(1700000000))) == "2023-11-14 22:13:20");
    CHECK(date_and_time(Timestamp(std::chrono::seconds(-1))) == "1969-12-31 23:59:59");
    CHECK(printable("plain", 5) == "plain");
    CHECK(printable("plain!", 5) == "pl...");
    CHECK(printable("über", 4) == "über");
    CHECK(width("über") == 4);
    CHECK(printable("\x1b[31mred\n\x7f", 20) == "?[31mred??");
    CHECK(printable("\xC2\x9B"
                    "1m",
                    20) == "?1m");
}
