#include <tenantry/core/detail/type_name.hpp>

#include <string>

#include "support/catch.hpp"

using tenantry::detail::type_name;

struct Global {};

namespace app::rows {
struct AuditLog {};
template <class, int>
struct Outer {
    struct Inner {};
};
} // namespace app::rows

namespace {
struct Hidden {};
} // namespace

TEST_CASE("a type's name is without its namespaces and enclosing classes")
{
    STATIC_REQUIRE(type_name<Global>() == "Global");
    STATIC_REQUIRE(type_name<app::rows::AuditLog>() == "AuditLog");
    STATIC_REQUIRE(type_name<Hidden>() == "Hidden");
    STATIC_REQUIRE(type_name<app::rows::Outer<std::string, 3>::Inner>() == "Inner");
    STATIC_REQUIRE(type_name<int>() == "int");

    struct Local {};
    STATIC_REQUIRE(type_name<Local>() == "Local");
}

TEST_CASE("template arguments stay a part of it")
{
    STATIC_REQUIRE(type_name<app::rows::Outer<Global, 3>>().starts_with("Outer<Global, 3"));
}
