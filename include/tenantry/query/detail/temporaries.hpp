// Whether a query was made of something that g++ 12 destroys twice in a co_await expression.
#pragma once

#include <tenantry/expr/detail/of_temporary.hpp>
#include <tenantry/query/detail/names.hpp>

namespace tenantry::detail {

struct TemporaryFinder {
    using definitions = Definitions<NoNames>;

    bool found = false;

    constexpr void of_temporary() noexcept { found = true; }

    template <class C>
    constexpr void column() const
    {}
    template <class Source>
    constexpr void table() const
    {}
    template <class V>
    constexpr void value() const
    {}
    template <class Row>
    constexpr void row() const
    {}
    template <class Row>
    constexpr void excluded() const
    {}
    template <class Q>
    constexpr void nested()
    {
        Q::visit(*this);
    }
    template <class Q, class Visible>
    constexpr void named()
    {
        Q::visit(*this);
    }
};

template <class Node>
consteval bool is_of_temporary()
{
    TemporaryFinder finder;
    Node::visit(finder);
    return finder.found;
}

} // namespace tenantry::detail
