// must(result): the value of a Result, or its Error thrown, for code that ends where something fails.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/core/refusal.hpp>

namespace tenantry {

namespace detail {

// Not inline: the path that is hardly ever taken.
[[noreturn, gnu::cold, gnu::noinline]] inline void throw_error(Error error) { throw Error(std::move(error)); }
template <class E>
[[noreturn, gnu::cold, gnu::noinline]] void throw_error(E error)
{
    throw E(std::move(error));
}

} // namespace detail

/// The value of a result that is not wanted without it; where there is none, the Error is thrown as itself. For what ends a
/// body: the operation that called the body catches it and answers with the same Error, as if the body had returned it.
///
///     auto transfer = [&](auto& tx) -> Result<void> {
///         auto from = must(tx.read(one(select<Account>(payer))));
///         ...
///
/// A failure that is an ordinary outcome is better looked at (`if (!found) ...`). Outside of a body nobody turns the Error
/// back: an exception that is not caught ends the program.
///
/// Where the body has an error type of its own, the Error is converted to that; and a `Result<R, E>` with that type throws an E,
/// which is the answer as it is. In a body with another error type that is an exception like any other (`errc::body_failed`).
///
/// Of a temporary result the value itself, of a named one a reference to the value in it.
template <class T, ErrorType E>
constexpr T must(Result<T, E>&& result)
{
    if (!result) [[unlikely]]
        detail::throw_error(std::move(result).error());
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}
template <class T, ErrorType E>
constexpr std::add_lvalue_reference_t<T> must(Result<T, E>& result)
{
    if (!result) [[unlikely]]
        detail::throw_error(result.error());
    if constexpr (!std::is_void_v<T>) return *result;
}
template <class T, ErrorType E>
constexpr std::add_lvalue_reference_t<const T> must(const Result<T, E>& result)
{
    if (!result) [[unlikely]]
        detail::throw_error(result.error());
    if constexpr (!std::is_void_v<T>) return *result;
}

} // namespace tenantry
