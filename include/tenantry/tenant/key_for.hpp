// key_for<Row>(db, 42): a key of a value that came from outside.
#pragma once

#include <utility>

#include <tenantry/core/detail/type_name.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/tenant/fwd.hpp>

namespace tenantry {

namespace detail {

// What a tenant is reached by: the handle, and what a body is given.
template <class>
struct handle_traits {
    static constexpr bool is_handle = false;
};
template <class T>
struct handle_traits<TenantDb<T>> {
    static constexpr bool is_handle = true;
    using tenant = T;
};
template <class T>
struct handle_traits<Tx<T>> {
    static constexpr bool is_handle = true;
    using tenant = T;
};
template <class T>
struct handle_traits<Snapshot<T>> {
    static constexpr bool is_handle = true;
    using tenant = T;
};

template <class H>
concept Handle = handle_traits<H>::is_handle;

} // namespace detail

/// The key of a number (or whatever else the ids of `Row` hold) that came from outside, of a URL or a form:
/// `key_for<Ticket>(db, 42)`. `handle` is a `TenantDb`, a `Tx` or a `Snapshot`. It says nothing of whether there is such a
/// row: that is for the query to find out.
template <class Row, detail::Handle H>
[[nodiscard]] auto key_for(const H& handle, id_value_t<Row> value)
    -> Key<Row, typename detail::handle_traits<H>::tenant>
{
    using T = typename detail::handle_traits<H>::tenant;
    (void)table_of<schema_of<T>, Row>{};
    return detail::IdAccess::key<Row, T>(std::move(value), handle.incarnation());
}

/// The key of an id that was kept in a plain row: `key_for(db, note.author)`. Unset for an id that is.
///
/// Errors: wrong_tenant for an id of another tenant.
template <class Row, class Value, detail::Handle H>
[[nodiscard]] auto key_for(const H& handle, const Id<Row, Value>& id)
    -> Result<Key<Row, typename detail::handle_traits<H>::tenant>>
{
    using T = typename detail::handle_traits<H>::tenant;
    (void)table_of<schema_of<T>, Row>{};
    if (id.has_value() && id.incarnation() != handle.incarnation()) {
        Error error = detail::stranger(detail::type_name<Row>());
        if constexpr (requires { handle.id(); }) error.with_tenant(handle.id());
        return fail(std::move(error));
    }
    return detail::IdAccess::key<T>(id);
}

} // namespace tenantry
