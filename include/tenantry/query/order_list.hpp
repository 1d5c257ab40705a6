// order_list(wanted, sortable<...>(...)...): an order that is chosen at run time, out of a list.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/node_list.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/order.hpp>
#include <tenantry/query/detail/choices.hpp>
#include <tenantry/query/detail/clause.hpp>

namespace tenantry {

/// One of the orders that `order_list` offers, and its direction.
template <class Key>
struct Sort {
    /// What is sorted by.
    Key by{};
    /// Whether the greatest comes first.
    bool descending = false;

    friend constexpr bool operator==(const Sort&, const Sort&) = default;
};
/// A sorting by a key.
template <class Key>
Sort(Key, bool = false) -> Sort<Key>;

namespace detail {

// How many bits a number needs.
constexpr unsigned bits_of(std::uint64_t greatest) noexcept
{
    unsigned bits = 0;
    for (; greatest != 0; greatest >>= 1) ++bits;
    return bits;
}

// What is chosen at one place: nothing more, or one of `Count` orders in one of two directions.
template <std::size_t Count>
inline constexpr std::uint64_t last_choice = 2 * Count;

template <class... Forms>
struct OrderListForm {
    static constexpr bool is_list = true;

    template <class Out>
    static constexpr void render_items(Out& out, bool& first)
    {
        constexpr std::uint64_t last = last_choice<sizeof...(Forms)>;
        for (std::size_t i = 0; i < sizeof...(Forms); ++i) {
            const std::uint64_t chosen = out.choose(bits_of(last), last);
            if (chosen == 0) return;
            out.text(first ? " ORDER BY " : ", ");
            first = false;
            std::size_t at = 0;
            ((at++ == (chosen - 1) / 2 ? Forms::render(out) : void()), ...);
            if (chosen % 2 == 0) out.text(" DESC");
        }
    }
};

// An entry of the list: what it is called, and what is sorted by.
template <auto Key, class E>
struct Sortable {
    using tenantry_sortable = void;
    static constexpr auto key = Key;
    E by;
};

template <class T>
concept AnySortable = requires { typename std::remove_cvref_t<T>::tenantry_sortable; };

[[gnu::cold, gnu::noinline]] inline Error no_such_order()
{
    return Error(errc::invalid_argument, "an order was chosen that is not in the query's order_list()");
}

// The orders that were chosen, by their places in the list.
template <class... E>
struct OrderList {
    using tenantry_ordering = void;
    using tenantry_order_list = void;
    using source = first_type_t<typename E::source...>;
    using form = OrderListForm<typename E::form...>;
    static constexpr bool aggregate = (E::aggregate || ...);
    static constexpr bool window = (is_windowed<E> || ...);
    template <class... Keys>
    static constexpr bool grouped = (E::template grouped<Keys...> && ...);

    Pack<E...> by;
    std::array<std::uint8_t, sizeof...(E)> chosen{}; // as OrderListForm reads them, to the first 0
    bool is_sound = true;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        (E::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        if (!is_sound) [[unlikely]]
            to.refuse(no_such_order());
        by.apply([&](const E&... each) {
            for (const std::uint8_t choice : chosen) {
                add_choice(to, bits_of(last_choice<sizeof...(E)>), choice);
                if (choice == 0) return;
                int at = 0;
                ((at++ == (choice - 1) / 2 ? each.bind(to) : void()), ...);
            }
        });
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return OrderList<owned_t<E>...>{detail::own_part<Self>(self.by), self.chosen, self.is_sound};
    }
};

template <class T>
concept AnyOrderList = requires { typename std::remove_cvref_t<T>::tenantry_order_list; };

// ORDER BY where a part of it, and so perhaps all, is chosen at run time.
template <class... Forms>
struct ChosenOrderForm {
    static constexpr Position position = Position::order_by;

