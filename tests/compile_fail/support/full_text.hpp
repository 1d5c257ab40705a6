// A schema with a full-text table over another and one that keeps its texts itself.
#pragma once

#include <string>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
};
struct JobText {
    Id<Job> job{};
    std::string module{};
};
struct Page {
    Id<Page> id{};
    std::string text{};
};
struct Slot
    : Schema<Table<"queue", Job>, FullText<"job_text", JobText, ContentOf<Job>>, FullText<"page", Page>> {};
