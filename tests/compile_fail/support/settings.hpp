// Two rows of which a test declares tables.
#pragma once

#include <string>

#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Setting {
    std::string key{};
    std::string value{};
};
struct Job {
    Id<Job> id{};
    std::string module{};
};
