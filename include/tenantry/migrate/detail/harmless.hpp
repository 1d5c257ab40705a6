// Which of the things that are there and not declared cannot be noticed by a program that does not know them.
//
// The rule, once for all of them: what the declaration allows is allowed beside them. Every row of the declaration's, with
// any values, is inserted, updated and removed as in a database that has nothing else; no other row of a declared table
// is changed by it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/migrate/model.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::detail {

/// Is everything that is called in an expression a function that fails for no value?
[[nodiscard]] bool never_fails(migrate::SqlTokens tokens);

/// Is an expression of columns that are never NULL never NULL itself? Sums, differences and products of integers, and
/// texts one behind another.
[[nodiscard]] bool is_never_null(migrate::SqlTokens tokens, const migrate::TableModel& declared);

/// Does a CHECK hold of these columns where an insert leaves them out?
[[nodiscard]] bool holds_by_default(std::string_view expression,
                                    const std::vector<const migrate::ColumnText*>& columns);

/// Is a trigger one that neither fails nor writes to what is declared? It may write into a table that is not declared and
/// takes every row.
class TriggerReader {
public:
    TriggerReader(const migrate::SchemaModel& live, const migrate::SchemaModel& wanted,
                  const migrate::ViewModel& trigger)
        : live_(live), wanted_(wanted), tokens_(migrate::sql_tokens(trigger.sql))
    {}

    [[nodiscard]] bool is_harmless() const;

private:
    // `INTO log (` is no call.
    [[nodiscard]] std::vector<migrate::SqlToken> without_target() const;

    [[nodiscard]] bool statement(migrate::SqlTokens tokens) const;

    [[nodiscard]] bool takes_every_row(const migrate::TableModel& table) const;

    const migrate::SchemaModel& live_;
    const migrate::SchemaModel& wanted_;
    std::vector<migrate::SqlToken> tokens_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/harmless.ipp>
#endif
