#include <tenantry/sqlite/codec_text.hpp>

#include <string>
#include <string_view>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using sqlite::Misfit;
using test::ValueProbe;

TEST_CASE("text comes back byte by byte")
{
    ValueProbe probe;
    for (const std::string& text : {std::string(), std::string("plain"), std::string("with\0zero\0", 10),
                                    std::string("gr\xc3\xbc\xc3\x9f\xf0\x9f\x8d\x8e"),
                                    std::string("not utf-8 \xff\xfe\xc3"), std::string(3'000'000, 'x')})
        CHECK(probe.there_and_back(text) == text);
}

TEST_CASE("the empty text is not NULL")
{
    ValueProbe probe;
    CHECK(probe.stored(std::string()) == "text ''");
    CHECK(probe.stored(std::string_view()) == "text ''");
    CHECK(probe.stored(std::string_view("")) == "text ''");
}

TEST_CASE("a view and a C string are parameters")
{
    ValueProbe probe;
    const std::string text = "seen through";
    CHECK(probe.there_and_back<std::string_view, std::string>(std::string_view(text).substr(5)) == "through");
    CHECK(probe.there_and_back<const char*, std::string>("literal") == "literal");
    CHECK(probe.stored<const char*>(nullptr) == "null NULL");
}

TEST_CASE("what is not text is not made one")
{
    ValueProbe probe;
    CHECK(probe.misfit<std::string>("NULL") == Misfit::null);
    CHECK(probe.misfit<std::string>("12") == Misfit::wrong_storage);
    CHECK(probe.misfit<std::string>("1.5") == Misfit::wrong_storage);
    CHECK(probe.misfit<std::string>("x'41'") == Misfit::wrong_storage);
}
