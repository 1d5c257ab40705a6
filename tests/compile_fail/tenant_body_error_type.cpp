// expect: tenantry: a body's own error type is one that an Error converts to: give it a constructor that takes a tenantry::Error, or use std::variant<Refusal, tenantry::Error>
#include <support/fleet_fixture.hpp>

#include <variant>

using namespace tenantry;
using namespace tenantry::test;

enum class Refusal { name_taken };

#ifdef TENANTRY_BROKEN
using Failure = Refusal; // where would an Error go?
#else
using Failure = std::variant<Refusal, Error>;
#endif

Result<void, Failure> add(TenantDb<Notes> db)
{
    auto body = [](auto&) -> Result<void, Failure> { return tl::unexpected(Failure(Refusal::name_taken)); };
    return db.write(body);
}
