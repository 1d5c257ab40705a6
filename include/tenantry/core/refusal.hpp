// A service's own reasons to refuse something, beside the library's errors.
#pragma once

#include <concepts>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <tenantry/core/error.hpp>

namespace tenantry {

/// What a body may answer with where it gives no value: `Error`, or a type of the program's own that an `Error` converts to,
/// such as `std::variant<Refusal, Error>` or a class with a constructor that takes an `Error`. The conversion and moves of it do not
/// throw: an error is told where nobody can be told of another one.
template <class E>
concept ErrorType = std::same_as<E, std::remove_cvref_t<E>> && std::is_object_v<E> &&
                    std::move_constructible<E> && std::convertible_to<Error, E>;

/// The `Error` inside of an error of the program's own, or nullptr where it is a refusal. A class that holds one has a function
/// of this name in its namespace: `tenantry::Error* error_in(Failure& failure)`. The library calls it
/// to name the tenant in the Error, to make one that a deadline has ended a timeout, and to see in `retry` whether to try again.
[[nodiscard]] inline Error* error_in(Error& error) noexcept { return &error; }
template <class... Alternatives>
    requires(std::same_as<Error, Alternatives> || ...)
[[nodiscard]] Error* error_in(std::variant<Alternatives...>& error) noexcept
{
    return std::get_if<Error>(&error);
}

/// `return fail(Refusal::name_taken);` out of a function that returns a `Result<R, E>`, where E is made of it.
template <class Refusal>
    requires(!std::convertible_to<Refusal, Error> && !std::same_as<std::remove_cvref_t<Refusal>, errc>)
[[nodiscard]] tl::unexpected<std::remove_cvref_t<Refusal>> fail(Refusal&& refusal)
{
    return tl::unexpected<std::remove_cvref_t<Refusal>>(std::forward<Refusal>(refusal));
}

namespace detail {

template <class>
inline constexpr bool is_outcome = false;
template <class R, class E>
inline constexpr bool is_outcome<Result<R, E>> = true;

// Says why a body may not end with this error.
template <class Outcome>
constexpr bool check_error_type()
{
    if constexpr (is_outcome<Outcome>)
        static_assert(
            ErrorType<typename Outcome::error_type>,
            "tenantry: a body's own error type is one that an Error converts to: give it a constructor that takes a "
            "tenantry::Error, or use std::variant<Refusal, tenantry::Error>");
    return true;
}

// Whether the type says how its Error is found.
template <class E>
inline constexpr bool shows_error = requires(E& error) {
    { error_in(error) } -> std::same_as<Error*>;
};

template <class E>
[[nodiscard]] Error* find_error(E& error) noexcept
{
    if constexpr (shows_error<E>)
        return error_in(error);
    else
        return nullptr;
}

template <class E>
[[nodiscard]] const Error* find_error(const E& error) noexcept
{
    return find_error(const_cast<E&>(error)); // who finds it changes nothing
}

template <class R, class E>
void name_tenant(Result<R, E>& result, std::string_view tenant) noexcept
{
    if (result) return;
    if (Error* const error = find_error(result.error())) error->with_tenant(tenant);
}

// What a body is answered with that has thrown: what must() has thrown of the body's own errors, and of all else the Error that
// `error_of(thrown)` makes of it.
template <class Outcome, class ErrorOf>
[[nodiscard]] Outcome thrown_outcome(std::exception_ptr thrown, ErrorOf error_of)
{
    using E = typename Outcome::error_type;
    if constexpr (!std::same_as<E, Error>) {
        try {
            std::rethrow_exception(thrown);
        } catch (E& error) {
            return tl::unexpected<E>(std::move(error));
        } catch (...) { // as in every body
        }
    }
    return fail(error_of(std::move(thrown)));
}

} // namespace detail

} // namespace tenantry
