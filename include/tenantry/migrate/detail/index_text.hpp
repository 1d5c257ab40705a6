// What a CREATE INDEX statement says.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/migrate/detail/sql_text.hpp>

namespace tenantry::migrate {

struct IndexText {
    bool unique = false;
    std::string table;
    std::vector<std::string> parts; ///< what it sorts by, as written, without ASC and DESC
    std::string where{};            ///< of a partial index, as written
    std::string normal;             ///< equal for two that say the same
};

/// Reads the text that SQLite keeps of an index (https://sqlite.org/lang_createindex.html). Nothing where it is
/// something else.
[[nodiscard]] std::optional<IndexText> parse_index(std::string_view sql);

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/index_text.ipp>
#endif
