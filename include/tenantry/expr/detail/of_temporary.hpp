// What says of a query that it was made of something that g++ 12 destroys twice in a co_await expression.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/core/detail/compiler.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry::detail {

// A node that says so to visitors that ask: those that look whether a query may stand in a co_await expression. It becomes the
// node itself where that owns what it borrowed.
template <class Node>
struct OfTemporary : Node {
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        if constexpr (requires { visitor.of_temporary(); }) visitor.of_temporary();
        Node::visit(visitor);
    }
};

// Whether a value that a query is made of, handed in as a `Given&&`, is destroyed once: an aggregate may not be.
template <class Given>
inline constexpr bool safe_as_value =
    safe_as_temporary<Given> || !std::is_aggregate_v<unwrapped<std::remove_cvref_t<Given>>>;

template <class Node>
[[nodiscard]] constexpr OfTemporary<Node> say_temporary(Node node)
{
    return {std::move(node)};
}

} // namespace tenantry::detail
