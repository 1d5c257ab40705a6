#include <tenantry/sqlite/codec_uuid.hpp>

#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using boost::uuids::uuid;
using sqlite::Misfit;
using test::ValueProbe;

TEST_CASE("a uuid is a blob of 16 bytes")
{
    ValueProbe probe;
    const uuid value = boost::uuids::string_generator()("01234567-89ab-cdef-0123-456789abcdef");
    CHECK(probe.stored(value) == "blob X'0123456789ABCDEF0123456789ABCDEF'");
    CHECK(probe.there_and_back(value) == value);
    STATIC_REQUIRE(sqlite::Storable<uuid>);
}

TEST_CASE("a blob of another size is no uuid")
{
    ValueProbe probe;
    CHECK(probe.misfit<uuid>("zeroblob(15)") == Misfit::bad_size);
    CHECK(probe.misfit<uuid>("zeroblob(17)") == Misfit::bad_size);
    CHECK(probe.misfit<uuid>("'01234567-89ab-cdef-0123-456789abcdef'") == Misfit::wrong_storage);
    CHECK(probe.misfit<uuid>("NULL") == Misfit::null);
}
