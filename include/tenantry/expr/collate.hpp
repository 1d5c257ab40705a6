// collate<"nocase">(expression): by which order texts are compared.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/operand.hpp>

namespace tenantry {

namespace detail {

template <FixedString Name>
struct Collate {
    static constexpr Precedence precedence = Precedence::collate;

    template <class Out, class Operand>
    static constexpr void render(Out& out)
    {
        render_operand<Operand>(out, precedence);
        out.text(" COLLATE \"");
        out.text(Name.view());
        out.text("\"");
    }
};

// What stands between quotes as it is.
consteval bool is_plain_name(std::string_view name)
{
    for (const char c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9');
}

} // namespace detail

/// The text, compared and ordered by a collation: `order_by(collate<"nocase">(col<&User::name>))`. SQLite has
/// `binary` (the bytes), `nocase` (the 26 letters of ASCII in both cases) and `rtrim` (spaces at the end do not count);
/// a program can register others (https://sqlite.org/datatype3.html#collation).
template <FixedString Name, detail::AnyExpression E>
[[nodiscard]] constexpr auto collate(E&& expression)
{
    static_assert(detail::is_plain_name(Name.view()),
                  "tenantry: the name of a collation is made of letters, digits and underscores");
    constexpr bool text = detail::is_text_operand<E>();
    static_assert(text || detail::is_refused<E>, "tenantry: collate<>() is for text");
    if constexpr (text && !detail::is_refused<E>)
        return detail::compound<detail::Collate<Name>, typename std::remove_cvref_t<E>::value_type>(
            std::forward<E>(expression));
    else
        return detail::Refused{};
}

} // namespace tenantry
