// asc(x), desc(x): what order_by() takes beside plain expressions.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/expr/expression.hpp>

namespace tenantry {

namespace detail {

enum class Direction { ascending, descending };

template <class Form, Direction Way>
struct OrderForm {
    template <class Out>
    static constexpr void render(Out& out)
    {
        Form::render(out);
        if constexpr (Way == Direction::descending) out.text(" DESC");
    }
};

template <class E, Direction Way>
struct Ordered {
    using tenantry_ordering = void;
    using source = typename E::source;
    using form = OrderForm<typename E::form, Way>;
    template <class... Keys>
    static constexpr bool grouped = E::template grouped<Keys...>;

    E by;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        E::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        by.bind(to);
    }
    [[nodiscard]] constexpr auto owned() const& { return Ordered<decltype(by.owned()), Way>{by.owned()}; }
    [[nodiscard]] constexpr auto owned() &&
    {
        return Ordered<decltype(std::move(by).owned()), Way>{std::move(by).owned()};
    }
};

template <class T>
concept AnyOrdering = requires { typename std::remove_cvref_t<T>::tenantry_ordering; };

template <Direction Way, class E>
[[nodiscard]] constexpr Ordered<std::remove_cvref_t<E>, Way> make_ordered(E&& expression)
{
    return {std::forward<E>(expression)};
}

} // namespace detail

/// The least first, which is the order of a plain expression too. NULL comes before everything.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto asc(E&& expression)
{
    return detail::make_ordered<detail::Direction::ascending>(std::forward<E>(expression));
}

/// The greatest first. NULL comes after everything.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto desc(E&& expression)
{
    return detail::make_ordered<detail::Direction::descending>(std::forward<E>(expression));
}

} // namespace tenantry
