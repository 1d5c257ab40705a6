// Rows for the tests of what a full-text table is declared of.
#pragma once

#include <string>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
    int cost{};
};
struct Setting {
    std::string module{};
};
struct Outside {
    Id<Outside> id{};
    std::string module{};
};
struct JobText {
    Id<Job> job{};
    std::string module{};
};
struct Misnamed {
    std::string text{};
};
struct Numbers {
    std::string module{};
    int cost{};
};
struct OnlyId {
    Id<Job> job{};
};
struct Plain {
    std::string module{};
};
