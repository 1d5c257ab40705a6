// cursor_after(query, row): the place of a row among the pages of a query, for a caller to bring back.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/cursor.hpp>
#include <tenantry/query/detail/record_mark.hpp>
#include <tenantry/query/page.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/tenant/key_for.hpp>

namespace tenantry {

namespace detail {

// The scope of a row of a result: that of a record or a key, or of the first of a tuple that has one. void where none has.
template <class Row>
struct scope_of_row : scope_of<Row> {};
template <class... Parts>
struct scope_of_row<std::tuple<Parts...>> {
    using type = first_type_t<typename scope_of<Parts>::type...>;
};
template <class Row>
using scope_of_row_t = typename scope_of_row<Row>::type;

// The mark of the tenant that a part of a row comes from; 0 where it does not say.
template <class Part>
[[nodiscard]] std::uint64_t tenant_mark_of([[maybe_unused]] const Part& part)
{
    if constexpr (AnyRecord<Part>)
        return mark_of(part);
    else if constexpr (KeyType<Part>)
        return part.has_value() ? IdAccess::mark(part.incarnation()) : 0;
    else
        return 0;
}
template <class Part>
[[nodiscard]] std::uint64_t tenant_mark_of(const std::optional<Part>& part)
{
    return part ? tenant_mark_of(*part) : 0;
}
template <class... Parts>
[[nodiscard]] std::uint64_t tenant_mark_of(const std::tuple<Parts...>& row)
{
    std::uint64_t mark = 0;
    std::apply([&](const Parts&... part) { ((mark == 0 ? void(mark = tenant_mark_of(part)) : void()), ...); },
               row);
    return mark;
}

} // namespace detail

/// The cursor of a row that `query` gave, the last one of a page: `cursor_after(tickets, page.back())`. What the query is
/// ordered by is among what it selects, as for `page_after(query, row)`. `handle` is a `TenantDb`, a `Tx` or a `Snapshot`.
///
/// Errors: wrong_tenant for a record of another tenant; invalid_argument where the row has no place, since a value that the
/// query is ordered by could not be stored.
template <detail::Handle H, class Q, class Row>
[[nodiscard]] Result<Cursor> cursor_after(const H& handle, const Q& query, const Row& row)
{
    using S = schema_of<typename detail::handle_traits<H>::tenant>;
    if constexpr (detail::check_page_row<Q>()) {
        constexpr bool is_unique = detail::is_unique_order<S, Q>();
        static_assert(
            is_unique,
            "tenantry: pages need an order that tells every row from every other: end order_by() with the "
            "primary key, or with columns that are unique, of each table that is read, or say "
            "unique_by<columns...>(query)");
        return detail::make_cursor<S>(query, row, handle.incarnation());
    } else {
        return Cursor();
    }
}

/// The same of a row that says whose it is: a record, or a tuple with a record or a key in it. Others need the handle.
template <class Q, class Row>
[[nodiscard]] Result<Cursor> cursor_after(const Q& query, const Row& row)
{
    using T = detail::scope_of_row_t<Row>;
    static_assert(!std::is_void_v<T>,
                  "tenantry: a row without a record or a key in it does not say whose it is: "
                  "cursor_after(db, query, row)");
    if constexpr (!std::is_void_v<T> && detail::check_page_row<Q>()) {
        const std::uint64_t mark = detail::tenant_mark_of(row);
        if (mark == 0)
            return fail(
                errc::invalid_argument,
                "a cursor is of a row that was read: this one was made by the program, or its keys are unset");
        return detail::make_cursor<schema_of<T>>(query, row, mark == detail::no_incarnation ? 0 : mark);
    } else {
        return Cursor();
    }
}

} // namespace tenantry
