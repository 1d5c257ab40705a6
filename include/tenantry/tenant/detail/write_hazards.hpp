// What in a schema makes a statement that fails leave something behind, or take its neighbours with it.
#pragma once

#include <algorithm>
#include <string_view>

#include <tenantry/schema/schema_info.hpp>

namespace tenantry::detail {

/// Where a statement's failure may be more than its own; plain schemas have neither, and pay for neither.
struct WriteHazards {
    /// A failure may leave something, or look as if it did: foreign keys that are asked for at COMMIT, and triggers and
    /// actions of foreign keys, of which it cannot be told whether what they did was taken back.
    bool leaves_part = false;

    /// A trigger may roll back the whole transaction.
    bool rolls_back = false;
};

[[nodiscard]] inline bool contains_word(std::string_view text, std::string_view lower_case) noexcept
{
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) != text.end();
}

/// As far as the declaration says. What it does not know of (a newer program's trigger) is found where it fails.
[[nodiscard]] inline WriteHazards write_hazards(const SchemaInfo& schema) noexcept
{
    WriteHazards found;
    const auto has = [](const SchemaObject& table, std::string_view clause) {
        return table.sql.find(clause) != std::string_view::npos;
    };
    for (const SchemaObject& object : schema.objects) {
        if (object.type == "trigger") {
            found.leaves_part = true;
            found.rolls_back = found.rolls_back || contains_word(object.sql, "rollback");
        } else if (object.type == "table" && !found.leaves_part) {
            found.leaves_part = has(object, " INITIALLY DEFERRED") || has(object, " ON DELETE ") ||
                                has(object, " ON UPDATE ");
        }
    }
    return found;
}

} // namespace tenantry::detail
