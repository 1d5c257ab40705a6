// `NotStrict`: a table, or a whole schema, whose columns take values of any storage.
#pragma once

#include <tenantry/schema/detail/option.hpp>

namespace tenantry {

/// Without it SQLite itself keeps every column's storage (https://sqlite.org/stricttables.html). As an option of a table
/// it is that table's, as the part of a schema, `Schema<NotStrict, Table<...>, ...>`, every table's: for databases
/// that older programs have made and others still read.
struct NotStrict {
    using tenantry_members = detail::Members<>;
    static constexpr bool tenantry_not_strict = true;
    using tenantry_objects = detail::TypeList<>; // it is a part of a schema that makes nothing
};

} // namespace tenantry
