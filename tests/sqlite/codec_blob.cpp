#include <tenantry/sqlite/codec_blob.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using sqlite::Misfit;
using test::ValueProbe;
using Bytes = std::vector<std::byte>;

TEST_CASE("bytes come back as they were")
{
    ValueProbe probe;
    Bytes all(256);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::byte>(i);
    CHECK(probe.there_and_back(all) == all);
    const Bytes large(10'000'000, std::byte{0xa5});
    CHECK((probe.there_and_back(large) == large));
}

TEST_CASE("no bytes are not NULL")
{
    ValueProbe probe;
    CHECK(probe.stored(Bytes()) == "blob X''");
    CHECK(probe.stored(std::span<const std::byte>()) == "blob X''");
    CHECK(probe.there_and_back(Bytes()).empty());
}

TEST_CASE("an array takes blobs of its size only")
{
    ValueProbe probe;
    const std::array value{std::byte{1}, std::byte{0}, std::byte{255}};
    CHECK(probe.stored(value) == "blob X'0100FF'");
    CHECK(probe.there_and_back(value) == value);
    CHECK(probe.misfit<std::array<std::byte, 3>>("x'0102'") == Misfit::bad_size);
    CHECK(probe.misfit<std::array<std::byte, 3>>("x'01020304'") == Misfit::bad_size);
    CHECK(probe.misfit<std::array<std::byte, 3>>("x''") == Misfit::bad_size);
    CHECK(probe.misfit<std::array<std::byte, 3>>("NULL") == Misfit::null);
    CHECK(probe.misfit<std::array<std::byte, 3>>("'abc'") == Misfit::wrong_storage);
}

TEST_CASE("what is not a blob is not made one")
{
    ValueProbe probe;
    CHECK(probe.misfit<Bytes>("NULL") == Misfit::null);
    CHECK(probe.misfit<Bytes>("'text'") == Misfit::wrong_storage);
    CHECK(probe.misfit<Bytes>("1") == Misfit::wrong_storage);
}
