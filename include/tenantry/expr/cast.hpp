// cast<T>(expression)
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/expr/detail/operand.hpp>

namespace tenantry {

namespace detail {

template <sqlite::Storage To>
struct Cast {
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out, class Operand>
    static constexpr void render(Out& out)
    {
        out.text("CAST(");
        Operand::render(out);
        out.text(" AS ");
        out.text(sqlite::storage_name(To));
        out.text(")");
    }
};

template <class T>
inline constexpr bool is_cast_target = [] {
    if constexpr (is_optional<T> || IdType<T> || KeyType<T>)
        return false;
    else if constexpr (!sqlite::Storable<T>)
        return false;
    else
        return !sqlite::is_nullable<T> && sqlite::Codec<T>::storage != sqlite::Storage::null;
}();

} // namespace detail

/// The value converted to the storage of T, as SQLite converts (https://sqlite.org/lang_expr.html#castexpr), and read
/// as a T: `cast<std::string>(col<&Job::cost>)`, `cast<std::int64_t>(col<&Setting::value>)`. NULL stays NULL.
///
/// SQLite's conversions do not fail: a text becomes the number that it begins with, or 0, and a number beyond 64 bits
/// the nearest one. A result that no T holds (an enumerator that does not exist, 300 as an int8) is
/// `errc::value_misfit` when it is read.
///
/// There is no cast to an Id: ids come from columns and keys, which know their tenant.
template <class T, detail::AnyExpression E>
[[nodiscard]] constexpr auto cast(E&& expression)
{
    static_assert(
        !IdType<T> && !KeyType<T>,
        "tenantry: nothing is cast to an id: ids come from columns and from key_for<Row>(db, value)");
    static_assert(
        detail::is_cast_target<T> || IdType<T> || KeyType<T>,
        "tenantry: cast<T>() takes a type that a column can have, and no optional: NULL stays NULL");
    if constexpr (detail::is_cast_target<T> && !detail::is_refused<E>)
        return detail::compound<detail::Cast<sqlite::Codec<T>::storage>,
                                detail::nullable_like<T, typename std::remove_cvref_t<E>::value_type>>(
            std::forward<E>(expression));
    else
        return detail::Refused{};
}

} // namespace tenantry
