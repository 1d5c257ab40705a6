// Which statements a tenant's connection refuses to prepare, unless they are the library's own.
#pragma once

#include <string>
#include <string_view>

#include <sqlite3.h>

namespace tenantry::sqlite::detail {

// What a statement wanted that it may not, or nothing. The arguments are those of an authorizer callback
// (https://sqlite.org/c3ref/set_authorizer.html).
//
// A full-text table asks for one pragma behind its user's back; it only reads, and passes.
[[nodiscard]] inline std::string_view refused_action(int action, const char* first,
                                                     const char* second) noexcept
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

} // namespace tenantry::sqlite::detail
