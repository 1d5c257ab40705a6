// Values of columns as bytes, and back; and bytes as texts.
#include <tenantry/sqlite/detail/packed_values.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>

#include <tenantry/core/detail/base64.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using detail::Base64;
using detail::from_base64;
using detail::PackedValues;
using detail::to_base64;
using detail::UnpackedValues;
using sqlite::Storage;

TEST_CASE("values come back as they were, in as few bytes as they need")
{
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{255}, std::int64_t{256},
          std::int64_t{-256}, std::int64_t{-257}, std::numeric_limits<std::int64_t>::max(),
          std::numeric_limits<std::int64_t>::min()}) {
        PackedValues packed(7);
        packed.integer(1, value);
        packed.real(2, -0.0);
        packed.text(3, {"a\0b", 3});
        packed.blob(4, {});
        packed.null(5);
        const std::string bytes = test::must(packed.take());
        const auto values = UnpackedValues::of(bytes);
        REQUIRE(values);
        REQUIRE(values->size() == 5);
        CHECK(values->storage(0) == Storage::integer);
        CHECK(values->integer(0) == value);
        CHECK(std::signbit(values->real(1)));
        CHECK(values->text(2) == std::string_view("a\0b", 3));
        CHECK(values->storage(3) == Storage::blob);
        CHECK(values->blob(3).empty());
        CHECK(values->storage(4) == Storage::null);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto fewer = UnpackedValues::of(std::string_view(bytes).substr(0, size));
            CHECK((!fewer || fewer->size() < 5));
        }
    }
    PackedValues small(0);
    small.integer(1, 200);
    CHECK(test::must(small.take()).size() == 2);
}

TEST_CASE("NaN, which no column has, is not read either")
{
    PackedValues packed(0);
    packed.real(1, std::numeric_limits<double>::quiet_NaN());
    CHECK_FALSE(UnpackedValues::of(test::must(packed.take())));
}

TEST_CASE("what is refused has no bytes")
{
    PackedValues packed(0);
    packed.refuse(Error(errc::wrong_tenant));
    packed.refuse(Error(errc::invalid_argument));
    CHECK(packed.take().error() == errc::wrong_tenant);
}

TEST_CASE("any bytes are read or refused, and read bytes are packed the same")
{
    std::minstd_rand random(4);
    int read = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string bytes;
        for (auto n = random() % 12; n > 0; --n)
            bytes.push_back(static_cast<char>(random() % 3 == 0 ? random() % 256 : random() % 37));
        const auto values = UnpackedValues::of(bytes);
        if (!values) continue;
        PackedValues again(0);
        for (int column = 0; column < static_cast<int>(values->size()); ++column)
            switch (values->storage(column)) {
            case Storage::integer: again.integer(1, values->integer(column)); break;
            case Storage::real: again.real(1, values->real(column)); break;
            case Storage::text: again.text(1, values->text(column)); break;
            case Storage::blob: again.blob(1, values->blob(column)); break;
            case Storage::null: again.null(1); break;
            }
        const std::string packed = test::must(again.take());
        CHECK(packed == bytes);
        ++read;
    }
    CHECK(read > 500);
}

TEST_CASE("base64 is that of RFC 4648, and one text for given bytes")
{
    const std::string_view plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    const std::string_view coded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (std::size_t i = 0; i < std::size(plain); ++i) {
        CHECK(to_base64(plain[i], Base64::padded) == coded[i]);
        CHECK(from_base64(coded[i], Base64::padded) == plain[i]);
    }
    CHECK(to_base64("\xfb\xff\xfe", Base64::padded) == "+//+");
    CHECK(to_base64("\xfb\xff\xfe", Base64::url) == "-__-");
    CHECK(from_base64("-__-", Base64::url) == "\xfb\xff\xfe");
    for (const std::string_view wrong :
         {"Zg", "Zg=", "Zg===", "Zh==", "Z", "Zm9v\n", " Zm9v", "Zm9-", "Z===", "====", "=", "Zg==Zg=="})
        CHECK_FALSE(from_base64(wrong, Base64::padded));
    for (const std::string_view wrong : {"Zg==", "Zh", "Z", "Zm9+", "Zm9v=", "Zm\0v"})
        CHECK_FALSE(from_base64(wrong, Base64::url));
    std::minstd_rand random(5);
    for (int i = 0; i < 300; ++i) {
        std::string bytes;
        for (auto n = random() % 40; n > 0; --n) bytes.push_back(static_cast<char>(random() % 256));
        CHECK(from_base64(to_base64(bytes, Base64::url), Base64::url) == bytes);
        CHECK(from_base64(to_base64(bytes, Base64::padded), Base64::padded) == bytes);
    }
}
