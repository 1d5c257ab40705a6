// Rows for the tests of foreign keys of several columns.
#pragma once

#include <cstdint>
#include <string>

#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/foreign_key.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct Line {
    std::string name{};
    int number{};
    int zone{};
};
struct Other {
    Id<Other> id{};
    int number{};
};
struct Stop {
    Id<Stop> id{};
    std::string line{};
    int number{};
    std::int64_t wide{};
};
