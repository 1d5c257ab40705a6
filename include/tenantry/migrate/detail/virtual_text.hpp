// What a CREATE VIRTUAL TABLE statement says, as far as full-text tables need it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/migrate/detail/sql_text.hpp>

namespace tenantry::migrate {

struct VirtualText {
    std::string module;
    std::vector<std::string> columns;     ///< arguments that are no options
    std::optional<std::string> content{}; ///< of `content=`; empty: the rows are not kept
    std::vector<std::string> optional{};  ///< columns that may be NULL, by a comment of this library's
    std::string normal;                   ///< equal for two that say the same
    std::size_t name_begin = 0;
    std::size_t name_end = 0;

    [[nodiscard]] bool is_full_text() const noexcept { return module == "fts5"; }
    /// Are its rows those of another table?
    [[nodiscard]] bool has_other_content() const noexcept { return content && !content->empty(); }
};

/// Of `/* tenantry: optional title body */`
[[nodiscard]] std::vector<std::string> optional_columns(std::string_view space);

/// Nothing where it is something else.
[[nodiscard]] std::optional<VirtualText> parse_virtual(std::string_view sql);

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/virtual_text.ipp>
#endif
