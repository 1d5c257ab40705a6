// A row that was read through a tenant's handle.
#pragma once

#include <cstddef>
#include <type_traits>

#include <tenantry/core/reflect.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/tenant/fwd.hpp>

namespace tenantry {

/// A `Row` of tenant `T`: the row itself, with no data of its own, and the scope in its type, so that it can
/// be updated and removed only through handles of its own scope.
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
        requires has_id<Row>
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
        const auto& field = this->*Member;
        if constexpr (IdType<field_of<Member>>) {
            return detail::IdAccess::key<T>(field);
        } else {
            static_assert(IdType<typename field_of<Member>::value_type>,
                          "tenantry: key<> names a member that is neither an Id nor an optional Id");
            using Pointed = typename field_of<Member>::value_type::row_type;
            return field ? detail::IdAccess::key<T>(*field) : Key<Pointed, T>();
        }
    }
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
