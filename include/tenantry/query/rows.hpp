// What rows and keys a query gives: plain ones here, those of a tenant's scope on the floor above.
#pragma once

#include <optional>
#include <type_traits>

#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/id.hpp>

namespace tenantry {

/// Rows as they were declared, and ids as keys. A policy of this kind is the `Rows` of `execute`:
/// - `row<Row>` is Row, or a default-constructible class derived from it, that has no data of its own but perhaps
///   the tenant that it was read from (detail::MarkedRecord);
/// - `key<Row>` is what an id column of Row and an inserted row's id are given as: `Id` or `Key`.
struct PlainRows {
    /// What a row comes as.
    template <class Row>
    using row = Row;
    /// What its key comes as.
    template <class Row>
    using key = Id<Row, id_value_t<Row>>;
};

namespace detail {

// A selected value's type: ids as keys, everything else as it is.
template <class Rows, class T>
struct selected {
    using type = T;
};
template <class Rows, class Row, class Value>
struct selected<Rows, Id<Row, Value>> {
    using type = typename Rows::template key<Row>;
};
template <class Rows, class T>
struct selected<Rows, std::optional<T>> {
    using type = std::optional<typename selected<Rows, T>::type>;
};
template <class Rows, class T>
using selected_t = typename selected<Rows, T>::type;

// The scope a row or a key belongs to; void for plain rows and other values. Records of a scope say
// `using tenantry_scope = T; using tenantry_row = Row;`, or `row_type`, which a row may have a member of.
template <class T>
struct scope_of {
    using type = void;
};
template <class Row, class T>
struct scope_of<Key<Row, T>> {
    using type = T;
};
template <class Record>
    requires requires { typename Record::tenantry_scope; }
struct scope_of<Record> {
    using type = typename Record::tenantry_scope;
};
template <class T>
struct scope_of<std::optional<T>> : scope_of<T> {};
template <class T>
using scope_of_t = typename scope_of<T>::type;

// The declared row of what was given: of a record its row, of a row itself.
template <class Given>
struct declared_row {
    using type = Given;
};
template <class Given>
    requires(
        requires { typename Given::tenantry_scope; } && !requires { typename Given::tenantry_row; })
struct declared_row<Given> {
    using type = typename Given::row_type;
};
template <class Given>
    requires requires {
        typename Given::tenantry_scope;
        typename Given::tenantry_row;
    }
struct declared_row<Given> {
    using type = typename Given::tenantry_row;
};
template <class Given>
using declared_row_t = typename declared_row<std::remove_cvref_t<Given>>::type;

} // namespace detail

} // namespace tenantry
