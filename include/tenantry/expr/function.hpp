// call<"name", R>(args...): a function by its name; typeof_.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/collate.hpp>
#include <tenantry/expr/detail/json_operand.hpp>
#include <tenantry/expr/detail/result.hpp>

namespace tenantry {

namespace detail {

// name(args...), NULL if one of the arguments is
template <FixedString Name, class Value, class... Args>
[[nodiscard]] constexpr auto function(Args&&... args)
{
    return compound<FunctionSyntax<Name>,
                    nullable_like<Value, Value, typename std::remove_cvref_t<Args>::value_type...>>(
        std::forward<Args>(args)...);
}

struct Typeof : FunctionSyntax<"typeof"> {
    static constexpr bool never_null = true;
};

} // namespace detail

/// Any function of SQLite's or of the program's own, and the type of its result: `call<"soundex", std::string>(
/// col<&User::name>)`. R is an optional where the function can give NULL; what no R holds is `errc::value_misfit` when
/// it is read. Functions that make JSON (`json_object` and its like) take values as `json_set` does. Whether there is such a function is seen when the statement is prepared: `errc::invalid_sql`.
template <FixedString Name, class R, class... Args>
[[nodiscard]] constexpr auto call(Args&&... args)
{
    static_assert(detail::is_plain_name(Name.view()),
                  "tenantry: the name of a function is made of letters, digits and underscores");
    static_assert(sqlite::Readable<R>, "tenantry: the result of call<>() is a type that a column can have");
    constexpr bool said = (detail::is_refused<Args> || ...);
    constexpr bool sound = (detail::is_argument<Args> && ...);
    static_assert(said || sound,
                  "tenantry: an argument of a function is an expression, or a value that can be bound");
    if constexpr (sound && !said)
        return detail::compound<detail::FunctionSyntax<Name>, R>(
            detail::call_argument<Name>(std::forward<Args>(args))...);
    else
        return detail::Refused{};
}

/// The storage of a value: `null`, `integer`, `real`, `text` or `blob`.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto typeof_(E&& expression)
{
    return detail::compound<detail::Typeof, std::string>(std::forward<E>(expression));
}

} // namespace tenantry
