// borrowed(text): a value that a query refers to instead of copying it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/lifetimebound.hpp>
#include <tenantry/expr/detail/operand.hpp>

namespace tenantry {

namespace detail {

template <class T>
inline constexpr bool is_lendable = std::is_convertible_v<const T&, std::string_view> ||
                                    std::is_convertible_v<const T&, std::span<const std::byte>>;

template <class T>
[[nodiscard]] constexpr auto view_of(const T& value)
{
    if constexpr (is_optional<T>)
        return value ? std::optional(view_of(*value)) : std::nullopt;
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
        return static_cast<std::string_view>(value);
    else
        return std::span<const std::byte>(value);
}

} // namespace detail

/// A view of a text or blob that is too large to be copied into a query:
/// `update<Page>(key).set(col<&Page::body> = borrowed(body))`. A query owns the values that it is made of, but for
/// views; what is borrowed has to outlive it, or until the call of an asynchronous operation returns, which copies what
/// is not the query's own. Of an optional text or blob it is an optional view.
///
/// Nothing is allocated for it, nor for a text of up to 15 characters that is copied. Other values have nothing to borrow.
template <class T>
[[nodiscard]] constexpr auto borrowed(const T& value TENANTRY_LIFETIMEBOUND)
{
    constexpr bool sound = detail::is_lendable<detail::unwrapped<T>>;
    static_assert(sound, "tenantry: borrowed() is for texts and blobs: other values have nothing to borrow");
    if constexpr (sound)
        return detail::view_of(value);
    else
        return std::string_view();
}
template <class T>
    requires(!std::is_lvalue_reference_v<T>)
[[nodiscard]] constexpr auto borrowed(T&& value)
{
    constexpr bool sound = detail::stays_view<detail::unwrapped<std::remove_cv_t<T>>>;
    static_assert(sound, "tenantry: borrowed() refers to its argument, and this one is a temporary: without "
                         "borrowed() it is moved into the query");
    if constexpr (sound)
        return detail::view_of(value);
    else
        return std::string_view();
}

} // namespace tenantry
