// A row that was read through a tenant's handle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include <tenantry/core/reflect.hpp>
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
                      "tenantry: key<> names a member that is neither an Id nor an optional Id");
        using Pointed = typename field_of<Member>::value_type::row_type;
        return field ? IdAccess::key<T>(*field) : Key<Pointed, T>();
    }
}

} // namespace detail

/// A `Row` of tenant `T`: the row itself, and the scope in its type, so that it can be written, and pages begun after it,
/// only through handles of its own scope.
///
/// What the type does not see is seen at run time. A record that was read from another tenant is refused with
/// `errc::wrong_tenant`: by the row's own Id, which has its tenant's incarnation, or, where the row has none (its key is a text,
/// or it is of a view or a query), by eight bytes more that the record has. A record that a program makes of a plain row is
/// taken as that row, and so is `row()`.
template <class Row, class T>
struct Record : Row {
    using row_type = Row;
    using tenantry_scope = T;

    /// The plain row, for code that knows nothing of tenants (spans, JSON, structured bindings).
    [[nodiscard]] Row& row() & noexcept { return *this; }
    [[nodiscard]] const Row& row() const& noexcept { return *this; }
    [[nodiscard]] Row&& row() && noexcept { return static_cast<Row&&>(*this); }

    /// The row's own key, for rows with a member `Id<Row>`.
    [[nodiscard]] Key<Row, T> key() const
    {
        return detail::IdAccess::key<T>(get_field<id_index<Row>>(row()));
    }

    /// The key that a member points with: `record.template key<&AuditLog::user>()`. Unset where an optional
    /// member is empty.
    template <auto Member>
        requires FieldPointer<Member>
    [[nodiscard]] auto key() const
    {
        static_assert(std::is_same_v<row_of<Member>, Row>,
                      "tenantry: key<> names a member of another row type");
        return detail::key_of_member<Member, T>(row());
    }
};

// The same of a row that has no Id of its own. No base has what is added, so that it is still made by Record{row}.
template <class Row, class T>
    requires(!has_id<Row>)
struct Record<Row, T> : Row {
    using row_type = Row;
    using tenantry_scope = T;

    [[nodiscard]] Row& row() & noexcept { return *this; }
    [[nodiscard]] const Row& row() const& noexcept { return *this; }
    [[nodiscard]] Row&& row() && noexcept { return static_cast<Row&&>(*this); }

    template <auto Member>
        requires FieldPointer<Member>
    [[nodiscard]] auto key() const
    {
        static_assert(std::is_same_v<row_of<Member>, Row>,
                      "tenantry: key<> names a member of another row type");
        return detail::key_of_member<Member, T>(row());
    }

    // For structured bindings, which take no fields of a class and its base together.
    template <std::size_t I>
    [[nodiscard]] constexpr auto& get() & noexcept
    {
        return get_field<I>(static_cast<Row&>(*this));
    }
    template <std::size_t I>
    [[nodiscard]] constexpr auto& get() const& noexcept
    {
        return get_field<I>(static_cast<const Row&>(*this));
    }
    template <std::size_t I>
    [[nodiscard]] constexpr auto&& get() && noexcept
    {
        return static_cast<field_type<Row, I>&&>(get_field<I>(static_cast<Row&>(*this)));
    }

    // The mark of the tenant it was read from (query/record_mark.hpp).
    std::uint64_t tenantry_mark = 0;
};

/// How queries of tenant `T` give their rows: as records, and what they insert as keys.
template <class T>
struct Records {
    template <class Row>
    using row = Record<Row, T>;
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
