// What bringing a database to its schema has found and done.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace tenantry {

/// What opening a database has found and done.
struct Migrated {
    bool was_current = false; ///< the mark said so; nothing else was read
    bool is_newer = false; ///< a newer program has been here; its schema was left as it is, and rows fit it
    std::string from{};    ///< the revision or the declaration's fingerprint it was at; empty: a new database
    std::string to{};      ///< what it is at now
    std::vector<std::string> done{};      ///< `"create table config"`, `"revision 7 split_name"`, in order
    std::vector<std::string> tolerated{}; ///< there and not declared: `"column config.note"`
    std::chrono::microseconds duration{}; ///< of what was done; 0 if nothing was
};

} // namespace tenantry
