#pragma once

#include <tenantry/sqlite/detail/authorizer.hpp>

namespace tenantry::detail {

TENANTRY_DECL std::string_view refused_action(int action, const char* first, const char* second) noexcept
{
    switch (action) {
    case SQLITE_ATTACH: return "ATTACH (or VACUUM, which attaches)";
    case SQLITE_DETACH: return "DETACH";
    case SQLITE_TRANSACTION: return "transaction control";
    case SQLITE_SAVEPOINT: return "SAVEPOINT";
    case SQLITE_PRAGMA: {
        const std::string_view name = first != nullptr ? first : "";
        return name == "data_version" && second == nullptr ? std::string_view() : "PRAGMA";
    }
    case SQLITE_FUNCTION:
        // The switch that turns it off lets it pass where its argument is bound.
        return second != nullptr && sqlite3_stricmp(second, "fts3_tokenizer") == 0
                   ? std::string_view("the function fts3_tokenizer")
                   : std::string_view();
    default: return {};
    }
}

} // namespace tenantry::detail