    template <class Out>
    static constexpr void render(Out& out)
    {
        bool first = true;
        (render_one<Forms>(out, first), ...);
    }

private:
    template <class Form, class Out>
    static constexpr void render_one(Out& out, bool& first)
    {
        if constexpr (requires { Form::is_list; }) {
            Form::render_items(out, first);
        } else {
            out.text(first ? " ORDER BY " : ", ");
            first = false;
            Form::render(out);
        }
    }
};

template <class... Nodes>
struct ChosenOrderBy : NodeList<Nodes...> {
    using form = ChosenOrderForm<typename Nodes::form...>;

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return ChosenOrderBy<owned_t<Nodes>...>{{detail::own_part<Self>(self.nodes)}};
    }
};

template <class Key, class... Entries>
inline constexpr bool keys_differ = [] {
    constexpr std::array<Key, sizeof...(Entries)> keys{Entries::key...};
    for (std::size_t i = 0; i < keys.size(); ++i)
        for (std::size_t j = i + 1; j < keys.size(); ++j)
            if (keys[i] == keys[j]) return false;
    return true;
}();

} // namespace detail

/// An order that users may choose: what they call it, an enumerator, and what it sorts by.
template <auto Key, detail::AnyExpression E>
[[nodiscard]] constexpr auto sortable(E&& by)
{
    static_assert(std::is_enum_v<decltype(Key)>,
                  "tenantry: sortable<Order::newest>(...) is called by an enumerator");
    detail::refuse_constant_order<std::remove_cvref_t<E>>();
    return detail::Sortable<Key, std::remove_cvref_t<E>>{std::forward<E>(by)};
}

/// An order chosen at run time, for order_by(): the entries of the list that `wanted` names, in its order, each in its
/// direction; an entry that comes twice counts the first time. Beside it there may be fixed ones:
///
///     .order_by(order_list(wanted, sortable<By::cost>(col<&Job::cost>), sortable<By::age>(col<&Job::created_at>)),
///               col<&Job::id>)
///
/// `wanted` is read at once. What is not in the list, a number that was cast, is `errc::invalid_argument` when the
/// query runs. Each order that comes up keeps its prepared statement, as with `when`.
template <class Key, detail::AnySortable... Entries>
    requires std::is_enum_v<Key>
[[nodiscard]] constexpr auto order_list(std::span<const Sort<Key>> wanted, Entries&&... entries)
{
    static_assert(sizeof...(Entries) > 0 && sizeof...(Entries) < 100,
                  "tenantry: order_list() takes the orders that there are: sortable<Order::newest>(...)");
    static_assert(
        (std::same_as<std::remove_cv_t<decltype(std::remove_cvref_t<Entries>::key)>, Key> && ...),
        "tenantry: the orders of an order_list() are called by enumerators of one enum, that of Sort<Enum>");
    static_assert(detail::keys_differ<Key, std::remove_cvref_t<Entries>...>,
                  "tenantry: two orders of an order_list() are called by one enumerator");
    constexpr std::array<Key, sizeof...(Entries)> keys{std::remove_cvref_t<Entries>::key...};
    detail::OrderList<decltype(entries.by)...> list{{{std::forward<Entries>(entries).by}...}};
    std::array<bool, keys.size()> taken{};
    std::size_t count = 0;
    for (const Sort<Key>& sort : wanted) {
        std::size_t at = 0;
        while (at < keys.size() && keys[at] != sort.by) ++at;
        if (at == keys.size()) {
            list.is_sound = false;
        } else if (!taken[at]) {
            taken[at] = true;
            list.chosen[count++] = static_cast<std::uint8_t>(1 + 2 * at + (sort.descending ? 1 : 0));
        }
    }
    return list;
}
template <class Range, detail::AnySortable... Entries>
    requires requires(const Range& range) { std::span(std::data(range), std::size(range)); }
[[nodiscard]] constexpr auto order_list(const Range& wanted, Entries&&... entries)
{
    using Wanted = std::remove_cvref_t<decltype(*std::data(wanted))>;
    return order_list(std::span<const Wanted>(std::data(wanted), std::size(wanted)),
                      std::forward<Entries>(entries)...);
}
template <class Key, detail::AnySortable... Entries>
    requires std::is_enum_v<Key>
[[nodiscard]] constexpr auto order_list(const Sort<Key>& wanted, Entries&&... entries)
{
    return order_list(std::span<const Sort<Key>>(&wanted, 1), std::forward<Entries>(entries)...);
}

} // namespace tenantry
