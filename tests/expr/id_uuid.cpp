#include <tenantry/expr/id_uuid.hpp>

#include <set>
#include <string>

#include <boost/uuid/uuid_io.hpp>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using boost::uuids::uuid;
using detail::IdAccess;
using test::ValueProbe;

namespace {

struct Invoice {
    Id<Invoice, uuid> id{};
    std::int64_t cents{};
};

struct Scope;

} // namespace

TEST_CASE("a uuid id is made here, at random")
{
    STATIC_REQUIRE_FALSE(IdAssignment<uuid>::by_database);
    std::set<uuid> made;
    for (int i = 0; i < 100; ++i) {
        const uuid id = IdAssignment<uuid>::make();
        CHECK(id.version() == uuid::version_random_number_based);
        made.insert(id);
    }
    CHECK(made.size() == 100);
}

TEST_CASE("a uuid id is fenced in like any other")
{
    ValueProbe probe;
    probe.connection().set_incarnation(7);
    const uuid value = IdAssignment<uuid>::make();
    const auto id = IdAccess::id<Invoice>(value, 7);
    CHECK(probe.there_and_back(id) == id);
    CHECK(id != IdAccess::id<Invoice>(value, 8));
    CHECK(std::hash<Id<Invoice, uuid>>{}(id) !=
          std::hash<Id<Invoice, uuid>>{}(IdAccess::id<Invoice>(value, 8)));
    const auto error = probe.refusal(IdAccess::id<Invoice>(value, 8));
    REQUIRE(error);
    CHECK(*error == errc::wrong_tenant);

    STATIC_REQUIRE(std::same_as<Key<Invoice, Scope>::value_type, uuid>);
    CHECK(IdAccess::key<Scope>(id).value() == value);
}
