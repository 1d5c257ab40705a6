// Rows for the tests of views.
#pragma once

#include <optional>
#include <string>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
    std::optional<std::string> note{};
    int cost{};
};
struct Pending {
    std::string module{};
    int cost{};
};
