// Which constraint of the schema a write has violated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry {

/// What sort of constraint it is.
enum class ConstraintKind : std::uint8_t {
    none,        ///< the error is not about a constraint
    unique,      ///< UNIQUE, or a unique index
    primary_key, ///< PRIMARY KEY
    foreign_key, ///< REFERENCES, FOREIGN KEY
    check,       ///< CHECK
    not_null,    ///< NOT NULL
    trigger,     ///< a trigger's RAISE; the error's message is the trigger's
    rowid,       ///< two rows of a table without a declared key have the same rowid
    datatype,    ///< a STRICT table or a rowid does not store values of this type
    other,       ///< a virtual table's, or a function's
};

/// The enumerator's name: `"not_null"`.
[[nodiscard]] std::string_view to_string(ConstraintKind kind) noexcept;

/// As `to_string`.
inline std::ostream& operator<<(std::ostream& out, ConstraintKind kind) { return out << to_string(kind); }

/// Which side of a foreign key was written.
enum class ForeignKeySide : std::uint8_t {
    unknown, ///< or it is no foreign key
    child,   ///< a row refers to a row that is not there
    parent,  ///< a row was to be removed, or to get another key, that others refer to
};

/// A constraint that was violated, as far as SQLite and the schema tell. What they do not tell is empty.
struct Constraint {
    ConstraintKind kind = ConstraintKind::none;    ///< what sort it is
    ForeignKeySide side = ForeignKeySide::unknown; ///< of a foreign key: which side was written
    std::string table{};                ///< whose it is; of a foreign key the one that refers. Not of a CHECK
    std::vector<std::string> columns{}; ///< there, in the constraint's order
    std::string
        name{}; ///< of a CHECK, or its expression where it has none; of a unique index with an expression in it
    std::string parent{};                      ///< of a foreign key: the table that it refers to
    std::vector<std::string> parent_columns{}; ///< there, in the order of `columns`

    /// Whether it is one of exactly these columns, in any order: `error.constraint().is_on("users", {"name"})`.
    [[nodiscard]] bool is_on(std::string_view of_table,
                             std::initializer_list<std::string_view> of_columns) const noexcept
    {
        return table == of_table &&
               std::is_permutation(columns.begin(), columns.end(), of_columns.begin(), of_columns.end());
    }
};

namespace detail {

// One of which nothing is known but its kind; it lives as long as the program.
const Constraint& bare_constraint(ConstraintKind kind) noexcept;

} // namespace detail

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/core/impl/constraint.ipp>
#endif
