// What can be run: on a reader, on a writer.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/query/rows.hpp>

namespace tenantry {

/// Anything that can be executed: what `select`, `insert`, `update`, `remove`, `sql` and their like make.
template <class Q>
concept Statement = requires {
    typename std::remove_cvref_t<Q>::form;
    { std::remove_cvref_t<Q>::reads } -> std::convertible_to<bool>;
    { std::remove_cvref_t<Q>::writes } -> std::convertible_to<bool>;
};

/// One that may run on a connection that only reads.
template <class Q>
concept ReadQuery = Statement<Q> && std::remove_cvref_t<Q>::reads;

/// One that may change something. A raw statement of which the text does not say so is both.
template <class Q>
concept WriteQuery = Statement<Q> && std::remove_cvref_t<Q>::writes;

/// What running it gives, under a policy for rows (`PlainRows`): a vector, an optional, a key, a number, nothing.
template <class S, class Rows, class Q>
using result_t = typename std::remove_cvref_t<Q>::template result<Rows>;

/// Whether a row, or rows, handed in as a temporary and not trivial to destroy, are in it.
template <class Q>
inline constexpr bool is_rvalue_row = requires { requires std::remove_cvref_t<Q>::owns_row; };

/// The same query owning everything that it refers to, of the same form: texts and bytes that it was given as views, and
/// rows that have a name. For when it runs after them; an asynchronous operation does so by itself.
template <Statement Q>
[[nodiscard]] constexpr auto own(Q&& query)
{
    return detail::owned(std::forward<Q>(query));
}

} // namespace tenantry
