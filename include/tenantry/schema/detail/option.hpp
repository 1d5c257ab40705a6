// What an option of a table is: `PrimaryKey<...>`, `Default<...>`, `Index<...>` and what else there will be.
//
// An option is a type with
//   using tenantry_members = detail::Members<&Row::a, ...>;   the fields it names
// and any of these, each used only if it is there:
//   template <class Table> static consteval void rules();     static_asserts of its own, once the fields are known
//                                                              to be the row's
//   template <class S, class Table> static constexpr void column(TextSink&, std::size_t i);      after column i's type
//   template <class S, class Table> static constexpr void reference(TextSink&, std::size_t i);   after its REFERENCES
//   template <class S, class Table> static constexpr void deferral(TextSink&, std::size_t i);    after those
//   template <class S, class Table> static constexpr void constraint(TextSink&);                 a table constraint
//   template <class Index> static consteval bool schema_rules();   static_asserts of its own, once all rows of the
//                                                                  schema are known
//   template <class Table> using tenantry_objects = detail::TypeList<...>;   schema objects beside the table
//   static constexpr bool tenantry_unique = true;      no two rows are equal in its fields, whatever else they hold
//   static constexpr bool tenantry_generated = true;   its fields are computed by the database and never written
//   using tenantry_refers_to = detail::Members<&Other::a, ...>;   what its fields refer to, for joins
//   static constexpr std::string_view tenantry_column_name;   what its field's column is called
//   static constexpr std::string_view tenantry_column_type;   the text of its field's column's type
//   static constexpr std::string_view tenantry_collation;   how its fields are compared
//   static constexpr bool tenantry_leaves_part = true;   a statement that fails may leave something of what it makes the
//                                                        database do (`SchemaInfo::failures_leave_part`)
// and of the whole table tenantry_autoincrement, tenantry_without_rowid, tenantry_not_strict,
// so that a new one is a new file and nothing else.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>

#include <tenantry/core/detail/reflect.hpp>

namespace tenantry::detail {

template <class... Types>
struct TypeList {
    static constexpr std::size_t size = sizeof...(Types);
};

template <class... Lists>
struct concat_lists {
    using type = TypeList<>;
};
template <class... A>
struct concat_lists<TypeList<A...>> {
    using type = TypeList<A...>;
};
template <class... A, class... B, class... Rest>
struct concat_lists<TypeList<A...>, TypeList<B...>, Rest...> : concat_lists<TypeList<A..., B...>, Rest...> {};

template <auto... Fields>
struct Members {
    // Whether all of them are pointers to data members.
    static constexpr bool are_fields = (FieldPointer<Fields> && ...);

    template <class Row, auto Field>
    static consteval bool is_of() noexcept
    {
        if constexpr (FieldPointer<Field>)
            return std::same_as<row_of<Field>, Row>;
        else
            return false;
    }

    // Whether all of them are pointers to data members of Row.
    template <class Row>
    static constexpr bool all_of = (is_of<Row, Fields>() && ...);

    static constexpr std::size_t size = sizeof...(Fields);

    // Their positions in the row. Ask only when they are known to be one row's.
    static constexpr std::array<std::size_t, size> indices() noexcept { return {member_index<Fields>...}; }

    static constexpr bool contains(std::size_t index) noexcept
    {
        for (const std::size_t i : indices())
            if (i == index) return true;
        return false;
    }
};

template <class Option>
concept TableOption = requires { typename Option::tenantry_members; };

} // namespace tenantry::detail
