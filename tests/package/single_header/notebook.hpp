// What both units share.
#pragma once

#include <filesystem>
#include <string>

#include "tenantry.hpp"

struct Note {
    tenantry::Id<Note> id{};
    std::string text{};
};

struct Notebook : tenantry::Schema<tenantry::Table<"note", Note>> {};

tenantry::Result<std::string> write_and_read(const std::filesystem::path& root);
