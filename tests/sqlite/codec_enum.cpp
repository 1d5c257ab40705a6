#include <tenantry/sqlite/codec_enum.hpp>

#include <cstdint>
#include <string>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using sqlite::Misfit;
using sqlite::Storage;
using test::ValueProbe;

namespace {

enum class Status { pending, running, done };
enum class Level : std::uint8_t { low = 1, high = 5 };

} // namespace

template <>
inline constexpr EnumStorage tenantry::enum_storage<Level> = EnumStorage::integer;

TEST_CASE("an enum is stored by name")
{
    ValueProbe probe;
    CHECK(probe.stored(Status::running) == "text 'running'");
    CHECK(probe.there_and_back(Status::done) == Status::done);
    STATIC_REQUIRE(sqlite::Codec<Status>::storage == Storage::text);
}

TEST_CASE("an enum is stored by number where that is chosen")
{
    ValueProbe probe;
    CHECK(probe.stored(Level::high) == "integer 5");
    CHECK(probe.there_and_back(Level::low) == Level::low);
    STATIC_REQUIRE(sqlite::Codec<Level>::storage == Storage::integer);
}

TEST_CASE("what names no enumerator is not read")
{
    ValueProbe probe;
    Status status = Status::done;
    CHECK(probe.read("'Running'", status) == Misfit::unknown_enumerator);
    CHECK(probe.read("''", status) == Misfit::unknown_enumerator);
    CHECK(probe.read("'runnin'", status) == Misfit::unknown_enumerator);
    CHECK(probe.read("1", status) == Misfit::wrong_storage);
    CHECK(probe.read("NULL", status) == Misfit::null);
    CHECK(status == Status::done);

    CHECK(probe.misfit<Level>("2") == Misfit::unknown_enumerator);
    CHECK(probe.misfit<Level>("261") == Misfit::unknown_enumerator); // 5 if it were cut to a byte
    CHECK(probe.misfit<Level>("-1") == Misfit::unknown_enumerator);
    CHECK(probe.misfit<Level>("'low'") == Misfit::wrong_storage);
    CHECK(probe.misfit<Level>("NULL") == Misfit::null);
}

TEST_CASE("a value without an enumerator is not stored")
{
    ValueProbe probe;
    for (const auto& error : {probe.refusal(static_cast<Status>(9)), probe.refusal(static_cast<Level>(9))}) {
        REQUIRE(error);
        CHECK(*error == errc::invalid_argument);
        CHECK_THAT(std::string(error->message()), ContainsSubstring("9"));
    }
}
