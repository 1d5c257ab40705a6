// Rows for the tests of indexes of expressions and conditions.
#pragma once

#include <string>

#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/index.hpp>

using namespace tenantry;

struct Other {
    Id<Other> id{};
    int at{};
};
struct Event {
    Id<Event> id{};
    std::string kind{};
    int at{};
};
inline constexpr auto late = col<&Event::at> > 5;
inline constexpr auto login = col<&Event::kind> == "login";
inline constexpr auto foreign = col<&Other::at> > 5;
