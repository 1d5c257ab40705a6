// co_await must(operation): the same for what is awaited.
#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <tenantry/core/error.hpp>
#include <tenantry/core/must.hpp>
#include <tenantry/core/refusal.hpp>

namespace tenantry {

namespace detail {

// What is awaited for a Result: `result` is its type, `executor` the type of the coroutines that may await it.
template <class>
struct awaited_result {
    static constexpr bool is_result = false;
};
template <class R, ErrorType E, class Executor>
struct awaited_result<boost::asio::awaitable<Result<R, E>, Executor>> {
    static constexpr bool is_result = true;
    using result = Result<R, E>;
    using executor = Executor;
};

template <class Signature>
struct completed_result : awaited_result<void> {};
template <class R, ErrorType E>
struct completed_result<void(Result<R, E>)> {
    static constexpr bool is_result = true;
    using result = Result<R, E>;
    using executor = boost::asio::any_io_executor;
};

template <class Operation>
    requires boost::asio::is_async_operation<Operation>::value
struct awaited_result<Operation>
    : completed_result<typename boost::asio::completion_signature_of<Operation>::type> {};

#if defined(__GNUC__) && !defined(__clang__)
// Of a coroutine's frame, whose fields have the types of the caller's lambdas, g++ says that they are nobody else's.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

template <class Awaited, class Executor, class Operation>
boost::asio::awaitable<typename Awaited::value_type, Executor> await_or_throw(Operation operation)
{
    Awaited result = co_await std::move(operation);
    if (!result) [[unlikely]]
        throw_error(std::move(result).error());
    if constexpr (!std::is_void_v<typename Awaited::value_type>) co_return *std::move(result);
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

} // namespace detail

/// `co_await must(db.async_read(query))`: the value that an operation completes with; where it completes with an Error, that
/// is thrown out of the `co_await`. For what ends the body of a scope, as `must` of a Result is.
///
/// Takes an operation of `asio::deferred`, which all are that are given no other token, or an
/// `asio::awaitable<Result<R>>`; gives an `asio::awaitable<R>`, a coroutine of its own.
/// `must(co_await db.async_read(query))` does the same without one, on every executor.
template <class Operation>
    requires(!detail::is_outcome<std::remove_cvref_t<Operation>> ||
             !ErrorType<typename std::remove_cvref_t<Operation>::error_type>)
[[nodiscard]] auto must(Operation&& operation)
{
    using Awaited = detail::awaited_result<std::remove_cvref_t<Operation>>;
    static_assert(Awaited::is_result,
                  "tenantry: must() takes a Result<R>, or what is awaited for one: must(db.read(query)), "
                  "co_await must(db.async_read(query))");
    if constexpr (Awaited::is_result)
        return detail::await_or_throw<typename Awaited::result, typename Awaited::executor>(
            std::remove_cvref_t<Operation>(std::forward<Operation>(operation)));
}

} // namespace tenantry
