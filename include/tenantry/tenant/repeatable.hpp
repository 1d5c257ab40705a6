// A transaction body that may be called again.
#pragma once

#include <type_traits>
#include <utility>

namespace tenantry {

/// What `repeatable` makes: the body, and the caller's word that it may be called more than once.
template <class Body>
struct Repeatable {
    /// What may be called again.
    Body body;

    template <class Tx>
    auto operator()(Tx& tx) -> std::invoke_result_t<Body&, Tx&>
    {
        return body(tx);
    }
};

/// `db.async_write(repeatable(body))`: writes that queue up are committed together, and where one of them makes
/// SQLite roll back the whole transaction (an interrupted statement, `OR ROLLBACK`), this body is called again,
/// in a transaction of its own, instead of being answered with `errc::batch_aborted`.
///
/// What the body does beyond its transaction it may then do twice: let it assign what it hands out, not append.
template <class Body>
[[nodiscard]] Repeatable<std::remove_cvref_t<Body>> repeatable(Body&& body)
{
    return {std::forward<Body>(body)};
}

namespace detail {

template <class>
inline constexpr bool is_repeatable = false;
template <class Body>
inline constexpr bool is_repeatable<Repeatable<Body>> = true;

} // namespace detail

} // namespace tenantry
