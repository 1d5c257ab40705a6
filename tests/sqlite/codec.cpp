#include <tenantry/sqlite/codec.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>

#include <tenantry/sqlite/codecs.hpp>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using sqlite::Misfit;
using sqlite::ParameterBinder;
using sqlite::RowReader;
using sqlite::Storage;
using test::ValueProbe;

namespace {

struct Celsius {
    double degrees = 0;
};

// Stored as a text that is made when it is bound.
struct Version {
    int major = 0;
    int minor = 0;
};

struct WriteOnly {};

struct NoCodec {};

} // namespace

// As the documentation has it.
template <>
struct tenantry::sqlite::Codec<Celsius> {
    static constexpr Storage storage = Storage::real;
    template <ParameterBinder B>
    static void bind(B& to, int index, const Celsius& value)
    {
        to.real(index, value.degrees);
    }
    template <RowReader R>
    static Misfit read(R& from, int column, Celsius& out)
    {
        return Codec<double>::read(from, column, out.degrees);
    }
};

template <>
struct tenantry::sqlite::Codec<Version> {
    static constexpr Storage storage = Storage::text;
    template <ParameterBinder B>
    static void bind(B& to, int index, const Version& value)
    {
        to.temporary_text(index, std::to_string(value.major) + "." + std::to_string(value.minor));
    }
};

template <>
struct tenantry::sqlite::Codec<WriteOnly> {
    static constexpr Storage storage = Storage::text;
    template <ParameterBinder B>
    static void bind(B& to, int index, const WriteOnly&)
    {
        to.text(index, "written");
    }
};

TEST_CASE("a type of the user's is a column by one specialisation")
{
    STATIC_REQUIRE(sqlite::Storable<Celsius>);
    STATIC_REQUIRE(sqlite::Storable<std::optional<Celsius>>);
    ValueProbe probe;
    CHECK(probe.stored(Celsius{-4.5}) == "real -4.5");
    CHECK(probe.there_and_back(Celsius{21}).degrees == 21);
    CHECK(probe.misfit<Celsius>("NULL") == Misfit::null);
    CHECK_FALSE(probe.there_and_back(std::optional<Celsius>()).has_value());
}

TEST_CASE("a text or blob that is made for the call is copied")
{
    ValueProbe probe;
    STATIC_REQUIRE(sqlite::Codec<Version>::storage == Storage::text);
    CHECK(probe.there_and_back<Version, std::string>(Version{123456789, 987654321}) == "123456789.987654321");
    auto statement = test::must(probe.connection().prepare("SELECT hex(?1)"));
    {
        const std::vector<std::byte> gone(3, std::byte{0xab});
        statement.temporary_blob(1, gone);
    }
    REQUIRE(test::must(statement.step()));
    CHECK(statement.text(0) == "ABABAB");
}

TEST_CASE("a codec may go one way only")
{
    STATIC_REQUIRE(sqlite::Bindable<WriteOnly>);
    STATIC_REQUIRE_FALSE(sqlite::Readable<WriteOnly>);
    STATIC_REQUIRE_FALSE(sqlite::Storable<WriteOnly>);
    STATIC_REQUIRE(sqlite::Bindable<std::optional<WriteOnly>>);
    STATIC_REQUIRE_FALSE(sqlite::Readable<std::optional<WriteOnly>>);
    STATIC_REQUIRE(sqlite::Bindable<std::string_view>);
    STATIC_REQUIRE_FALSE(sqlite::Storable<std::string_view>);
    STATIC_REQUIRE_FALSE(sqlite::Storable<std::span<const std::byte>>);
}

TEST_CASE("what has no codec is no column")
{
    STATIC_REQUIRE_FALSE(sqlite::Bindable<NoCodec>);
    STATIC_REQUIRE_FALSE(sqlite::Readable<NoCodec>);
    STATIC_REQUIRE_FALSE(sqlite::Bindable<int*>);
    STATIC_REQUIRE_FALSE(sqlite::Bindable<char>);
    STATIC_REQUIRE_FALSE(sqlite::Bindable<wchar_t>);
    STATIC_REQUIRE_FALSE(sqlite::Bindable<std::vector<int>>);
    STATIC_REQUIRE_FALSE(sqlite::Bindable<long double>);
}

TEST_CASE("each misfit has words of its own")
{
    std::set<std::string_view> words;
    for (const Misfit misfit : {Misfit::none, Misfit::null, Misfit::wrong_storage, Misfit::out_of_range,
                                Misfit::unknown_enumerator, Misfit::bad_size, Misfit::malformed})
        words.insert(to_string(misfit));
    CHECK(words.size() == 7);
    CHECK(words.count("unknown") == 0);
}

TEST_CASE("storage has SQLite's names")
{
    STATIC_REQUIRE(sqlite::storage_name(Storage::integer) == "INTEGER");
    STATIC_REQUIRE(sqlite::storage_name(Storage::real) == "REAL");
    STATIC_REQUIRE(sqlite::storage_name(Storage::text) == "TEXT");
    STATIC_REQUIRE(sqlite::storage_name(Storage::blob) == "BLOB");
    STATIC_REQUIRE(sqlite::storage_name(Storage::null) == "ANY");
}
