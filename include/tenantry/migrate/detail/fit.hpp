// Can a program write and read its rows in a schema that is not quite its own?
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/migrate/detail/conditions.hpp>
#include <tenantry/migrate/detail/meaning.hpp>
#include <tenantry/migrate/detail/virtual_text.hpp>
#include <tenantry/migrate/model.hpp>

namespace tenantry::migrate {

/// Is a value that is written into the column of `live` read as it would be from the declared one? By its name in a STRICT
/// table, in others by its affinity.
[[nodiscard]] bool takes(const TableModel& table, const ColumnText& live, const ColumnText& declared);

/// Tables of `live` that a statement on a declared one may write to: itself, and what references and triggers lead to.
[[nodiscard]] std::vector<const TableModel*> reached(const SchemaModel& live, const SchemaModel& wanted);

/// The same of full-text tables. That another program made it tells what NULL there means: nothing else does.
void add_full_text_misfits(const TableModel& there, const TableModel& table, bool by_newer,
                           std::vector<std::string>& found);

/// What keeps rows of the `wanted` schema from being written or read in the `live` one; empty: nothing does.
/// Constraints and indexes that differ do not count: they may refuse a row, and then say so. `by_newer`: the live one is a newer
/// program's, which reads what is written here.
[[nodiscard]] std::vector<std::string> misfits(const SchemaModel& live, const SchemaModel& wanted,
                                               bool by_newer = false);

[[nodiscard]] std::string joined(const std::vector<std::string>& texts, std::string_view between = "; ");

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/fit.ipp>
#endif
