#include <tenantry/sqlite/codec_path.hpp>

#include <filesystem>
#include <string>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using sqlite::Misfit;
using std::filesystem::path;
using test::ValueProbe;

TEST_CASE("a path is text, byte by byte")
{
    ValueProbe probe;
    CHECK(probe.stored(path("/var/lib/x y.db")) == "text '/var/lib/x y.db'");
    CHECK(probe.stored(path()) == "text ''");
    for (const std::string& text : {std::string(), std::string("a//b/../c/"), std::string("\xff\xfe/\xc3"),
                                    std::string("gr\xc3\xbc\xc3\x9f")})
        CHECK(probe.there_and_back(path(text)).native() == text);
}

TEST_CASE("what is not text is no path")
{
    ValueProbe probe;
    CHECK(probe.misfit<path>("NULL") == Misfit::null);
    CHECK(probe.misfit<path>("1") == Misfit::wrong_storage);
    CHECK(probe.misfit<path>("x'2f'") == Misfit::wrong_storage);
}
