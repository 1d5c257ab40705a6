// Rows and a schema for the tests of large values in pieces.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <tenantry/schema/generated.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/unique.hpp>
#include <tenantry/schema/without_rowid.hpp>
#include <tenantry/tenant/tenant_db.hpp>

using namespace tenantry;

struct File {
    Id<File> id{};
    std::string name{};
    std::vector<std::byte> digest{};
    std::vector<std::byte> content{};
    std::vector<std::byte> copy{};
    std::vector<std::byte> copied{};
};
struct Part {
    std::string name{};
    std::vector<std::byte> content{};
};
inline constexpr auto twice = col<&File::copied>;
struct Files : Schema<Table<"file", File, Unique<&File::digest>, Generated<&File::copy, twice>>,
                      Table<"part", Part, PrimaryKey<&Part::name>, WithoutRowid>> {};
