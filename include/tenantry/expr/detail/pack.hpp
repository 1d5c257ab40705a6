// A few values side by side, cheap to compile: what nodes keep their operands and statements their clauses in.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace tenantry::detail {

// Not [[no_unique_address]], though most values are empty: clang 16 never ends making code for such a pack.
template <std::size_t I, class T>
struct PackLeaf {
    T value;
};

template <class Indices, class... Ts>
struct PackOf;

template <std::size_t... I, class... Ts>
struct PackOf<std::index_sequence<I...>, Ts...> : PackLeaf<I, Ts>... {
    // function(value...), all at once
    template <class Function>
    constexpr decltype(auto) apply(Function&& function) const&
    {
        return std::forward<Function>(function)(static_cast<const PackLeaf<I, Ts>&>(*this).value...);
    }

    template <class Function>
    constexpr decltype(auto) apply(Function&& function) &&
    {
        return std::forward<Function>(function)(std::move(static_cast<PackLeaf<I, Ts>&>(*this).value)...);
    }

    template <class Parameters>
    constexpr void bind([[maybe_unused]] Parameters& to) const
    {
        (static_cast<const PackLeaf<I, Ts>&>(*this).value.bind(to), ...);
    }
};

template <class... Ts>
using Pack = PackOf<std::index_sequence_for<Ts...>, Ts...>;

// The values and one more, which is moved from.
template <std::size_t... I, class... Ts, class New>
[[nodiscard]] constexpr Pack<Ts..., New> append(const PackOf<std::index_sequence<I...>, Ts...>& pack,
                                                New& added)
{
    return {{static_cast<const PackLeaf<I, Ts>&>(pack).value}..., {static_cast<New&&>(added)}};
}
template <std::size_t... I, class... Ts, class New>
[[nodiscard]] constexpr Pack<Ts..., New> append(PackOf<std::index_sequence<I...>, Ts...>&& pack, New& added)
{
    return {{static_cast<PackLeaf<I, Ts>&&>(pack).value}..., {static_cast<New&&>(added)}};
}

template <std::size_t I, class T>
constexpr const T& pack_get(const PackLeaf<I, T>& leaf) noexcept
{
    return leaf.value;
}

// By type: there is one of it.
template <class T, std::size_t I>
constexpr const T& pack_find(const PackLeaf<I, T>& leaf) noexcept
{
    return leaf.value;
}

template <class... Ts>
struct types {
    static constexpr std::size_t size = sizeof...(Ts);
};

// The type at a place.
template <std::size_t I, class T>
struct TypeLeaf {};
template <class Indices, class... Ts>
struct TypeLeaves;
template <std::size_t... I, class... Ts>
struct TypeLeaves<std::index_sequence<I...>, Ts...> : TypeLeaf<I, Ts>... {};
template <std::size_t I, class T>
std::type_identity<T> find_leaf(const TypeLeaf<I, T>*);

template <std::size_t I, class... Ts>
using nth_type = typename decltype(find_leaf<I>(
    static_cast<const TypeLeaves<std::index_sequence_for<Ts...>, Ts...>*>(nullptr)))::type;

// The first of some types that is not void, or void.
template <class... Ts>
struct first_type {
    using type = void;
};
template <class... Rest>
struct first_type<void, Rest...> : first_type<Rest...> {};
template <class T, class... Rest>
struct first_type<T, Rest...> {
    using type = T;
};
template <class... Ts>
using first_type_t = typename first_type<Ts...>::type;

template <class>
inline constexpr bool always_false = false;

} // namespace tenantry::detail
