// A row that was read through a tenant's handle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/tenant/fwd.hpp>

namespace tenantry {

namespace detail {

template <auto Member, class T>
[[nodiscard]] auto key_of_member(const row_of<Member>& row)
{
    const auto& field = row.*Member;
    if constexpr (IdType<field_of<Member>>) {
        return IdAccess::key<T>(field);
    } else {
        static_assert(IdType<typename field_of<Member>::value_type>,
                      "tenantry: key_of<> names a member that is neither an Id nor an optional Id");
        using Pointed = typename field_of<Member>::value_type::row_type;
        return field ? IdAccess::key<T>(*field) : Key<Pointed, T>();
    }
}

} // namespace detail

/// A `Row` of tenant `T`: the row itself, and the scope in its type, so that it can be written, and pages begun after it,
/// only through handles of its own scope.
///
/// `key_of(record)` is its key, `plain(record)` the row for code that knows nothing of tenants. The record has no names of its
/// own but those that begin with `tenantry_`, so that a row may have members of any name.
///
/// What the type does not see is seen at run time. A record that was read from another tenant is refused with
/// `errc::wrong_tenant`: by the row's own Id, which has its tenant's incarnation, or, where the row has none (its key is a text,
/// or it is of a view or a query), by eight bytes more that the record has. A record that a program makes of a plain row is
/// taken as that row, and so is `plain(record)`.
template <class Row, class T>
struct Record : Row {
    using tenantry_row = Row;
    using tenantry_scope = T;
};

// The same of a row that has no Id of its own.
template <class Row, class T>
    requires(!has_id<Row>)
struct Record<Row, T> : Row {
    using tenantry_row = Row;
    using tenantry_scope = T;

    // The mark of the tenant it was read from (query/detail/record_mark.hpp).
    std::uint64_t tenantry_mark = 0;
};

/// The key of a record whose row has an `Id<Row>`: `select<Job>().where(col<&Job::owner> == key_of(user))`.
template <class Row, class T>
[[nodiscard]] auto key_of(const Record<Row, T>& record)
{
    static_assert(has_id<Row>,
                  "tenantry: key_of(record) is for rows with a member Id<Row>: a row without one is found by "
                  "the values of its primary key");
    if constexpr (has_id<Row>)
        return detail::IdAccess::key<T>(get_field<id_index<Row>>(static_cast<const Row&>(record)));
}

/// The key that a member of a record points with: `key_of<&AuditLog::user>(record)`. Unset where an optional member is
/// empty.
template <auto Member, class Row, class T>
    requires FieldPointer<Member>
[[nodiscard]] auto key_of(const Record<Row, T>& record)
{
    static_assert(std::is_same_v<row_of<Member>, Row>,
                  "tenantry: key_of<> names a member of another row type");
    return detail::key_of_member<Member, T>(static_cast<const Row&>(record));
}

/// The plain row of a record, for code that knows nothing of tenants (spans, JSON, structured bindings). It is the record's
/// own, a part of it; of a temporary it is moved from.
template <class Row, class T>
[[nodiscard]] constexpr Row& plain(Record<Row, T>& record) noexcept
{
    return record;
}
template <class Row, class T>
[[nodiscard]] constexpr const Row& plain(const Record<Row, T>& record) noexcept
{
    return record;
}
template <class Row, class T>
[[nodiscard]] constexpr Row&& plain(Record<Row, T>&& record) noexcept
{
    return static_cast<Row&&>(record);
}

// For structured bindings of records that have a mark, which take no fields of a class and its base together.
/// The I-th member, for structured bindings.
template <std::size_t I, class Row, class T>
    requires(!has_id<Row>)
[[nodiscard]] constexpr auto& get(Record<Row, T>& record) noexcept
{
    return get_field<I>(static_cast<Row&>(record));
}
template <std::size_t I, class Row, class T>
    requires(!has_id<Row>)
[[nodiscard]] constexpr auto& get(const Record<Row, T>& record) noexcept
{
    return get_field<I>(static_cast<const Row&>(record));
}
template <std::size_t I, class Row, class T>
    requires(!has_id<Row>)
[[nodiscard]] constexpr auto&& get(Record<Row, T>&& record) noexcept
{
    return static_cast<field_type<Row, I>&&>(get_field<I>(static_cast<Row&>(record)));
}

/// How queries of tenant `T` give their rows: as records, and what they insert as keys.
template <class T>
struct Records {
    /// What a row comes as.
    template <class Row>
    using row = Record<Row, T>;
    /// What its key comes as.
    template <class Row>
    using key = Key<Row, T>;
};

} // namespace tenantry

template <class Row, class T>
    requires(!tenantry::has_id<Row>)
struct std::tuple_size<tenantry::Record<Row, T>>
    : std::integral_constant<std::size_t, tenantry::field_count<Row>> {};

template <std::size_t I, class Row, class T>
    requires(!tenantry::has_id<Row>)
struct std::tuple_element<I, tenantry::Record<Row, T>> {
    using type = tenantry::field_type<Row, I>;
};
