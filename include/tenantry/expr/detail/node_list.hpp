// Some nodes with commas between: `a, b, c`.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry::detail {

template <class... Forms>
struct NodeListForm {
    template <class Out>
    static constexpr void render(Out& out)
    {
        render_list<Forms...>(out);
    }
};

template <class... Nodes>
struct NodeList {
    using source = first_type_t<typename Nodes::source...>;
    using form = NodeListForm<typename Nodes::form...>;
    static constexpr std::size_t size = sizeof...(Nodes);
    static constexpr bool aggregate = (Nodes::aggregate || ...);
    static constexpr bool window = is_windowed<Nodes...>;
    template <class... Keys>
    static constexpr bool grouped = (Nodes::template grouped<Keys...> && ...);

    Pack<Nodes...> nodes;

    template <class Visitor>
    static constexpr void visit([[maybe_unused]] Visitor& visitor)
    {
        (Nodes::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        nodes.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return NodeList<owned_t<Nodes>...>{detail::own_part<Self>(self.nodes)};
    }
};

} // namespace tenantry::detail
