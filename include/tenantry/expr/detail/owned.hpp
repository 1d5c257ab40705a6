// A node or a clause with everything that it refers to made its own: what views look at, and rows that have a name.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/pack.hpp>

namespace tenantry::detail {

// Whether a node owns all of its values by what it is: `static constexpr bool owns_values = true`.
template <class Node>
inline constexpr bool owns_values = std::is_empty_v<Node>;
template <class Node>
    requires requires { Node::owns_values; }
inline constexpr bool owns_values<Node> = Node::owns_values;

// Any other says how: `own(self)`, static, is given `const Node&` or `Node&&` and makes a node of the same form.
template <class Node>
[[nodiscard]] constexpr auto owned(Node&& node)
{
    using Plain = std::remove_cvref_t<Node>;
    if constexpr (owns_values<Plain>)
        return Plain(std::forward<Node>(node));
    else
        return Plain::own(std::forward<Node>(node));
}

template <class Node>
using owned_t = decltype(detail::owned(std::declval<Node>()));

// The results are not said in the declarations: g++ 12 has no name for such a function.
template <std::size_t... I, class... Nodes>
[[nodiscard]] constexpr auto owned(const PackOf<std::index_sequence<I...>, Nodes...>& pack)
{
    return Pack<owned_t<Nodes>...>{{detail::owned(static_cast<const PackLeaf<I, Nodes>&>(pack).value)}...};
}
template <std::size_t... I, class... Nodes>
[[nodiscard]] constexpr auto owned(PackOf<std::index_sequence<I...>, Nodes...>&& pack)
{
    return Pack<owned_t<Nodes>...>{{detail::owned(static_cast<PackLeaf<I, Nodes>&&>(pack).value)}...};
}

// A part of a node that is given to `own` as `Self`: moved where the node is.
template <class Self, class Part>
[[nodiscard]] constexpr auto own_part(Part& part)
{
    if constexpr (std::is_lvalue_reference_v<Self>)
        return detail::owned(std::as_const(part));
    else
        return detail::owned(std::move(part));
}

} // namespace tenantry::detail
