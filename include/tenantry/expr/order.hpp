// asc(x), desc(x), nulls_first(x), nulls_last(x): what order_by() takes beside plain expressions.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry {

namespace detail {

enum class Direction { ascending, descending };

// Where NULL comes: where the direction has it (first if ascending), or as it is said.
enum class Nulls { by_direction, first, last };

template <class Form, Direction Way, Nulls Where>
struct OrderForm {
    template <class Out>
    static constexpr void render(Out& out)
    {
        Form::render(out);
        if constexpr (Way == Direction::descending) out.text(" DESC");
        if constexpr (Where == Nulls::first) out.text(" NULLS FIRST");
        if constexpr (Where == Nulls::last) out.text(" NULLS LAST");
    }
};

template <class E, Direction Way, Nulls Where = Nulls::by_direction>
struct Ordered {
    using tenantry_ordering = void;
    using source = typename E::source;
    using form = OrderForm<typename E::form, Way, Where>;
    static constexpr bool aggregate = E::aggregate;
    static constexpr bool window = is_windowed<E>;
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
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Ordered<owned_t<E>, Way, Where>{detail::own_part<Self>(self.by)};
    }
};

template <class T>
concept AnyOrdering = requires { typename std::remove_cvref_t<T>::tenantry_ordering; };

template <class T>
concept OrderingOrExpression = AnyExpression<T> || AnyOrdering<T>;

// Whether an expression is made of constants alone.
template <class E>
inline constexpr bool is_of_constants = is_constant<E>;
template <class Syntax, class Value, class First, class... Rest>
inline constexpr bool is_of_constants<Compound<Syntax, Value, First, Rest...>> =
    is_of_constants<First> && (is_of_constants<Rest> && ...);

// SQLite would take a number for a column's place in the result.
template <class E>
constexpr void refuse_constant_order()
{
    static_assert(!is_of_constants<E>,
                  "tenantry: rows are ordered or grouped by a constant, which is the same in all of them");
}

// What takes an order takes plain expressions as well.
template <class E>
[[nodiscard]] constexpr Ordered<E, Direction::ascending> to_ordering(E expression)
    requires AnyExpression<E>
{
    return {std::move(expression)};
}
template <AnyOrdering Ordering>
[[nodiscard]] constexpr Ordering to_ordering(Ordering ordering)
{
    return ordering;
}

template <class T>
[[nodiscard]] constexpr auto as_ordering(T&& by)
{
    return to_ordering(std::remove_cvref_t<T>(std::forward<T>(by)));
}

template <Direction To, class E, Direction Way, Nulls Where>
[[nodiscard]] constexpr Ordered<E, To, Where> directed(Ordered<E, Way, Where> ordering)
{
    return {std::move(ordering.by)};
}

template <Nulls To, class E, Direction Way, Nulls Where>
[[nodiscard]] constexpr Ordered<E, Way, To> with_nulls(Ordered<E, Way, Where> ordering)
{
    return {std::move(ordering.by)};
}

} // namespace detail

/// The least first, which is the order of a plain expression too. NULL comes before everything.
template <detail::OrderingOrExpression E>
[[nodiscard]] constexpr auto asc(E&& expression)
{
    return detail::directed<detail::Direction::ascending>(detail::as_ordering(std::forward<E>(expression)));
}

/// The greatest first. NULL comes after everything.
template <detail::OrderingOrExpression E>
[[nodiscard]] constexpr auto desc(E&& expression)
{
    return detail::directed<detail::Direction::descending>(detail::as_ordering(std::forward<E>(expression)));
}

/// NULL before everything, whatever the direction: `nulls_first(desc(col<&Job::processed_at>))`.
template <detail::OrderingOrExpression E>
[[nodiscard]] constexpr auto nulls_first(E&& expression)
{
    return detail::with_nulls<detail::Nulls::first>(detail::as_ordering(std::forward<E>(expression)));
}

/// NULL after everything, whatever the direction: `nulls_last(col<&Job::processed_at>)`.
template <detail::OrderingOrExpression E>
[[nodiscard]] constexpr auto nulls_last(E&& expression)
{
    return detail::with_nulls<detail::Nulls::last>(detail::as_ordering(std::forward<E>(expression)));
}

} // namespace tenantry
